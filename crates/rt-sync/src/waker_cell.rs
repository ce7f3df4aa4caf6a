//! A place for the waker of the one task that waits at a place.

use rt_primitive::sync::TryLock;
use std::task::Waker;

/// Keeps the latest waker until somebody takes it. Who takes it wakes it.
///
/// So a task whose waker was taken by a thread that meant an earlier wait of it is woken all the
/// same, looks again, and leaves its waker anew.
#[derive(Debug)]
pub(crate) struct WakerCell {
    waker: TryLock<Option<Waker>>,
}

impl WakerCell {
    /// A cell without a waker.
    pub(crate) fn new() -> WakerCell {
        WakerCell { waker: TryLock::new(None) }
    }

    /// Leaves `waker`, in place of the one before.
    pub(crate) fn register(&self, waker: &Waker) {
        let is_there = self.waker.lock().as_ref().is_some_and(|old| old.will_wake(waker));
        if !is_there {
            // Cloned before the lock and dropped after it: both may run anything.
            let waker = Some(waker.clone());
            let old = std::mem::replace(&mut *self.waker.lock(), waker);
            drop(old);
        }
    }

    /// Takes the waker, which the caller is to wake.
    #[must_use = "a task waits for it"]
    pub(crate) fn take(&self) -> Option<Waker> {
        self.waker.lock().take()
    }
}
