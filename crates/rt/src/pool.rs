//! Threads and processes for work that must not hold up a runtime.

#[doc(inline)]
pub use rt_pool::{
    Attempt, Blob, CancelledBy, Crash, DeathCause, Inline, Job, JobError, JobFn, JobPhase, Map,
    Offload, PanicReport, ProcessPool, ProcessPoolBuilder, ProcessPoolClose, ProcessPoolError,
    ProcessPoolStats, Run, WorkerOutput, worker,
};

/// Threads of their own that run jobs, beside those of the runtime.
///
/// ```
/// let pool = rt::pool::ThreadPool::builder()
///     .name("db")
///     .max_threads(2)
///     .initializer(|| String::from("a connection"))
///     .build()?;
/// rt::run(async {
///     let job = pool.spawn_with(|connection| format!("asked {connection}"));
///     assert_eq!(job.await.unwrap(), "asked a connection");
/// });
/// # Ok::<(), rt::pool::ThreadPoolError>(())
/// ```
#[doc(alias = "ThreadPoolExecutor")]
#[doc(inline)]
pub use rt_pool::ThreadPool;

#[doc(inline)]
pub use rt_pool::{
    JobMetrics, Refusal, RefusedJob, ThreadPoolBuilder, ThreadPoolError, ThreadPoolReport,
};
