//! The thread that starts a pool's worker processes.
//!
//! One thread, because a start may block, and because the kernel ends a child that asked for it
//! when the thread that started it ends, not the process. So this one lives until the pool's last
//! worker is dead. Nothing is done between fork and exec, so std starts processes by
//! `posix_spawn`, whose cost does not grow with the memory of this process.

use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Receiver;

use rt_primitive::sync::Arc;
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open, pidfd_send_signal};

use super::codec::Packet;
use super::deck::PoolCore;
use super::entry::{self, DEPTH, INVITATION};
use super::frame::{FrameHeader, FrameKind, PROTOCOL_VERSION};
use super::link::{self, Patience};
use super::page::PageFile;
use super::program;

/// Pools within pools' workers: as deep as this, and no deeper.
pub(crate) const DEPTH_MAX: u32 = 4;

/// What each worker process of a pool is started from.
#[derive(Debug, Default)]
pub(crate) struct Recipe {
    /// Another program, whose `main` serves; or this one.
    pub(crate) program: Option<PathBuf>,
    pub(crate) environment: Vec<(OsString, Option<OsString>)>,
    pub(crate) clears_environment: bool,
    pub(crate) directory: Option<PathBuf>,
    pub(crate) stdout: WorkerOutput,
    /// The settings, as the frame carries them.
    pub(crate) settings: Packet,
}

/// Where a job's standard output goes.
///
/// See [`ProcessPoolBuilder::stdout`](crate::ProcessPoolBuilder::stdout).
///
/// ```
/// let pool = rt_pool::ProcessPool::builder().stdout(rt_pool::WorkerOutput::Null).build();
/// assert!(pool.is_ok());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WorkerOutput {
    /// To where this process writes its own.
    #[default]
    Inherit,
    /// Nowhere.
    Null,
}

/// The pool's connection to a living worker process.
#[derive(Debug)]
pub(crate) struct WorkerLink {
    pub(crate) pid: Pid,
    /// Names the process for as long as it is held, also when it is dead.
    pub(crate) pidfd: OwnedFd,
    pub(crate) socket: OwnedFd,
    pub(crate) page: PageFile,
}

/// A process that was just started.
#[derive(Debug)]
pub(crate) struct Newcomer {
    pub(crate) slot: usize,
    pub(crate) arrived: Result<(WorkerLink, OwnedFd), String>,
}

/// Starts a process for each slot that comes through the channel.
pub(crate) fn run(core: &Arc<PoolCore>, starts: &Receiver<usize>) {
    for slot in starts {
        let arrived = start(core.recipe()).map_err(|error| format!("cannot start it: {error}"));
        core.add_newcomer(Newcomer { slot, arrived });
    }
}

/// Starts one process, and sends it its settings.
fn start(recipe: &Recipe) -> io::Result<(WorkerLink, OwnedFd)> {
    let (socket, theirs) = link::pair()?;
    let page = PageFile::create()?;
    let mut child = command(recipe, theirs)?.spawn()?;
    let link = connect(&child, socket, page, recipe).and_then(|link| {
        let stderr = OwnedFd::from(child.stderr.take().expect("it was asked for"));
        fcntl_setfl(&stderr, fcntl_getfl(&stderr)? | OFlags::NONBLOCK)?;
        Ok((link, stderr))
    });
    if link.is_err() {
        // Not left behind as a process that nobody knows, nor as a dead one.
        let _ = child.kill();
        let _ = child.wait();
    }
    link
}

fn command(recipe: &Recipe, theirs: OwnedFd) -> io::Result<Command> {
    let is_for_main = recipe.program.is_some();
    let mut command = match &recipe.program {
        Some(program) => Command::new(program),
        None => Command::new(program::SELF),
    };
    if recipe.clears_environment {
        command.env_clear();
    }
    for (name, value) in &recipe.environment {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    if let Some(directory) = &recipe.directory {
        command.current_dir(directory);
    }
    if recipe.stdout == WorkerOutput::Null {
        command.stdout(Stdio::null());
    }
    command
        .arg0("rt-worker")
        .env(INVITATION, entry::invitation_to(&theirs, is_for_main)?)
        .env(DEPTH, (depth() + 1).to_string())
        .process_group(0)
        .stdin(Stdio::from(theirs))
        .stderr(Stdio::piped());
    Ok(command)
}

/// How many pools are around this process.
pub(crate) fn depth() -> u32 {
    std::env::var(DEPTH).ok().and_then(|depth| depth.parse().ok()).unwrap_or(0)
}

fn connect(
    child: &Child,
    socket: OwnedFd,
    page: PageFile,
    recipe: &Recipe,
) -> io::Result<WorkerLink> {
    let pid = Pid::from_child(child);
    // Nobody has waited for the child, so its number cannot be another's yet.
    let pidfd = pidfd_open(pid, PidfdFlags::empty())?;
    let header = FrameHeader::new(FrameKind::Config, 0, PROTOCOL_VERSION);
    let body = &recipe.settings.body;
    match link::send(&socket, header, body, &[page.fd().as_fd()], Patience::Never) {
        // It is dead already; its status tells more than this does.
        Ok(()) | Err(rustix::io::Errno::PIPE | rustix::io::Errno::CONNRESET) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(WorkerLink { pid, pidfd, socket, page })
}

impl WorkerLink {
    /// Kills the process and its group.
    ///
    /// The group's number is the process's, and stays taken until somebody waits for the process.
    /// The pool does that after it has let go of the link.
    pub(crate) fn kill(&self) {
        let _ = pidfd_send_signal(&self.pidfd, Signal::KILL);
        self.kill_group();
    }

    /// Kills what is left of the process's group.
    pub(crate) fn kill_group(&self) {
        let _ = kill_process_group(self.pid, Signal::KILL);
    }
}
