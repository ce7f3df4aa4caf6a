//! Where a worker process is entered: before `main`, and only if this process was started as one.
//!
//! A pool executes its own program again. The linker puts [`on_start`] into the list of functions
//! that run before `main`, so a worker needs no line in anybody's `main`, and a test, an example or
//! a library's user gets one without knowing. In an ordinary start it looks for one variable in the
//! environment, finds none and returns.
//!
//! A process is a worker only if its standard input is the very socket that its parent made for it,
//! which the variable names. So the variable alone, inherited by mistake, changes nothing.
//!
//! # Invariants
//!
//! * I1: [`on_start`] runs in the only thread that there is, before `main`.
//! * I2: the linker makes `__init_array_start` and `__init_array_end` the bounds of the functions
//!   that run before `main` in this file, of which [`on_start`] is one.

use std::env;
use std::ffi::{c_char, c_int, c_uint, c_ulong};
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::OnceLock;

use rustix::fs::fstat;
use rustix::io::{fcntl_dupfd_cloexec, fcntl_getfd};
use rustix::net::AddressFamily;
use rustix::net::sockopt::{socket_domain, socket_peercred};
use rustix::process::{getpid, getppid};
use rustix::stdio;

use super::child::{self, Roll};

/// Names the socket of a worker: `PARENT-INODE`, or `PARENT-INODE-main` if `main` is to serve.
pub(crate) const INVITATION: &str = "RT_POOL_WORKER";

/// How many pools are around this one.
pub(crate) const DEPTH: &str = "RT_POOL_DEPTH";

type Constructor = extern "C" fn(c_int, *const *const c_char, *const *const c_char);

#[used]
#[unsafe(link_section = ".init_array")]
static ON_START: Constructor = on_start;

unsafe extern "C" {
    /// Reads what the kernel told this process when it began; asks nothing of its caller.
    safe fn getauxval(kind: c_ulong) -> c_ulong;

    static __init_array_start: [Constructor; 0];
    static __init_array_end: [Constructor; 0];
}

/// Set when [`on_start`] has run: without it a new process would run `main`, and so on for ever.
static LINKED: OnceLock<()> = OnceLock::new();

/// True if a process that executes this program comes to [`on_start`].
pub(crate) fn is_linked() -> bool {
    LINKED.get().is_some()
}

/// What the linker calls before `main`.
extern "C" fn on_start(argc: c_int, argv: *const *const c_char, environment: *const *const c_char) {
    LINKED.get_or_init(|| ());
    let Some(invitation) = env::var_os(INVITATION) else { return };
    let Some(invitation) = invitation.to_str().and_then(Invitation::parse) else { return };
    if invitation.is_for_main {
        return;
    }
    if let Some(socket) = invitation.accept() {
        run_later_constructors(argc, argv, environment);
        child::serve(socket, Roll::default());
    }
}

/// For a worker program's `main`: the socket, if it was started by a pool.
pub(crate) fn accept_in_main() -> Option<OwnedFd> {
    let invitation = env::var_os(INVITATION)?;
    Invitation::parse(invitation.to_str()?)?.accept()
}

/// What the variable says.
struct Invitation {
    parent: i32,
    inode: u64,
    is_for_main: bool,
}

/// What the variable has to say for a worker with this end of a socket as its input.
pub(crate) fn invitation_to(socket: &OwnedFd, is_for_main: bool) -> rustix::io::Result<String> {
    let inode = fstat(socket)?.st_ino;
    let suffix = if is_for_main { "-main" } else { "" };
    Ok(format!("{}-{inode}{suffix}", getpid().as_raw_pid()))
}

impl Invitation {
    fn parse(text: &str) -> Option<Invitation> {
        let mut parts = text.split('-');
        let parent = parts.next()?.parse().ok()?;
        let inode = parts.next()?.parse().ok()?;
        Some(Invitation { parent, inode, is_for_main: parts.next() == Some("main") })
    }

    /// Takes the socket away from the standard input, if it is the right one.
    fn accept(&self) -> Option<OwnedFd> {
        let stdin = stdio::stdin();
        let is_privileged = getauxval(libc::AT_SECURE) != 0;
        let is_socket = socket_domain(stdin) == Ok(AddressFamily::UNIX);
        if is_privileged || !is_socket || fstat(stdin).ok()?.st_ino != self.inode {
            return None;
        }
        if socket_peercred(stdin).ok()?.pid.as_raw_pid() != self.parent {
            return None;
        }
        if getppid().map(|parent| parent.as_raw_pid()) != Some(self.parent) {
            // A worker without its pool. Going on would run `main` a second time.
            child::leave(0);
        }
        let socket = fcntl_dupfd_cloexec(stdin, 3).ok()?;
        forget_invitation();
        tidy_descriptors(&socket);
        Some(socket)
    }
}

/// Takes the variable away, so that what this process starts is no worker.
fn forget_invitation() {
    // SAFETY: I1: no other thread reads the environment meanwhile. In a worker program's `main` it
    // is the duty of `Worker::serve`'s caller to have started none.
    unsafe { env::remove_var(INVITATION) };
}

/// Leaves 0, 1 and 2 open, so that no file of a job takes their numbers, and makes the rest close
/// when a job executes a program.
fn tidy_descriptors(socket: &OwnedFd) {
    const CLOSE_RANGE_CLOEXEC: c_uint = 4;
    if let Ok(null) = std::fs::OpenOptions::new().read(true).write(true).open("/dev/null") {
        let _ = stdio::dup2_stdin(&null);
        if fcntl_getfd(stdio::stdout()).is_err() {
            let _ = stdio::dup2_stdout(&null);
        }
        if fcntl_getfd(stdio::stderr()).is_err() {
            let _ = stdio::dup2_stderr(&null);
        }
    }
    debug_assert!(socket.as_raw_fd() > 2, "the socket would be closed with the standard input");
    // SAFETY: the duty of close_range with this flag: none, it closes nothing now.
    unsafe { libc::syscall(libc::SYS_close_range, 3, c_uint::MAX, CLOSE_RANGE_CLOEXEC) };
}

/// Calls what the linker put behind [`on_start`], as the loader would have: a job may need what
/// another library makes there.
fn run_later_constructors(
    argc: c_int,
    argv: *const *const c_char,
    environment: *const *const c_char,
) {
    let start: *const Constructor = (&raw const __init_array_start).cast();
    let end: *const Constructor = (&raw const __init_array_end).cast();
    let count = (end.addr() - start.addr()) / size_of::<Constructor>();
    // SAFETY: I2: the functions lie between the bounds.
    let constructors = unsafe { std::slice::from_raw_parts(start, count) };
    let is_ours =
        |constructor: &Constructor| *constructor as usize == on_start as Constructor as usize;
    let later = constructors.iter().skip_while(|constructor| !is_ours(constructor)).skip(1);
    for constructor in later {
        constructor(argc, argv, environment);
    }
}
