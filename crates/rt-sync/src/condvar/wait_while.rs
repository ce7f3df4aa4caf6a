//! Waiting until a condition has become false.

use super::{Condvar, CondvarWait};
use crate::mutex::MutexGuard;
use pin_project_lite::pin_project;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// The future of [`Condvar::wait_while`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::{Condvar, Mutex, futures::CondvarWaitWhile};
    ///
    /// let (lock, changed) = (Mutex::new(7), Condvar::new());
    /// let is_odd = |value: &mut i32| *value % 2 == 0;
    /// let wait: CondvarWaitWhile<'_, i32, _> = changed.wait_while(lock.lock().await, is_odd);
    /// assert_eq!(*wait.await, 7); // it is odd already
    /// # });
    /// ```
    #[must_use = "a wait does nothing unless it is awaited or polled"]
    pub struct CondvarWaitWhile<'a, T: ?Sized, F> {
        condvar: &'a Condvar,
        condition: F,
        // While the condition is to be looked at.
        guard: Option<MutexGuard<'a, T>>,
        site: &'static Location<'static>,
        #[pin]
        wait: Option<CondvarWait<'a, T>>,
    }
}

impl<'a, T: ?Sized, F> CondvarWaitWhile<'a, T, F> {
    pub(super) fn new(
        condvar: &'a Condvar,
        guard: MutexGuard<'a, T>,
        condition: F,
        site: &'static Location<'static>,
    ) -> Self {
        CondvarWaitWhile { condvar, condition, guard: Some(guard), site, wait: None }
    }
}

impl<'a, T: ?Sized, F: FnMut(&mut T) -> bool> Future for CondvarWaitWhile<'a, T, F> {
    type Output = MutexGuard<'a, T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            if let Some(wait) = this.wait.as_mut().as_pin_mut() {
                *this.guard = Some(ready!(wait.poll(cx)));
                this.wait.set(None);
            }
            let mut guard = this.guard.take().expect("polled after it was ready");
            if !(this.condition)(&mut guard) {
                return Poll::Ready(guard);
            }
            this.wait.set(Some(CondvarWait::new(this.condvar, guard, this.site)));
        }
    }
}

impl<T: ?Sized, F> fmt::Debug for CondvarWaitWhile<'_, T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CondvarWaitWhile").field("made_at", self.site).finish_non_exhaustive()
    }
}
