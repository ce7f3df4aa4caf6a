//! What a pool has done so far.

use std::time::Duration;

/// Counted by the roster.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) submitted: u64,
    pub(crate) succeeded: u64,
    pub(crate) panicked: u64,
    pub(crate) started: u64,
    pub(crate) failed_starts: u64,
    pub(crate) exited: u64,
    pub(crate) crashed: u64,
    pub(crate) retried: u64,
    pub(crate) timed_out: u64,
    pub(crate) cancelled: u64,
    pub(crate) violations: u64,
    pub(crate) busy_nanos: u64,
}

/// A snapshot of a pool: what it does now, and what it has done since it was made.
///
/// ```
/// let pool = rt_pool::ProcessPool::builder().workers(2).build().unwrap();
/// assert_eq!(pool.stats().submitted, 0);
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ProcessPoolStats {
    /// Jobs that wait for a process.
    pub queued: usize,
    /// Processes on their way.
    pub starting: usize,
    /// Processes without a job.
    pub idle: usize,
    /// Processes with a job.
    pub busy: usize,
    /// Jobs that came.
    pub submitted: u64,
    /// Jobs with a result.
    pub succeeded: u64,
    /// Jobs that panicked.
    pub panicked: u64,
    /// Jobs whose process died of them; each attempt counts.
    pub crashed: u64,
    /// Attempts that followed a crash.
    pub retried: u64,
    /// Jobs whose time was up.
    pub timed_out: u64,
    /// Jobs that were taken back.
    pub cancelled: u64,
    /// Processes that were started.
    pub started: u64,
    /// Starts that failed.
    pub failed_starts: u64,
    /// Processes that have ended.
    pub exited: u64,
    /// Processes that were killed because they broke the protocol.
    pub violations: u64,
    /// The time that jobs took, added up.
    pub busy_time: Duration,
}
