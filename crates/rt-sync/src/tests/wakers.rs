//! Wakers that tell what was done to them.

#![allow(dead_code, reason = "a model uses one part, a plain test another")]

use rt_primitive::atomic::{AtomicUsize, Ordering};
use rt_primitive::park::Parker;
use rt_primitive::sync::Arc;
use std::pin::Pin;
use std::task::{Context, Poll, Wake, Waker};

/// What was done to the wakers of one [`Counts`].
#[derive(Clone)]
pub(crate) struct Counts(Arc<Numbers>);

struct Numbers {
    wakes: AtomicUsize,
    drops: AtomicUsize,
}

struct CountingWaker(Arc<Numbers>);

impl Counts {
    pub(crate) fn new() -> Self {
        let zero = || AtomicUsize::new(0);
        Counts(Arc::new(Numbers { wakes: zero(), drops: zero() }))
    }

    /// One more waker, which is counted as dropped when its last clone is.
    pub(crate) fn waker(&self) -> Waker {
        std::sync::Arc::new(CountingWaker(Arc::clone(&self.0))).into()
    }

    pub(crate) fn wakes(&self) -> usize {
        // ORDERING: Acquire; pairs with AcqRel in `wake`; what came before the wake is visible.
        self.0.wakes.load(Ordering::Acquire)
    }

    pub(crate) fn drops(&self) -> usize {
        // ORDERING: Relaxed; read after all that could drop a waker was joined.
        self.0.drops.load(Ordering::Relaxed)
    }
}

impl Wake for CountingWaker {
    fn wake(self: std::sync::Arc<Self>) {
        // ORDERING: AcqRel; pairs with Acquire in `wakes`.
        self.0.wakes.fetch_add(1, Ordering::AcqRel);
    }
}

impl Drop for CountingWaker {
    fn drop(&mut self) {
        // ORDERING: Relaxed; see `drops`.
        self.0.drops.fetch_add(1, Ordering::Relaxed);
    }
}

/// Runs a closure when it is woken.
pub(crate) struct CallingWaker<F>(F);

impl<F: Fn() + Send + Sync + 'static> CallingWaker<F> {
    pub(crate) fn waker(f: F) -> Waker {
        std::sync::Arc::new(CallingWaker(f)).into()
    }
}

impl<F: Fn() + Send + Sync + 'static> Wake for CallingWaker<F> {
    fn wake(self: std::sync::Arc<Self>) {
        (self.0)();
    }
}

/// Polls `future` on this thread until it is ready, and parks in between.
pub(crate) fn wait_for<F: Future>(future: F) -> F::Output {
    let parker = std::sync::Arc::new(Parker::new());
    let waker = {
        let parker = parker.clone();
        CallingWaker::waker(move || parker.unpark())
    };
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => parker.park(),
        }
    }
}

/// Polls `future` once with a waker that does nothing.
pub(crate) fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}
