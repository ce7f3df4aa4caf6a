//! What a worker process does: it takes jobs from its socket until there are no more.
//!
//! Two threads: one runs the jobs, with the socket to itself; the first thread of the process, the
//! guard, waits until the other end is closed, and then ends the process whatever the job does.

mod crash_handler;
mod jobs;
mod offspring;
mod panics;

use std::any::Any;
use std::ffi::c_int;
use std::os::fd::OwnedFd;
use std::sync::OnceLock;

use rt_primitive::atomic::Ordering;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Resource, Rlimit, Signal};
use serde::{Deserialize, Serialize};

use super::codec::Content;
use super::dispatch::{self, Runner};
use super::frame::{FrameHeader, FrameKind, PROTOCOL_VERSION};
use super::link::{self, Frame, FrameReceiver, Patience, Received};
use super::page::{self, PageWords};
use super::program;
use crate::job::Job;

pub(crate) use panics::report_of;

/// The exit code of a worker that cannot understand its pool.
const EXIT_PROTOCOL: c_int = 76;

unsafe extern "C" {
    /// Ends the process and asks nothing of its caller. No destructors and no `atexit` of a program
    /// whose `main` never ran.
    safe fn _exit(code: c_int) -> !;

    /// POSIX: sets what a signal does; with the constant 1, that it is ignored.
    safe fn signal(number: c_int, action: usize) -> usize;
}

/// What a pool tells each of its workers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct WorkerSettings {
    /// The most bytes of data that the process may have.
    pub(crate) data_max: Option<u64>,
    /// Whether a panic's report has the stack.
    pub(crate) has_backtraces: bool,
    /// Whether processes that a job leaves behind are killed.
    pub(crate) ends_offspring: bool,
    /// Bytes of stack for jobs.
    pub(crate) stack_size: usize,
    /// The largest parcel that is taken.
    pub(crate) parcel_max: u64,
}

/// The jobs that a worker program has by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roll {
    jobs: Vec<(&'static str, u32, Runner)>,
}

impl Roll {
    pub(crate) fn add<J: Job>(&mut self) {
        self.jobs.push((J::NAME, J::VERSION, dispatch::run_named::<J>));
    }
}

/// What this process is, if it is a worker.
#[derive(Debug)]
struct ThisWorker {
    socket: OwnedFd,
    page: &'static PageWords,
    settings: WorkerSettings,
    /// What the initializer made.
    kept: OnceLock<Box<dyn Any + Send + Sync>>,
}

static THIS: OnceLock<ThisWorker> = OnceLock::new();

/// Ends the process, now.
pub(crate) fn leave(code: c_int) -> ! {
    _exit(code)
}

/// Serves jobs for as long as the pool is there.
pub(crate) fn serve(socket: OwnedFd, roll: Roll) -> ! {
    let settings = begin(&socket).unwrap_or_else(|why| {
        eprintln!("a worker process cannot begin: {why}");
        leave(EXIT_PROTOCOL)
    });
    let (settings, page) = settings;
    let stack_size = settings.stack_size;
    let worker = ThisWorker { socket, page, settings, kept: OnceLock::new() };
    let worker: &'static ThisWorker = THIS.get_or_init(|| worker);
    panics::install(worker.settings.has_backtraces);
    crash_handler::install();
    let thread = std::thread::Builder::new().name("rt-job".to_owned()).stack_size(stack_size);
    if let Err(error) = thread.spawn(move || jobs::run(worker, &roll, stack_size)) {
        eprintln!("a worker process cannot start its job thread: {error}");
        leave(EXIT_PROTOCOL);
    }
    guard(&worker.socket)
}

/// Sets this process up, and learns how to.
fn begin(socket: &OwnedFd) -> Result<(WorkerSettings, &'static PageWords), String> {
    const IGNORE: usize = 1;
    signal(libc::SIGPIPE, IGNORE);
    signal(libc::SIGINT, IGNORE);
    let _ = rustix::thread::set_name(c"rt-worker");
    // Covers a worker that is stopped or stuck in a system call. The pool's end of the socket
    // closes at the same time, so a parent that died before this line is noticed too.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|error| format!("no signal at its pool's death: {error}"))?;
    let token = program::token().map_err(|error| format!("no look at its program: {error}"))?;
    let hello = FrameHeader::new(FrameKind::Hello, token, PROTOCOL_VERSION);
    link::send(socket, hello, &[], &[], Patience::Wait).map_err(|error| error.to_string())?;
    let received = FrameReceiver::new().receive(socket, Patience::Wait);
    let mut frame = match received.map_err(|error| error.to_string())? {
        Received::Frame(frame) if frame.header.kind == FrameKind::Config => frame,
        Received::End => leave(0),
        other => return Err(format!("expected its settings, found {other:?}")),
    };
    if frame.header.aux != PROTOCOL_VERSION {
        let theirs = frame.header.aux;
        return Err(format!("protocol {theirs}, this program speaks {PROTOCOL_VERSION}"));
    }
    let page = frame.fds.pop().ok_or("no page came with the settings")?;
    let page = page::map(page).map_err(|error| format!("no page: {error}"))?;
    let settings = settings_of(frame)?;
    if settings.ends_offspring {
        rustix::process::set_child_subreaper(Some(rustix::process::getpid()))
            .map_err(|error| format!("no say over its offspring: {error}"))?;
    }
    if let Some(bytes) = settings.data_max {
        let limit = Rlimit { current: Some(bytes), maximum: Some(bytes) };
        rustix::process::setrlimit(Resource::Data, limit)
            .map_err(|error| format!("no limit of {bytes} bytes: {error}"))?;
    }
    Ok((settings, page))
}

fn settings_of(frame: Frame) -> Result<WorkerSettings, String> {
    Content::open(frame.into_packet(), 0)?.decode(0)
}

/// Waits until the pool is gone, and ends the process then.
fn guard(socket: &OwnedFd) -> ! {
    loop {
        let mut watched = [PollFd::new(socket, PollFlags::empty())];
        let polled = poll(&mut watched, None);
        if polled.is_ok() && watched[0].revents().intersects(PollFlags::HUP | PollFlags::ERR) {
            leave(0);
        }
    }
}

/// Keeps what an initializer made.
pub(crate) fn keep<T: Send + Sync + 'static>(value: T) {
    if let Some(worker) = THIS.get() {
        let _ = worker.kept.set(Box::new(value));
    }
}

/// What the initializer made, if it made a `T`.
pub(crate) fn kept<T: 'static>() -> Option<&'static T> {
    THIS.get()?.kept.get()?.downcast_ref()
}

/// True in a worker process.
pub(crate) fn is_worker() -> bool {
    THIS.get().is_some()
}

/// True if the result of the job that runs is no longer wanted.
pub(crate) fn is_cancelled() -> bool {
    let Some(worker) = THIS.get() else { return false };
    // ORDERING: Relaxed; this process wrote it before the job began.
    let job = worker.page.job.load(Ordering::Relaxed);
    // ORDERING: Relaxed; nothing comes with the word but itself.
    worker.page.cancelled.load(Ordering::Relaxed) == job
}

/// Notes which element of a chunk is next, for the case that the process dies of it.
pub(crate) fn note_item(at: usize) {
    if let Some(worker) = THIS.get() {
        // ORDERING: Relaxed; it is read when this process is dead.
        worker.page.item.store(at as u64, Ordering::Relaxed);
    }
}
