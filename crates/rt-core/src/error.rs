//! Errors that a correct program can meet when it starts or enters a runtime.

use std::error::Error;
use std::fmt;
use std::io;
use std::panic::Location;

use crate::config::{WORKERS_MAX, WORKERS_VARIABLE};

/// The environment asks for a number of workers that cannot be had.
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
            StartError::Thread { error, .. } => Some(error),
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

/// `block_on` was called where it would have stopped a thread that runs tasks.
#[derive(Clone, Copy, Debug)]
pub struct NestedBlockOn {
    pub(crate) called_at: &'static Location<'static>,
    pub(crate) outer: Outer,
}

/// What the thread was doing when `block_on` was called again.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outer {
    BlockOn(&'static Location<'static>),
    Task(&'static Location<'static>),
}

impl fmt::Display for NestedBlockOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let called_at = self.called_at;
        match self.outer {
            Outer::BlockOn(at) => write!(
                f,
                "cannot block_on at {called_at}: \
                 this thread is already inside the block_on at {at}; await the future instead"
            ),
            Outer::Task(at) => write!(
                f,
                "cannot block_on at {called_at}: \
                 this thread is running the task spawned at {at}; await the future instead"
            ),
        }
    }
}

impl Error for NestedBlockOn {}
