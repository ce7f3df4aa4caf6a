//! Wakers that were taken out of a queue or a wheel, until its lock is released.

use std::task::Waker;

use arrayvec::ArrayVec;

use crate::contain::contain;

/// At most `MOST` wakers, which are woken together once no lock is held.
///
/// ```
/// use rt_primitive::wakers::WakeBatch;
/// use std::task::Waker;
///
/// let mut batch = WakeBatch::<2>::new();
/// batch.push(Waker::noop().clone());
/// assert!(!batch.is_full());
/// batch.wake_all();
/// ```
#[derive(Debug, Default)]
pub struct WakeBatch<const MOST: usize> {
    wakers: ArrayVec<Waker, MOST>,
}

impl<const MOST: usize> WakeBatch<MOST> {
    /// A batch with nothing in it.
    pub fn new() -> Self {
        WakeBatch { wakers: ArrayVec::new() }
    }

    /// True when no more fit in.
    pub fn is_full(&self) -> bool {
        self.wakers.is_full()
    }

    /// Adds `waker`.
    ///
    /// # Panics
    ///
    /// When the batch is full.
    pub fn push(&mut self, waker: Waker) {
        self.wakers.push(waker);
    }

    /// Wakes all, in order, and is empty then. Call it without a lock: a waker may run anything.
    pub fn wake_all(&mut self) {
        self.wakers.drain(..).for_each(wake);
    }
}

/// Wakes one task. Its panic ends here, so that the others are woken and the caller goes on.
///
/// ```
/// rt_primitive::wakers::wake(std::task::Waker::noop().clone());
/// ```
pub fn wake(waker: Waker) {
    contain(|| waker.wake());
}
