//! The futures of senders that send, or wait for the end.

use super::chan::{Chan, Refused};
use super::error::SendError;
use super::permit::send_reserved;
use super::room::Room;
use super::tail::Claim;
use crate::waiters::Waiter;
use pin_project_lite::pin_project;
use rt_core::{WaitKind, note_wait, poll_budget};
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// The future of [`Sender::send`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::mpsc::{Sending, channel};
    ///
    /// let (sender, receiver) = channel(1);
    /// let sending: Sending<'_, u32> = sender.send(7);
    /// assert!(receiver.is_empty()); // nothing is done before it is polled
    /// sending.await.unwrap();
    /// # });
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    pub struct Sending<'a, T> {
        #[pin]
        room: Room<'a, T>,
        value: Option<T>,
        site: &'static Location<'static>,
    }
}

impl<'a, T> Sending<'a, T> {
    pub(super) fn new(chan: &'a Chan<T>, value: T, site: &'static Location<'static>) -> Self {
        Sending { room: Room::new(chan, 1), value: Some(value), site }
    }
}

impl<T> Future for Sending<'_, T> {
    type Output = Result<(), SendError<T>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), SendError<T>>> {
        ready!(poll_budget(cx));
        let mut this = self.project();
        let chan = this.room.chan();
        let mut value = this.value.take().expect("a send is not polled again after it has ended");
        if this.room.is_new() && !chan.may_wait() {
            match chan.send(Claim::Slot, value) {
                Ok(()) => return Poll::Ready(Ok(())),
                Err((Refused::Closed, value)) => return Poll::Ready(Err(SendError(value))),
                Err((Refused::Full, refused)) => value = refused,
            }
        }
        match this.room.as_mut().poll_permits(cx) {
            Poll::Ready(true) => {
                send_reserved(chan, value);
                Poll::Ready(Ok(()))
            }
            Poll::Ready(false) => Poll::Ready(Err(SendError(value))),
            Poll::Pending => {
                *this.value = Some(value);
                note_wait(WaitKind::Send, this.site, chan.resource());
                Poll::Pending
            }
        }
    }
}

impl<T> fmt::Debug for Sending<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sending").field("waits", &!self.room.is_new()).finish_non_exhaustive()
    }
}

pin_project! {
    /// The future of [`Sender::closed`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::mpsc::{Closed, channel};
    ///
    /// let (sender, receiver) = channel::<u32>(1);
    /// let end: Closed<'_, u32> = sender.closed();
    /// drop(receiver);
    /// end.await;
    /// # });
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    pub struct Closed<'a, T> {
        chan: &'a Chan<T>,
        site: &'static Location<'static>,
        #[pin]
        waiter: Waiter<'a, ()>,
    }
}

impl<'a, T> Closed<'a, T> {
    pub(super) fn new(chan: &'a Chan<T>, site: &'static Location<'static>) -> Self {
        Closed { chan, site, waiter: Waiter::new(&chan.watching) }
    }
}

impl<T> Future for Closed<'_, T> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        ready!(poll_budget(cx));
        let this = self.project();
        let polled = this.waiter.poll_look(cx, || this.chan.is_closed().then_some(()));
        if polled.is_pending() {
            note_wait(WaitKind::Signal, this.site, this.chan.resource());
        }
        polled
    }
}

impl<T> fmt::Debug for Closed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Closed").field("is_closed", &self.chan.is_closed()).finish_non_exhaustive()
    }
}
