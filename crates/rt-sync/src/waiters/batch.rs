//! Wakers that were taken out of a queue, until its lock is released.

use arrayvec::ArrayVec;
use rt_primitive::MODEL;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Waker;

/// Waiters that are served before the lock is released for a moment.
pub(crate) const BATCH: usize = if MODEL { 2 } else { 16 };

/// At most [`BATCH`] wakers.
pub(crate) struct WakeBatch {
    wakers: ArrayVec<Waker, BATCH>,
}

impl WakeBatch {
    /// A batch with nothing in it.
    pub(crate) fn new() -> Self {
        WakeBatch { wakers: ArrayVec::new() }
    }

    /// True when no more fit in.
    pub(crate) fn is_full(&self) -> bool {
        self.wakers.is_full()
    }

    /// Adds `waker` to a batch that is not full.
    pub(crate) fn push(&mut self, waker: Waker) {
        self.wakers.push(waker);
    }

    /// Wakes all, in order. Call it without the lock: a waker may run anything.
    pub(crate) fn wake_all(&mut self) {
        self.wakers.drain(..).for_each(wake);
    }
}

/// Wakes one task. Its panic ends here, so that the others are woken and the caller goes on.
///
/// What the panic carries is leaked, since its drop may panic again; the panic hook has told about
/// it.
pub(crate) fn wake(waker: Waker) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| waker.wake())) {
        mem::forget(panic);
    }
}
