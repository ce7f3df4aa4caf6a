//! What the shutdown of a pool of threads found.

use std::fmt;
use std::time::Duration;

use rt_core::TaskSite;

/// What the shutdown of a [`ThreadPool`](crate::ThreadPool) found.
///
/// ```
/// use std::time::Duration;
///
/// let pool = rt_pool::ThreadPool::builder().build()?;
/// let report: rt_pool::ThreadPoolReport = pool.shutdown(Duration::from_secs(10));
/// assert_eq!((report.stuck_jobs.len(), report.ended_jobs), (0, 0));
/// # Ok::<(), rt_pool::ThreadPoolError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ThreadPoolReport {
    /// How long it took.
    pub duration: Duration,
    /// The jobs that had begun and not ended; each keeps its thread until it does.
    pub stuck_jobs: Vec<TaskSite>,
    /// How many jobs had not begun, and were ended.
    pub ended_jobs: usize,
}

impl fmt::Display for ThreadPoolReport {
    /// A line for the whole, and one for each job that is stuck.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (stuck, ended) = (self.stuck_jobs.len(), self.ended_jobs);
        write!(f, "stopped in {:?}: {stuck} jobs stuck, {ended} not begun", self.duration)?;
        self.stuck_jobs.iter().try_for_each(|job| write!(f, "\n  stuck: {job}"))
    }
}
