//! One reading of a task's word, and what its bits are.

use std::fmt;

use crate::task::info::Outcome;

pub(super) const OWNED: usize = 1;
pub(super) const NOTIFIED: usize = 1 << 1;
pub(super) const COMPLETE: usize = 1 << 2;
pub(super) const JOIN: usize = 1 << 3;
pub(super) const JOIN_WAKER: usize = 1 << 4;
pub(super) const CANCELLED: usize = 1 << 5;
pub(super) const ROOT: usize = 1 << 6;
pub(super) const BOXED: usize = 1 << 7;
pub(super) const PANICKED: usize = 1 << 8;
pub(super) const CALLBACKS: usize = 1 << 9;
pub(super) const FRESH: usize = 1 << 10;
pub(super) const ASKED: usize = 1 << 11;
pub(super) const JOB: usize = 1 << 12;
pub(super) const REF: usize = 1 << 13;

/// One reading of a task's word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Snapshot(pub(super) usize);

impl Snapshot {
    /// A new task: owned by its spawner, one reference for itself and one for its join handle.
    pub(crate) const SPAWNED: Snapshot = Snapshot(OWNED | JOIN | FRESH | (2 * REF));
    /// The future of a `block_on`: one reference for itself and one for the thread inside.
    pub(crate) const ROOT: Snapshot = Snapshot(OWNED | ROOT | BOXED | (2 * REF));
    /// A new job, which nobody holds: one reference for itself, one for its join handle, and one
    /// for the queue of its pool.
    pub(crate) const JOB: Snapshot = Snapshot(JOIN | JOB | (3 * REF));
    /// A slot of a page that holds no task.
    pub(crate) const VACANT: Snapshot = Snapshot(0);

    /// The same, in memory of its own.
    pub(crate) fn boxed(self) -> Snapshot {
        Snapshot(self.0 | BOXED)
    }

    /// The same, with something to be seen to at its end.
    pub(crate) fn with_callbacks(self) -> Snapshot {
        Snapshot(self.0 | CALLBACKS)
    }

    pub(crate) fn is_owned(self) -> bool {
        self.0 & OWNED != 0
    }

    pub(crate) fn is_complete(self) -> bool {
        self.0 & COMPLETE != 0
    }

    /// True once the task was asked to end, or has ended so.
    pub(crate) fn is_cancelled(self) -> bool {
        self.0 & CANCELLED != 0
    }

    /// How the task ended; `None` if it has not.
    pub(crate) fn outcome(self) -> Option<Outcome> {
        if !self.is_complete() {
            return None;
        }
        Some(match self.0 & (CANCELLED | PANICKED) {
            0 => Outcome::Finished,
            PANICKED => Outcome::Panicked,
            _ => Outcome::Cancelled,
        })
    }

    /// True until the first poll of the task has ended.
    pub(crate) fn is_fresh(self) -> bool {
        self.0 & FRESH != 0
    }

    /// True once a request to end was made, whatever became of it.
    pub(crate) fn is_asked(self) -> bool {
        self.0 & ASKED != 0
    }

    pub(crate) fn is_root(self) -> bool {
        self.0 & ROOT != 0
    }

    pub(crate) fn is_job(self) -> bool {
        self.0 & JOB != 0
    }

    pub(crate) fn is_boxed(self) -> bool {
        self.0 & BOXED != 0
    }

    pub(crate) fn has_join_waker(self) -> bool {
        self.0 & JOIN_WAKER != 0
    }

    /// How many references there are.
    pub(super) fn refs(self) -> usize {
        self.0 / REF
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [(usize, &str); 13] = [
            (OWNED, "OWNED"),
            (NOTIFIED, "NOTIFIED"),
            (COMPLETE, "COMPLETE"),
            (JOIN, "JOIN"),
            (JOIN_WAKER, "JOIN_WAKER"),
            (CANCELLED, "CANCELLED"),
            (ROOT, "ROOT"),
            (BOXED, "BOXED"),
            (PANICKED, "PANICKED"),
            (CALLBACKS, "CALLBACKS"),
            (FRESH, "FRESH"),
            (ASKED, "ASKED"),
            (JOB, "JOB"),
        ];
        for (_, name) in NAMES.iter().filter(|(bit, _)| self.0 & bit != 0) {
            write!(f, "{name} ")?;
        }
        write!(f, "refs={}", self.refs())
    }
}
