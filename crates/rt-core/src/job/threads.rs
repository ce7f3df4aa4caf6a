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
///
/// ```
/// use rt_core::{Config, Errand, Job, JobMetrics, JobThreads, Refusal, TaskSite};
///
/// /// A new thread for each job; without an end, which this forgets.
/// struct Lavish;
///
/// impl JobThreads for Lavish {
///     fn push(&self, make: &mut dyn FnMut() -> Job) -> Result<(), Refusal> {
///         let job = make();
///         std::thread::spawn(move || {
///             let _inside = job.enter(); // so that it may spawn
///             job.run()
///         });
///         Ok(())
///     }
///     fn lend(&self, errand: Errand) -> Result<(), Errand> {
///         std::thread::spawn(errand);
///         Ok(())
///     }
///     fn close(&self) {}
///     fn join_until(&self, _deadline: Option<std::time::Instant>) -> Vec<TaskSite> {
///         Vec::new()
///     }
///     fn metrics(&self) -> JobMetrics {
///         JobMetrics::default()
///     }
/// }
///
/// let threads = std::sync::Arc::new(Lavish);
/// let config = Config { job_threads: Some(threads), ..Config::current_thread() };
/// # let driver = std::sync::Arc::new(rt_core::NoDriver);
/// # let executor = rt_core::Executor::start(config, driver).unwrap();
/// # assert_eq!(executor.block_on(async { rt_core::spawn_blocking(|| 7).await.unwrap() }), 7);
/// ```
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
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// let metrics = rt_core::ExecutorHandle::current().metrics();
/// assert_eq!(metrics.jobs.threads, 0); // this executor was given no threads for jobs
/// # });
/// ```
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
