//! Wakers that were taken out of a wheel, until its lock is released.

use rt_primitive::MODEL;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Waker;

/// Entries that are taken out of a wheel before its lock is released for a moment.
pub(super) const BATCH: usize = if MODEL { 2 } else { 32 };

/// At most [`BATCH`] wakers.
pub(super) struct WakerBatch {
    wakers: [Option<Waker>; BATCH],
    len: usize,
}

impl WakerBatch {
    /// A batch with nothing in it.
    pub(super) fn new() -> Self {
        WakerBatch { wakers: [const { None }; BATCH], len: 0 }
    }

    /// True when no more fit in.
    pub(super) fn is_full(&self) -> bool {
        self.len == BATCH
    }

    /// Adds `waker` to a batch that is not full.
    pub(super) fn push(&mut self, waker: Waker) {
        self.wakers[self.len] = Some(waker);
        self.len += 1;
    }

    /// Wakes all, in order. One that panics keeps the others from nothing.
    ///
    /// What a panic carries is leaked, since its drop may panic again; the panic hook has told
    /// about it.
    pub(super) fn wake_all(&mut self) {
        let len = std::mem::take(&mut self.len);
        for waker in self.wakers[..len].iter_mut().filter_map(Option::take) {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| waker.wake())) {
                std::mem::forget(panic);
            }
        }
    }
}
