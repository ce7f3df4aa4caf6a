//! What a job can ask and do while it runs.

use std::error::Error;
use std::fmt;
use std::future::Future;

use crate::context;
use crate::handle::ExecutorHandle;
use crate::task::reference::TaskRef;

/// What a job of [`spawn_blocking_with`](crate::spawn_blocking_with) knows of itself.
///
/// ```
/// # use rt_core::{Config, Errand, Executor, Job, JobMetrics, JobThreads, NoDriver};
/// # use rt_core::{Refusal, TaskSite};
/// # struct Threads;
/// # impl JobThreads for Threads {
/// #     fn push(&self, make: &mut dyn FnMut() -> Job) -> Result<(), Refusal> {
/// #         let job = make();
/// #         std::thread::spawn(move || {
/// #             let _inside = job.enter();
/// #             job.run()
/// #         });
/// #         Ok(())
/// #     }
/// #     fn lend(&self, errand: Errand) -> Result<(), Errand> { Err(errand) }
/// #     fn close(&self) {}
/// #     fn join_until(&self, _: Option<std::time::Instant>) -> Vec<TaskSite> { Vec::new() }
/// #     fn metrics(&self) -> JobMetrics { JobMetrics::default() }
/// # }
/// # let threads = std::sync::Arc::new(Threads);
/// # let config = Config { job_threads: Some(threads), ..Config::current_thread() };
/// # let executor = Executor::start(config, std::sync::Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::BlockingCx;
///
/// fn work(cx: &BlockingCx) -> u32 {
///     if cx.is_cancelled() { 0 } else { 7 }
/// }
/// assert_eq!(rt_core::spawn_blocking_with(work).await.unwrap(), 7);
/// # });
/// ```
pub struct BlockingCx {
    // [C] The job; there while it runs on the calling thread.
    job: Option<TaskRef>,
}

/// A job was asked to end.
///
/// See [`BlockingCx::check_cancelled`].
///
/// ```
/// # use rt_core::{Config, Errand, Executor, Job, JobMetrics, JobThreads, NoDriver};
/// # use rt_core::{Refusal, TaskSite};
/// # struct Threads;
/// # impl JobThreads for Threads {
/// #     fn push(&self, make: &mut dyn FnMut() -> Job) -> Result<(), Refusal> {
/// #         let job = make();
/// #         std::thread::spawn(move || {
/// #             let _inside = job.enter();
/// #             job.run()
/// #         });
/// #         Ok(())
/// #     }
/// #     fn lend(&self, errand: Errand) -> Result<(), Errand> { Err(errand) }
/// #     fn close(&self) {}
/// #     fn join_until(&self, _: Option<std::time::Instant>) -> Vec<TaskSite> { Vec::new() }
/// #     fn metrics(&self) -> JobMetrics { JobMetrics::default() }
/// # }
/// # let threads = std::sync::Arc::new(Threads);
/// # let config = Config { job_threads: Some(threads), ..Config::current_thread() };
/// # let executor = Executor::start(config, std::sync::Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::JobCancelled;
///
/// let job = rt_core::spawn_blocking_with(|cx| -> Result<u32, JobCancelled> {
///     cx.check_cancelled()?;
///     Ok(7)
/// });
/// assert_eq!(job.await.unwrap().unwrap(), 7);
/// # });
/// ```
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
    ///
    /// ```
    /// # use rt_core::{Config, Errand, Executor, Job, JobMetrics, JobThreads, NoDriver};
    /// # use rt_core::{Refusal, TaskSite};
    /// # struct Threads;
    /// # impl JobThreads for Threads {
    /// #     fn push(&self, make: &mut dyn FnMut() -> Job) -> Result<(), Refusal> {
    /// #         let job = make();
    /// #         std::thread::spawn(move || {
    /// #             let _inside = job.enter();
    /// #             job.run()
    /// #         });
    /// #         Ok(())
    /// #     }
    /// #     fn lend(&self, errand: Errand) -> Result<(), Errand> { Err(errand) }
    /// #     fn close(&self) {}
    /// #     fn join_until(&self, _: Option<std::time::Instant>) -> Vec<TaskSite> { Vec::new() }
    /// #     fn metrics(&self) -> JobMetrics { JobMetrics::default() }
    /// # }
    /// # let threads = std::sync::Arc::new(Threads);
    /// # let config = Config { job_threads: Some(threads), ..Config::current_thread() };
    /// # let executor = Executor::start(config, std::sync::Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let job = rt_core::spawn_blocking_with(|cx| {
    ///     while !cx.is_cancelled() {
    ///         std::thread::yield_now(); // a piece of the work
    ///     }
    /// });
    /// job.cancel();
    /// let _ = job.await;
    /// # });
    /// ```
    pub fn is_cancelled(&self) -> bool {
        let now = self.job.as_ref().map(|job| job.ptr().state().load());
        now.is_some_and(|now| now.is_cancelled() || now.is_asked())
    }

    /// As [`is_cancelled`](BlockingCx::is_cancelled), to be used with `?`.
    ///
    /// trio: `from_thread.check_cancelled`.
    ///
    /// ```
    /// # use rt_core::{Config, Errand, Executor, Job, JobMetrics, JobThreads, NoDriver};
    /// # use rt_core::{Refusal, TaskSite};
    /// # struct Threads;
    /// # impl JobThreads for Threads {
    /// #     fn push(&self, make: &mut dyn FnMut() -> Job) -> Result<(), Refusal> {
    /// #         let job = make();
    /// #         std::thread::spawn(move || {
    /// #             let _inside = job.enter();
    /// #             job.run()
    /// #         });
    /// #         Ok(())
    /// #     }
    /// #     fn lend(&self, errand: Errand) -> Result<(), Errand> { Err(errand) }
    /// #     fn close(&self) {}
    /// #     fn join_until(&self, _: Option<std::time::Instant>) -> Vec<TaskSite> { Vec::new() }
    /// #     fn metrics(&self) -> JobMetrics { JobMetrics::default() }
    /// # }
    /// # let threads = std::sync::Arc::new(Threads);
    /// # let config = Config { job_threads: Some(threads), ..Config::current_thread() };
    /// # let executor = Executor::start(config, std::sync::Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let job = rt_core::spawn_blocking_with(|cx| {
    ///     for _piece in 0..10 {
    ///         cx.check_cancelled()?;
    ///     }
    ///     Ok::<_, rt_core::JobCancelled>("done")
    /// });
    /// assert_eq!(job.await.unwrap().unwrap(), "done");
    /// # });
    /// ```
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
    /// ```
    /// # use rt_core::{Config, Errand, Executor, Job, JobMetrics, JobThreads, NoDriver};
    /// # use rt_core::{Refusal, TaskSite};
    /// # struct Threads;
    /// # impl JobThreads for Threads {
    /// #     fn push(&self, make: &mut dyn FnMut() -> Job) -> Result<(), Refusal> {
    /// #         let job = make();
    /// #         std::thread::spawn(move || {
    /// #             let _inside = job.enter();
    /// #             job.run()
    /// #         });
    /// #         Ok(())
    /// #     }
    /// #     fn lend(&self, errand: Errand) -> Result<(), Errand> { Err(errand) }
    /// #     fn close(&self) {}
    /// #     fn join_until(&self, _: Option<std::time::Instant>) -> Vec<TaskSite> { Vec::new() }
    /// #     fn metrics(&self) -> JobMetrics { JobMetrics::default() }
    /// # }
    /// # let threads = std::sync::Arc::new(Threads);
    /// # let config = Config { job_threads: Some(threads), ..Config::current_thread() };
    /// # let executor = Executor::start(config, std::sync::Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let job = rt_core::spawn_blocking_with(|cx| cx.block_on(async { 7 }));
    /// assert_eq!(job.await.unwrap(), 7);
    /// # });
    /// ```
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
