//! Why a job has no result.

pub(crate) mod crash;
mod display;

use std::error::Error;
use std::time::Duration;

use crash::Crash;

/// Why a job has no result, as precisely as the pool knows.
///
/// Only the job that failed gets an error: the other jobs of the pool go on, and a worker process
/// that died is replaced. A copy is cheap enough to be kept.
///
/// ```
/// use rt_pool::JobError;
///
/// fn advice(error: &JobError) -> &'static str {
///     match error {
///         JobError::TimedOut { .. } => "give it more time, or less to do",
///         JobError::Crashed(crash) if crash.likely_oom => "give it more memory",
///         JobError::QueueFull => "try again later",
///         _ => "look at the message",
///     }
/// }
/// assert_eq!(advice(&JobError::QueueFull), "try again later");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
#[doc(alias = "BrokenProcessPool")]
pub enum JobError {
    /// The job panicked. Its worker process goes on, unless panics abort in this program.
    Panicked(Box<PanicReport>),
    /// The worker process died while it ran the job.
    Crashed(Box<Crash>),
    /// The job did not end in time.
    TimedOut {
        /// The time it had.
        after: Duration,
        /// What it did with it.
        phase: JobPhase,
    },
    /// The worker process had more memory than it may have, and was killed.
    MemoryLimit {
        /// What it may have, in bytes.
        limit: u64,
        /// What it had, in bytes.
        seen: u64,
    },
    /// The job was taken back.
    Cancelled {
        /// By whom.
        by: CancelledBy,
    },
    /// No room in the queue. The arguments come back from the call.
    QueueFull,
    /// The arguments or the result cannot be sent: the text of serde's error.
    Encode(String),
    /// What was sent cannot be read: the text of serde's error.
    Decode(String),
    /// The worker process broke the protocol, and was killed.
    Protocol(String),
    /// No worker process could be started, each time the pool tried.
    Broken {
        /// How often it tried.
        attempts: u32,
        /// What came of it the last time.
        last: String,
    },
    /// The worker program does not have the job.
    NoSuchJob {
        /// What it was asked for.
        name: String,
        /// What it has.
        have: Vec<String>,
    },
    /// The pool was closed.
    Closed,
}

/// What a job did when its time was up.
///
/// See [`JobError::TimedOut`].
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_pool::{JobError, JobPhase, ProcessPool};
/// use std::time::Duration;
///
/// let pool = ProcessPool::builder().workers(1).build().unwrap();
/// let endless = pool.run(|| -> u32 { loop { std::thread::yield_now() } }, ());
/// let error = endless.timeout(Duration::from_millis(5)).await.unwrap_err();
/// assert!(matches!(error, JobError::TimedOut { phase: JobPhase::Run, .. }));
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JobPhase {
    /// It waited for a worker process.
    Queue,
    /// It ran.
    Run,
}

/// Who took a job back.
///
/// See [`JobError::Cancelled`].
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_pool::{CancelledBy, JobError, ProcessPool};
///
/// let pool = ProcessPool::builder().workers(1).build().unwrap();
/// let waits = pool.try_run(|| 1, ()).unwrap();
/// pool.cancel_pending();
/// let error = waits.await.unwrap_err();
/// assert!(matches!(error, JobError::Cancelled { by: CancelledBy::Call }));
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CancelledBy {
    /// A call that cancels jobs.
    Call,
    /// The shutdown of the pool.
    Shutdown,
}

/// A panic, as it can be told to another process.
///
/// [`JobError::as_panic`] has it.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// let pool = rt_pool::ProcessPool::builder().workers(1).build().unwrap();
/// let error = pool.run(|| -> u32 { panic!("out of paper") }, ()).await.unwrap_err();
/// let report = error.as_panic().unwrap();
/// assert_eq!(report.message, "out of paper");
/// assert!(report.location.contains(".rs:"));
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct PanicReport {
    /// What the panic said; empty if its payload was no text.
    pub message: String,
    /// Where it was, as `file:line:column`; empty if unknown.
    pub location: String,
    /// The name of the thread.
    pub thread: String,
    /// The stack, if the pool keeps backtraces.
    pub backtrace: Option<String>,
}

impl Error for JobError {}

impl JobError {
    /// How the worker process died, if it did.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let pool = rt_pool::ProcessPool::builder().workers(1).build().unwrap();
    /// let error = pool.run(|| -> u32 { std::process::exit(3) }, ()).await.unwrap_err();
    /// assert_eq!(error.as_crash().unwrap().how.exit_code(), Some(3));
    /// # });
    /// ```
    pub fn as_crash(&self) -> Option<&Crash> {
        match self {
            JobError::Crashed(crash) => Some(crash),
            _ => None,
        }
    }

    /// What the job's panic said, if it panicked.
    ///
    /// ```
    /// use rt_pool::JobError;
    ///
    /// assert!(JobError::QueueFull.as_panic().is_none()); // it did not even run
    /// ```
    pub fn as_panic(&self) -> Option<&PanicReport> {
        match self {
            JobError::Panicked(report) => Some(report),
            _ => None,
        }
    }

    /// True if the job ran out of time, in the queue or while it ran.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use std::time::Duration;
    ///
    /// let pool = rt_pool::ProcessPool::builder().workers(1).build().unwrap();
    /// let slow = pool.run(|| std::thread::sleep(Duration::from_secs(60)), ());
    /// assert!(slow.timeout(Duration::from_millis(5)).await.unwrap_err().is_timeout());
    /// # });
    /// ```
    pub fn is_timeout(&self) -> bool {
        matches!(self, JobError::TimedOut { .. })
    }

    /// True if the job was taken back.
    ///
    /// ```
    /// use rt_pool::{CancelledBy, JobError};
    ///
    /// let error = JobError::Cancelled { by: CancelledBy::Shutdown };
    /// assert!(error.is_cancelled());
    /// ```
    pub fn is_cancelled(&self) -> bool {
        matches!(self, JobError::Cancelled { .. })
    }
}
