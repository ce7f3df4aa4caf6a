//! Errors that a correct program can meet when it starts or enters a runtime.

use std::error::Error;
use std::fmt;
use std::io;
use std::panic::Location;

use crate::config::{WORKERS_MAX, WORKERS_VARIABLE};

/// The environment asks for a number of workers that cannot be had.
///
/// See [`StartError::Environment`].
///
/// ```
/// use rt_core::{Config, WorkersError};
///
/// fn config() -> Result<Config, WorkersError> {
///     Config::multi_thread() // fails if `RT_WORKER_THREADS` says `many`
/// }
/// assert!(config().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkersError {
    text: String,
}

impl WorkersError {
    pub(crate) fn new(text: &str) -> WorkersError {
        WorkersError { text: text.to_owned() }
    }
}

impl fmt::Display for WorkersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.text;
        write!(
            f,
            "cannot use {WORKERS_VARIABLE}={text:?}; \
             set it to a whole number from 1 to {WORKERS_MAX}, or unset it"
        )
    }
}

impl Error for WorkersError {}

/// An executor could not be started; nothing of it is left running.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver, StartError};
/// # use std::sync::Arc;
/// let mut config = Config::multi_thread().unwrap();
/// config.workers = 0;
/// let refused = Executor::start(config, Arc::new(NoDriver));
/// assert!(matches!(refused, Err(StartError::Workers(0))));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The number of workers is out of range.
    Workers(usize),
    /// The system refused a thread for this worker.
    Thread {
        /// The worker whose thread was refused.
        worker: usize,
        /// What the system said.
        error: io::Error,
    },
    /// The system refused the thread that watches the workers.
    Watch(io::Error),
    /// The environment asks for a number of workers that cannot be had.
    Environment(WorkersError),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartError::Workers(0) => f.write_str("cannot start 0 workers; ask for 1 or more"),
            StartError::Workers(n) => {
                write!(f, "cannot start {n} workers; ask for {WORKERS_MAX} or fewer")
            }
            StartError::Watch(error) => {
                write!(f, "cannot start the thread that watches the workers ({error})")
            }
            StartError::Thread { worker, error } => write!(
                f,
                "cannot start the thread of worker {worker} ({error}); \
                 ask for fewer workers or raise the thread limit"
            ),
            StartError::Environment(error) => error.fmt(f),
        }
    }
}

impl Error for StartError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            StartError::Workers(_) => None,
            StartError::Thread { error, .. } | StartError::Watch(error) => Some(error),
            StartError::Environment(error) => Some(error),
        }
    }
}

impl From<WorkersError> for StartError {
    fn from(error: WorkersError) -> StartError {
        StartError::Environment(error)
    }
}

/// The calling thread belongs to no runtime.
///
/// ```
/// assert!(matches!(rt_core::try_spawn(async {}), Err(rt_core::NoRuntime { .. })));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoRuntime;

impl fmt::Display for NoRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "this thread is not inside a runtime; call this from a task or within `block_on`, \
             or go through a `Handle`",
        )
    }
}

impl Error for NoRuntime {}

/// What a process is told that uses a runtime from before its fork.
pub(crate) const FORKED: &str = "this process was forked from the one that started the runtime, \
     and has none of its threads; start a runtime after the fork";

/// `block_on` cannot run where it was called; the text says why, and what to do.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// let error = executor.block_on(async { executor.try_block_on(async {}).unwrap_err() });
/// assert!(error.to_string().contains("already inside the block_on at"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct BlockOnError {
    pub(crate) called_at: &'static Location<'static>,
    pub(crate) obstacle: Obstacle,
}

/// What is in the way of a `block_on`, or of another wait.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Obstacle {
    /// The thread is inside this other one, and would stop it.
    BlockOn(&'static Location<'static>),
    /// The thread is inside a poll of the task spawned here, and would stop it.
    Task(&'static Location<'static>),
    /// The thread is a worker, in a hook or in the drop of a future.
    Worker,
    /// The thread's locals are gone.
    ThreadEnds,
    /// The runtime is that of the process before the fork.
    Forked,
}

impl fmt::Display for BlockOnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot block_on at {}: {}", self.called_at, self.obstacle)
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Obstacle::BlockOn(at) => write!(
                f,
                "this thread is already inside the block_on at {at}; await the future instead"
            ),
            Obstacle::Task(at) => write!(
                f,
                "this thread is running the task spawned at {at}; await the future instead"
            ),
            Obstacle::Worker => {
                f.write_str("this thread is a worker, which runs tasks; spawn a task that awaits")
            }
            Obstacle::ThreadEnds => {
                f.write_str("this thread is ending and its locals are gone; call it before")
            }
            Obstacle::Forked => f.write_str(FORKED),
        }
    }
}

impl Error for BlockOnError {}
