//! What a job can ask and do while it runs.

use std::error::Error;
use std::fmt;
use std::future::Future;

use crate::context;
use crate::handle::ExecutorHandle;
use crate::task::reference::TaskRef;

/// What a job of [`spawn_blocking_with`](crate::spawn_blocking_with) knows of itself.
pub struct BlockingCx {
    // [C] The job; there while it runs on the calling thread.
    job: Option<TaskRef>,
}

/// A job was asked to end.
///
/// See [`BlockingCx::check_cancelled`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JobCancelled;

impl BlockingCx {
    /// Of the job that the calling thread runs.
    pub(crate) fn current() -> BlockingCx {
        BlockingCx { job: context::current_task().map(TaskRef::new) }
    }

    /// True once somebody has asked the job to end or aborted it, or its runtime shuts down. The
    /// thread is the job's all the same, until it returns.
    pub fn is_cancelled(&self) -> bool {
        let now = self.job.as_ref().map(|job| job.ptr().state().load());
        now.is_some_and(|now| now.is_cancelled() || now.is_asked())
    }

    /// As [`is_cancelled`](BlockingCx::is_cancelled), to be used with `?`.
    ///
    /// trio: `from_thread.check_cancelled`.
    ///
    /// # Errors
    ///
    /// [`JobCancelled`] once the job was asked to end.
    pub fn check_cancelled(&self) -> Result<(), JobCancelled> {
        if self.is_cancelled() { Err(JobCancelled) } else { Ok(()) }
    }

    /// Waits for a future, in the runtime that the job belongs to.
    ///
    /// It does not end early when the job is asked to end.
    ///
    /// trio: `from_thread.run`.
    ///
    /// # Panics
    ///
    /// If the future panics, and outside a runtime.
    #[track_caller]
    #[doc(alias = "run_coroutine_threadsafe")]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        ExecutorHandle::current().block_on(future)
    }
}

impl fmt::Debug for BlockingCx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockingCx").field("is_cancelled", &self.is_cancelled()).finish()
    }
}

impl fmt::Display for JobCancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the job was asked to end; its handle was aborted, or its runtime shuts down")
    }
}

impl Error for JobCancelled {}
