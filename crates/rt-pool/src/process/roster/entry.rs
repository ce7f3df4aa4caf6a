//! A job as the roster sees it.

use std::time::{Duration, Instant};

use super::JobId;
use crate::job_error::crash::Attempt;

/// What was asked for beside the job itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Brief {
    /// How long it may run.
    pub(crate) timeout: Option<Duration>,
    /// How long it may wait.
    pub(crate) queue_timeout: Option<Duration>,
    /// How long it has to end when it is told that it is no longer wanted.
    pub(crate) grace: Duration,
    /// How often it may be tried again when its process dies.
    pub(crate) retries: u32,
}

/// A job, and what has become of it so far.
#[derive(Debug)]
pub(crate) struct Entry<J> {
    pub(crate) id: JobId,
    pub(crate) job: J,
    pub(crate) brief: Brief,
    /// The processes that it has killed.
    pub(crate) attempts: Vec<Attempt>,
    /// Processes that died before they began with it.
    pub(crate) missed: u32,
    /// When it stops to wait.
    pub(super) queue_end: Option<Instant>,
}

impl<J> Entry<J> {
    pub(crate) fn new(id: JobId, job: J, brief: Brief) -> Entry<J> {
        Entry { id, job, brief, attempts: Vec::new(), missed: 0, queue_end: None }
    }

    /// It begins to wait now.
    pub(super) fn begin_to_wait(&mut self, now: Instant) {
        self.queue_end = self.brief.queue_timeout.and_then(|timeout| now.checked_add(timeout));
    }
}
