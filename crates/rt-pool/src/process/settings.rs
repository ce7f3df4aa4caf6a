//! What a process pool was asked to be.

use std::time::Duration;

use super::roster::{Brief, Restarts, Rules};

/// The settings that the pool's own threads and its jobs read.
#[derive(Clone, Debug)]
pub(crate) struct PoolSettings {
    pub(crate) rules: Rules,
    /// What a job gets that asks for nothing else.
    pub(crate) brief: Brief,
    /// Deaths within a time until replacements wait.
    pub(crate) restart_budget: (usize, Duration),
    /// Resident bytes of a worker while it runs a job.
    pub(crate) memory_max: Option<u64>,
    /// Resident bytes of a worker after a job, beyond which it is replaced.
    pub(crate) memory_kept: Option<u64>,
    /// Whether workers' standard error is passed on to ours.
    pub(crate) forwards_stderr: bool,
    /// The largest parcel that is taken from a worker.
    pub(crate) parcel_max: u64,
    /// Whether workers execute another program, so that jobs go by name.
    pub(crate) is_other_program: bool,
}

impl PoolSettings {
    pub(crate) fn restarts(&self) -> Restarts {
        Restarts::new(self.restart_budget.0, self.restart_budget.1)
    }
}
