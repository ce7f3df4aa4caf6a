//! Who runs the jobs of an executor: declared here, implemented by rt-pool.

use std::time::Instant;

use crate::job::Job;
use crate::job::refused::Refusal;
use crate::shutdown::report::TaskSite;

/// Something to do for a thread that is no job: it drives a worker's slot for a while.
pub type Errand = Box<dyn FnOnce() + Send>;

/// Threads that run jobs.
///
/// Each thread runs one job at a time, so that one that blocks holds up no other.
///
/// An executor is given them by its [`Config`](crate::Config).
pub trait JobThreads: Send + Sync + 'static {
    /// Takes the job that `make` makes, which is called once if it is taken, and else not at all.
    ///
    /// It may be called under a lock; it runs no code of users.
    ///
    /// # Errors
    ///
    /// Why no job is taken.
    fn push(&self, make: &mut dyn FnMut() -> Job) -> Result<(), Refusal>;

    /// Finds a thread for an errand at once, beyond any limit.
    ///
    /// # Errors
    ///
    /// The errand, if no thread is to be had.
    fn lend(&self, errand: Errand) -> Result<(), Errand>;

    /// Takes no more jobs, ends those that wait, and sends the threads home. Does not wait.
    fn close(&self);

    /// Waits for the end of the threads, after `close`, but not past `deadline`; gives the jobs
    /// that threads are inside which have not ended. The calling thread, if it is one of them, is
    /// not waited for.
    fn join_until(&self, deadline: Option<Instant>) -> Vec<TaskSite>;

    /// What there is, and what has been done.
    fn metrics(&self) -> JobMetrics;
}

/// What the threads for jobs do, at the time of a reading.
///
/// See [`Metrics`](crate::Metrics).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct JobMetrics {
    /// Threads there are.
    pub threads: usize,
    /// Those of them that have nothing to do.
    pub threads_idle: usize,
    /// Jobs that wait for a thread.
    pub queue_len: usize,
    /// Threads that were started so far.
    pub threads_started: u64,
    /// Jobs that threads have run to their end, in whatever way.
    pub jobs_ended: u64,
}
