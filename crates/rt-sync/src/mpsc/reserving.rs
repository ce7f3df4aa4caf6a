//! The futures that keep room in a channel.
//!
//! # Invariants
//!
//! - I1: the waiter of a [`ReservingOwned`] refers into the channel of its `sender`. It is dropped,
//!   or set to `None`, before the sender leaves: it is declared before it, and `poll` does so.

use super::error::SendError;
use super::permit::{OwnedPermit, Permit, PermitIterator};
use super::room::{self, Room};
use super::sender::Sender;
use crate::permits::Request;
use crate::waiters::{Stage, WaitQueue, Waiter};
use pin_project_lite::pin_project;
use rt_core::{WaitKind, note_wait, poll_budget};
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::ptr;
use std::task::{Context, Poll, ready};

pin_project! {
    /// The future of [`Sender::reserve`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::mpsc::{Reserving, channel};
    ///
    /// let (sender, _receiver) = channel(1);
    /// let room: Reserving<'_, u32> = sender.reserve();
    /// room.await.unwrap().send(7);
    /// # });
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    pub struct Reserving<'a, T> {
        #[pin]
        many: ReservingMany<'a, T>,
    }
}

impl<'a, T> Reserving<'a, T> {
    pub(super) fn new(sender: &'a Sender<T>, site: &'static Location<'static>) -> Self {
        Reserving { many: ReservingMany::new(sender, 1, site) }
    }
}

impl<'a, T> Future for Reserving<'a, T> {
    type Output = Result<Permit<'a, T>, SendError<()>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let permits = ready!(self.project().many.poll(cx));
        Poll::Ready(permits.map(|mut permits| permits.next().expect("it has reserved one")))
    }
}

pin_project! {
    /// The future of [`Sender::reserve_many`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::mpsc::{ReservingMany, channel};
    ///
    /// let (sender, _receiver) = channel(4);
    /// let room: ReservingMany<'_, u32> = sender.reserve_many(2);
    /// assert_eq!(room.await.unwrap().count(), 2);
    /// # });
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    pub struct ReservingMany<'a, T> {
        #[pin]
        room: Room<'a, T>,
        site: &'static Location<'static>,
    }
}

impl<'a, T> ReservingMany<'a, T> {
    pub(super) fn new(
        sender: &'a Sender<T>,
        wanted: usize,
        site: &'static Location<'static>,
    ) -> Self {
        ReservingMany { room: Room::new(sender.chan(), wanted), site }
    }
}

impl<'a, T> Future for ReservingMany<'a, T> {
    type Output = Result<PermitIterator<'a, T>, SendError<()>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        ready!(poll_budget(cx));
        let this = self.project();
        let (chan, wanted) = (this.room.chan(), this.room.wanted());
        if wanted > chan.capacity_max() {
            // There never is so much.
            return Poll::Ready(Err(SendError(())));
        }
        let polled = this.room.poll_permits(cx);
        if polled.is_pending() {
            note_wait(WaitKind::Send, this.site, chan.resource());
        }
        polled.map(|is_ours| match is_ours {
            true => Ok(PermitIterator::new(chan, wanted)),
            false => Err(SendError(())),
        })
    }
}

pin_project! {
    /// The future of [`Sender::reserve_owned`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::mpsc::{ReservingOwned, channel};
    ///
    /// let (sender, _receiver) = channel(1);
    /// let room: ReservingOwned<u32> = sender.reserve_owned();
    /// room.await.unwrap().send(7);
    /// # });
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    pub struct ReservingOwned<T> {
        #[pin]
        waiter: Option<Waiter<'static, Request>>,
        sender: Option<Sender<T>>,
        site: &'static Location<'static>,
    }

    impl<T> PinnedDrop for ReservingOwned<T> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if let (Some(waiter), Some(sender)) = (this.waiter.as_pin_mut(), this.sender) {
                room::give_up(sender.chan(), 1, waiter);
            }
        }
    }
}

impl<T> ReservingOwned<T> {
    pub(super) fn new(sender: Sender<T>, site: &'static Location<'static>) -> Self {
        let waiting = ptr::from_ref(&sender.chan().waiting);
        // SAFETY: I1: it is used by the waiter only, while `sender` is there, and what its `Arc`
        // holds stays where it is.
        let waiting: &'static WaitQueue<Request> = unsafe { &*waiting };
        ReservingOwned { waiter: Some(Waiter::new(waiting)), sender: Some(sender), site }
    }
}

impl<T> Future for ReservingOwned<T> {
    type Output = Result<OwnedPermit<T>, SendError<()>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        ready!(poll_budget(cx));
        let mut this = self.project();
        let waiter = this.waiter.as_mut().as_pin_mut().expect("polled after it was ready");
        let chan = this.sender.as_ref().expect("I1: it is there while the waiter is").chan();
        let Poll::Ready(is_ours) = room::poll_permits(chan, 1, waiter, cx) else {
            note_wait(WaitKind::Send, this.site, chan.resource());
            return Poll::Pending;
        };
        this.waiter.set(None);
        let sender = this.sender.take().expect("I1: it was there with the waiter");
        Poll::Ready(if is_ours { Ok(OwnedPermit::new(sender)) } else { Err(SendError(())) })
    }
}

impl<T> fmt::Debug for Reserving<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reserving")
            .field("waits", &!self.many.room.is_new())
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for ReservingMany<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReservingMany")
            .field("wanted", &self.room.wanted())
            .field("waits", &!self.room.is_new())
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for ReservingOwned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waits = self.waiter.as_ref().is_some_and(|waiter| waiter.stage() != Stage::Rest);
        f.debug_struct("ReservingOwned").field("waits", &waits).finish_non_exhaustive()
    }
}
