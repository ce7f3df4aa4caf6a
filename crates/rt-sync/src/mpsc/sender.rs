//! The sending ends of a bounded channel.

use super::chan::{Chan, Refused};
use super::error::{SendError, TrySendError};
use super::permit::{OwnedPermit, Permit, send_reserved};
use super::room::Room;
use super::tail::Claim;
use super::weak::WeakSender;
use crate::blocking;
use crate::waiters::{Stage, Waiter};
use pin_project_lite::pin_project;
use rt_core::{WaitKind, note_wait, poll_budget};
use rt_primitive::sync::Arc;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Sends into a bounded channel; may be cloned.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_sync::mpsc;
///
/// let (sender, mut receiver) = mpsc::channel(2);
/// let other = sender.clone();
/// sender.send(1).await.unwrap();
/// other.send(2).await.unwrap();
/// assert!(sender.try_send(3).is_err()); // two are in it
/// assert_eq!(receiver.recv().await, Some(1));
/// # });
/// ```
pub struct Sender<T> {
    chan: Arc<Chan<T>>,
}

impl<T> Sender<T> {
    /// For a caller who has counted it.
    pub(super) fn new(chan: Arc<Chan<T>>) -> Self {
        Sender { chan }
    }

    pub(super) fn chan(&self) -> &Arc<Chan<T>> {
        &self.chan
    }

    /// Sends `value`, once there is room.
    ///
    /// # Errors
    ///
    /// [`SendError`] with the value when the receiver was closed or is gone.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it has sent nothing: the value is dropped with it. To keep the
    /// value, [`reserve`](Self::reserve) first.
    #[track_caller]
    pub fn send(&self, value: T) -> Sending<'_, T> {
        Sending { room: Room::new(&self.chan), value: Some(value), site: Location::caller() }
    }

    /// Sends `value` if there is room that nobody waits for.
    ///
    /// # Errors
    ///
    /// [`TrySendError`] with the value.
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        if self.chan.may_wait() && !self.chan.is_closed() {
            return Err(TrySendError::Full(value));
        }
        self.chan.send(Claim::Slot, value).map_err(TrySendError::new)
    }

    /// As [`send`](Self::send), for threads that run no tasks: the calling thread stops.
    ///
    /// # Errors
    ///
    /// As `send`.
    ///
    /// # Panics
    ///
    /// Within a task: await `send` there.
    #[track_caller]
    pub fn blocking_send(&self, value: T) -> Result<(), SendError<T>> {
        blocking::block_on("blocking_send", self.send(value))
    }

    /// Keeps room for a value, once there is some.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let (sender, mut receiver) = rt_sync::mpsc::channel(1);
    /// let permit = sender.reserve().await.unwrap();
    /// assert!(sender.try_send("no room").is_err());
    /// permit.send("tea");
    /// assert_eq!(receiver.recv().await, Some("tea"));
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// [`SendError`] when the receiver was closed or is gone.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it has reserved nothing, and loses its place among those who
    /// wait.
    #[track_caller]
    pub fn reserve(&self) -> Reserving<'_, T> {
        Reserving { room: Room::new(&self.chan), site: Location::caller() }
    }

    /// Keeps room for a value if there is some that nobody waits for.
    ///
    /// # Errors
    ///
    /// [`TrySendError`] without a value.
    pub fn try_reserve(&self) -> Result<Permit<'_, T>, TrySendError<()>> {
        self.try_permit()?;
        Ok(Permit::new(&self.chan))
    }

    /// As [`reserve`](Self::reserve), with a permit that has the sender in it.
    #[track_caller]
    pub fn reserve_owned(self) -> impl Future<Output = Result<OwnedPermit<T>, SendError<()>>> {
        let site = Location::caller();
        async move {
            let permit = Reserving { room: Room::new(&self.chan), site }.await?;
            // It goes on as the owned one.
            std::mem::forget(permit);
            Ok(OwnedPermit::new(self))
        }
    }

    /// As [`try_reserve`](Self::try_reserve), with a permit that has the sender in it.
    ///
    /// # Errors
    ///
    /// [`TrySendError`] with the sender.
    pub fn try_reserve_owned(self) -> Result<OwnedPermit<T>, TrySendError<Self>> {
        match self.try_permit() {
            Ok(()) => Ok(OwnedPermit::new(self)),
            Err(TrySendError::Full(())) => Err(TrySendError::Full(self)),
            Err(TrySendError::Closed(())) => Err(TrySendError::Closed(self)),
        }
    }

    fn try_permit(&self) -> Result<(), TrySendError<()>> {
        if self.chan.may_wait() && !self.chan.is_closed() {
            return Err(TrySendError::Full(()));
        }
        self.chan.reserve().map_err(|refused| TrySendError::new((refused, ())))
    }

    /// Waits until the receiver is closed or gone: a send would fail.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when it is dropped.
    #[track_caller]
    pub fn closed(&self) -> Closed<'_, T> {
        Closed::new(&self.chan, Location::caller())
    }

    /// True when the receiver was closed or is gone.
    pub fn is_closed(&self) -> bool {
        self.chan.is_closed()
    }

    /// Room that is left now.
    pub fn capacity(&self) -> usize {
        self.chan.room()
    }

    /// How many values fit in when nothing is in the channel.
    pub fn max_capacity(&self) -> usize {
        self.chan.capacity_max()
    }

    /// True when both send into one channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.chan, &other.chan)
    }

    /// A sender that does not keep the channel from its end.
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender::new(self.chan.clone())
    }

    /// How many senders there are, weak ones left out.
    pub fn strong_count(&self) -> usize {
        self.chan.senders().get()
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.chan.senders().add();
        Sender { chan: self.chan.clone() }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.chan.remove_sender();
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("capacity", &self.capacity())
            .field("is_closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}

pin_project! {
    /// The future of [`Sender::send`].
    #[must_use = "futures do nothing unless awaited"]
    pub struct Sending<'a, T> {
        #[pin]
        room: Room<'a, T>,
        value: Option<T>,
        site: &'static Location<'static>,
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
        match this.room.as_mut().poll_permit(cx) {
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
    /// The future of [`Sender::reserve`].
    #[must_use = "futures do nothing unless awaited"]
    pub struct Reserving<'a, T> {
        #[pin]
        room: Room<'a, T>,
        site: &'static Location<'static>,
    }
}

impl<'a, T> Future for Reserving<'a, T> {
    type Output = Result<Permit<'a, T>, SendError<()>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        ready!(poll_budget(cx));
        let this = self.project();
        let chan = this.room.chan();
        let polled = this.room.poll_permit(cx);
        if polled.is_pending() {
            note_wait(WaitKind::Send, this.site, chan.resource());
        }
        polled.map(|is_ours| if is_ours { Ok(Permit::new(chan)) } else { Err(SendError(())) })
    }
}

impl<T> fmt::Debug for Reserving<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reserving").field("waits", &!self.room.is_new()).finish_non_exhaustive()
    }
}

pin_project! {
    /// The future of [`Sender::closed`].
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
        let mut this = self.project();
        if this.chan.is_closed() {
            return Poll::Ready(());
        }
        if this.waiter.stage() == Stage::Rest {
            this.waiter.as_mut().prepare((), cx);
            let mut watching = this.chan.watching.lock();
            // The channel is closed before the lock is taken to wake those who watch.
            if this.chan.is_closed() {
                return Poll::Ready(());
            }
            watching.push(this.waiter.as_ref());
        } else if this.waiter.poll_served(cx).is_ready() {
            return Poll::Ready(());
        }
        note_wait(WaitKind::Signal, this.site, this.chan.resource());
        Poll::Pending
    }
}

impl<T> fmt::Debug for Closed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Closed").field("is_closed", &self.chan.is_closed()).finish_non_exhaustive()
    }
}
