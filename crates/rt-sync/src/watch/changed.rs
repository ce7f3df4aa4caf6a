//! The futures of receivers that wait for a change.

use super::cell::{Ref, WatchCell};
use super::error::RecvError;
use crate::waiters::Waiter;
use pin_project_lite::pin_project;
use rt_core::{WaitKind, note_wait, poll_budget};
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// The future of [`Receiver::changed`](super::Receiver::changed).
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::watch::{Changed, channel};
    ///
    /// let (sender, mut receiver) = channel(1);
    /// sender.send(2).unwrap();
    /// let changed: Changed<'_, u32> = receiver.changed();
    /// assert!(changed.await.is_ok());
    /// # });
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    pub struct Changed<'a, T> {
        cell: &'a WatchCell<T>,
        seen: &'a mut u64,
        site: &'static Location<'static>,
        #[pin]
        waiter: Waiter<'a, ()>,
    }
}

impl<'a, T> Changed<'a, T> {
    pub(super) fn new(
        cell: &'a WatchCell<T>,
        seen: &'a mut u64,
        site: &'static Location<'static>,
    ) -> Self {
        Changed { cell, seen, site, waiter: Waiter::new(&cell.waiting) }
    }

    /// Ready once there is a value that was not seen, which then counts as seen.
    fn poll_changed(self: Pin<&mut Self>, cx: &Context<'_>) -> Poll<Result<(), RecvError>> {
        let this = self.project();
        let polled = this.waiter.poll_look(cx, || {
            let version = this.cell.version();
            if version.number != **this.seen {
                **this.seen = version.number;
                return Some(Ok(()));
            }
            version.is_closed.then_some(Err(RecvError(())))
        });
        if polled.is_pending() {
            note_wait(WaitKind::Receive, this.site, this.cell.resource());
        }
        polled
    }
}

impl<T> Future for Changed<'_, T> {
    type Output = Result<(), RecvError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), RecvError>> {
        ready!(poll_budget(cx));
        self.poll_changed(cx)
    }
}

impl<T> fmt::Debug for Changed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changed").field("stage", &self.waiter.stage()).finish_non_exhaustive()
    }
}

pin_project! {
    /// The future of [`Receiver::wait_for`](super::Receiver::wait_for).
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::watch::{WaitingFor, channel};
    ///
    /// let (_sender, mut receiver) = channel(7);
    /// let odd: WaitingFor<'_, i32, _> = receiver.wait_for(|value| value % 2 == 1);
    /// assert_eq!(*odd.await.unwrap(), 7);
    /// # });
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    pub struct WaitingFor<'a, T, F> {
        is_it: F,
        #[pin]
        changed: Changed<'a, T>,
    }
}

impl<'a, T, F> WaitingFor<'a, T, F> {
    pub(super) fn new(
        cell: &'a WatchCell<T>,
        seen: &'a mut u64,
        is_it: F,
        site: &'static Location<'static>,
    ) -> Self {
        WaitingFor { is_it, changed: Changed::new(cell, seen, site) }
    }
}

impl<'a, T, F: FnMut(&T) -> bool> Future for WaitingFor<'a, T, F> {
    type Output = Result<Ref<'a, T>, RecvError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        ready!(poll_budget(cx));
        let mut this = self.project();
        loop {
            let changed = this.changed.as_mut().project();
            // Asked before the look: no value comes after it, if it says so.
            let is_closed = changed.cell.version().is_closed;
            let (value, number) = changed.cell.read(**changed.seen);
            **changed.seen = number;
            if (this.is_it)(&value) {
                return Poll::Ready(Ok(value));
            }
            drop(value);
            if is_closed {
                return Poll::Ready(Err(RecvError(())));
            }
            // Its error is found by the next round, after a last look.
            let _ = ready!(this.changed.as_mut().poll_changed(cx));
        }
    }
}

impl<T, F> fmt::Debug for WaitingFor<'_, T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitingFor").field("changed", &self.changed).finish_non_exhaustive()
    }
}
