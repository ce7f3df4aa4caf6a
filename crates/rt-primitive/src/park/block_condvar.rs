//! Blocks a thread on a word by a lock and a condition variable.

use crate::atomic::{AtomicU32, Ordering};
use crate::backend::raw_sync::{Condvar, Mutex};
use crate::count;
use std::sync::PoisonError;
use std::time::Instant;

/// A lock between "look at the word" and "sleep", so that no wake falls between the two.
#[derive(Debug)]
pub(super) struct Blocker {
    lock: Mutex<()>,
    condvar: Condvar,
}

impl Blocker {
    pub(super) fn new() -> Self {
        Self { lock: Mutex::new(()), condvar: Condvar::new() }
    }

    /// Blocks while `word` is `value`; true when `deadline` has passed. May return early.
    pub(super) fn block_while(
        &self,
        word: &AtomicU32,
        value: u32,
        deadline: Option<Instant>,
    ) -> bool {
        if crate::MODEL && deadline.is_some() {
            return true;
        }
        count::park();
        let guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        // ORDERING: Relaxed; the lock orders this look and the swap that came before `unblock`.
        if word.load(Ordering::Relaxed) != value {
            return false;
        }
        let Some(deadline) = deadline else {
            drop(self.condvar.wait(guard).unwrap_or_else(PoisonError::into_inner));
            return false;
        };
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return true;
        }
        let (_guard, outcome) =
            self.condvar.wait_timeout(guard, left).unwrap_or_else(PoisonError::into_inner);
        outcome.timed_out()
    }

    /// Wakes the thread that blocks on `word`.
    pub(super) fn unblock(&self, _word: &AtomicU32) {
        count::unpark();
        drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner));
        self.condvar.notify_one();
    }
}

/// Cannot be asked for here.
pub(super) fn meet_deadlines_closely() {}
