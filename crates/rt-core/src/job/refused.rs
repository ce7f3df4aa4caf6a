//! Why a job was not taken.

use std::error::Error;
use std::fmt;
use std::io;

/// Why a pool takes no job.
///
/// It comes in a [`RefusedJob`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::{Refusal, try_spawn_blocking};
///
/// // An executor that was given no threads for jobs takes none.
/// let refused = try_spawn_blocking(|| 7).unwrap_err();
/// println!("{}", refused.why);
/// assert_eq!((refused.job)(), 7);
/// # });
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Refusal {
    /// As many jobs wait as may.
    QueueFull {
        /// How many may wait.
        capacity: usize,
    },
    /// The pool has been shut down, or its runtime has.
    Closed,
    /// There is no thread, and the system refuses one.
    NoThread(io::Error),
}

/// A job that was not taken, and why.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver, Refusal};
/// # use std::sync::Arc;
/// // An executor that was started without threads for jobs.
/// let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// let refused = executor.handle().try_spawn_blocking(|| 42).unwrap_err();
/// assert!(matches!(refused.why, Refusal::Closed));
/// assert_eq!((refused.job)(), 42);
/// ```
pub struct RefusedJob<F> {
    /// The job, as it was given.
    pub job: F,
    /// Why it was not taken.
    pub why: Refusal,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::QueueFull { capacity } => write!(
                f,
                "{capacity} jobs wait already, which is the limit; \
                 try again later, or raise the limit"
            ),
            Refusal::Closed => f.write_str("the pool has been shut down"),
            Refusal::NoThread(error) => write!(
                f,
                "the system refuses the first thread of the pool ({error}); \
                 raise the thread limit, or keep a thread by a minimum of 1"
            ),
        }
    }
}

impl Error for Refusal {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Refusal::QueueFull { .. } | Refusal::Closed => None,
            Refusal::NoThread(error) => Some(error),
        }
    }
}

impl<F> fmt::Display for RefusedJob<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot take the job: {}", self.why)
    }
}

impl<F> fmt::Debug for RefusedJob<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefusedJob").field("why", &self.why).finish_non_exhaustive()
    }
}

impl<F> Error for RefusedJob<F> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.why)
    }
}
