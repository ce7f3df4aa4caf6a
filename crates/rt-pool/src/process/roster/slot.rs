//! A place for one worker process, and what that does.

use std::time::{Duration, Instant};

use rt_primitive::mutant;

use super::{Entry, JobId};

/// A place for one process.
#[derive(Debug)]
pub(super) struct Slot<J> {
    pub(super) phase: Phase<J>,
    /// When the process was started.
    pub(super) born: Instant,
    pub(super) jobs_done: u64,
    /// It was killed, and its death is on the way.
    pub(super) is_killed: bool,
    /// It takes no further job: it has as much memory as it may, or its panic ends it.
    pub(super) is_spent: bool,
}

/// What a process does.
#[derive(Debug)]
pub(super) enum Phase<J> {
    /// There is none.
    Empty,
    Starting {
        until: Instant,
    },
    Idle {
        since: Instant,
    },
    Busy(Turn<J>),
    /// It was told to leave.
    Leaving {
        until: Instant,
    },
}

/// A job in a process.
#[derive(Debug)]
pub(super) struct Turn<J> {
    pub(super) entry: Entry<J>,
    pub(super) since: Instant,
    /// When its time is up.
    pub(super) end: Option<Instant>,
    /// When it is killed, since it is no longer wanted.
    pub(super) kill_at: Option<Instant>,
    is_settled: bool,
}

impl<J> Slot<J> {
    pub(super) fn empty() -> Slot<J> {
        Slot {
            phase: Phase::Empty,
            born: Instant::now(),
            jobs_done: 0,
            is_killed: false,
            is_spent: false,
        }
    }

    pub(super) fn starting(now: Instant, within: Duration) -> Slot<J> {
        Slot { phase: Phase::Starting { until: now + within }, born: now, ..Slot::empty() }
    }

    pub(super) fn begin(&mut self, entry: Entry<J>, now: Instant) {
        let end = entry.brief.timeout.and_then(|timeout| now.checked_add(timeout));
        self.phase = Phase::Busy(Turn { entry, since: now, end, kill_at: None, is_settled: false });
    }

    pub(super) fn runs(&self, id: JobId) -> bool {
        matches!(&self.phase, Phase::Busy(turn) if turn.entry.id == id)
    }
}

impl<J: Clone> Turn<J> {
    /// The job, if nobody was told yet what became of it. From now on somebody is.
    pub(super) fn settle(&mut self) -> Option<J> {
        let was_settled = std::mem::replace(&mut self.is_settled, true);
        if was_settled && !mutant!("pool.settle_twice") {
            return None;
        }
        self.end = None;
        Some(self.entry.job.clone())
    }

    pub(super) fn is_settled(&self) -> bool {
        self.is_settled
    }
}
