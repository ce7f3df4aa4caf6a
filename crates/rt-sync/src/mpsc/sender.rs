//! The sending ends of a bounded channel.

use super::chan::Chan;
use super::error::{SendError, TrySendError};
use super::permit::{OwnedPermit, Permit, PermitIterator};
use super::reserving::{Reserving, ReservingMany, ReservingOwned};
use super::sending::{Closed, Sending};
use super::tail::Claim;
use super::weak::WeakSender;
use crate::blocking;
use rt_primitive::sync::Arc;
use std::fmt;
use std::panic::Location;

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
    /// ```
    /// # futures::executor::block_on(async {
    /// let (sender, mut receiver) = rt_sync::mpsc::channel(1);
    /// sender.send(1).await.unwrap();
    /// // The second has room once the first was received.
    /// let (sent, received) = futures::join!(sender.send(2), receiver.recv());
    /// assert_eq!((sent, received), (Ok(()), Some(1)));
    /// # });
    /// ```
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
        Sending::new(&self.chan, value, Location::caller())
    }

    /// Sends `value` if there is room that nobody waits for.
    ///
    /// ```
    /// use rt_sync::mpsc::{TrySendError, channel};
    ///
    /// let (sender, _receiver) = channel(1);
    /// assert_eq!(sender.try_send(1), Ok(()));
    /// assert_eq!(sender.try_send(2), Err(TrySendError::Full(2)));
    /// ```
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
    /// ```
    /// let (sender, mut receiver) = rt_sync::mpsc::channel(1);
    /// let thread = std::thread::spawn(move || sender.blocking_send(7));
    /// assert_eq!(receiver.blocking_recv(), Some(7));
    /// assert_eq!(thread.join().unwrap(), Ok(()));
    /// ```
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
        Reserving::new(self, Location::caller())
    }

    /// Keeps room for so many values, once there is some for all of them; the permits that are not
    /// taken from the iterator give their room back when it is dropped.
    ///
    /// While this waits nobody overtakes it, though there be room for less.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let (sender, mut receiver) = rt_sync::mpsc::channel(4);
    /// let permits = sender.reserve_many(2).await.unwrap();
    /// for (permit, word) in permits.zip(["milk", "tea"]) {
    ///     permit.send(word);
    /// }
    /// assert_eq!(receiver.recv().await, Some("milk"));
    /// assert_eq!(receiver.recv().await, Some("tea"));
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// [`SendError`] when the receiver was closed or is gone, or `count` is more than
    /// [`max_capacity`](Self::max_capacity).
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it has reserved nothing, and loses its place among those who
    /// wait.
    #[track_caller]
    pub fn reserve_many(&self, count: usize) -> ReservingMany<'_, T> {
        ReservingMany::new(self, count, Location::caller())
    }

    /// Keeps room for a value if there is some that nobody waits for.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::mpsc::channel::<u32>(1);
    /// let permit = sender.try_reserve().unwrap();
    /// assert!(sender.try_reserve().is_err()); // there is no more room
    /// drop(permit);
    /// assert!(sender.try_reserve().is_ok());
    /// ```
    ///
    /// # Errors
    ///
    /// [`TrySendError`] without a value.
    pub fn try_reserve(&self) -> Result<Permit<'_, T>, TrySendError<()>> {
        self.try_permits(1)?;
        Ok(Permit::new(&self.chan))
    }

    /// Keeps room for so many values if there is as much that nobody waits for.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::mpsc::channel(4);
    /// for permit in sender.try_reserve_many(3).unwrap() {
    ///     permit.send("a");
    /// }
    /// assert_eq!(receiver.len(), 3);
    /// assert!(sender.try_reserve_many(2).is_err()); // there is room for one
    /// ```
    ///
    /// # Errors
    ///
    /// [`TrySendError`] without a value; always when `count` is more than
    /// [`max_capacity`](Self::max_capacity).
    pub fn try_reserve_many(
        &self,
        count: usize,
    ) -> Result<PermitIterator<'_, T>, TrySendError<()>> {
        self.try_permits(count)?;
        Ok(PermitIterator::new(&self.chan, count))
    }

    /// As [`reserve`](Self::reserve), with a permit that has the sender in it.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (sender, mut receiver) = rt_sync::mpsc::channel(1);
    /// let permit = sender.clone().reserve_owned().await.unwrap();
    /// permit.send(7);
    /// assert_eq!(receiver.recv().await, Some(7));
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// As [`reserve`](Self::reserve); the sender is dropped with it.
    #[track_caller]
    pub fn reserve_owned(self) -> ReservingOwned<T> {
        ReservingOwned::new(self, Location::caller())
    }

    /// As [`try_reserve`](Self::try_reserve), with a permit that has the sender in it.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::mpsc::channel::<u32>(1);
    /// let permit = sender.clone().try_reserve_owned().unwrap();
    /// assert!(sender.try_reserve_owned().is_err()); // there is no more room
    /// ```
    ///
    /// # Errors
    ///
    /// [`TrySendError`] with the sender.
    pub fn try_reserve_owned(self) -> Result<OwnedPermit<T>, TrySendError<Self>> {
        match self.try_permits(1) {
            Ok(()) => Ok(OwnedPermit::new(self)),
            Err(TrySendError::Full(())) => Err(TrySendError::Full(self)),
            Err(TrySendError::Closed(())) => Err(TrySendError::Closed(self)),
        }
    }

    fn try_permits(&self, count: usize) -> Result<(), TrySendError<()>> {
        let is_theirs = self.chan.may_wait() && !self.chan.is_closed();
        if is_theirs || count > self.chan.capacity_max() {
            return Err(TrySendError::Full(()));
        }
        self.chan.reserve(count).map_err(|refused| TrySendError::new((refused, ())))
    }

    /// Waits until the receiver is closed or gone: a send would fail.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (sender, receiver) = rt_sync::mpsc::channel::<u32>(1);
    /// futures::join!(sender.closed(), async { drop(receiver) });
    /// assert!(sender.is_closed());
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when it is dropped.
    #[track_caller]
    pub fn closed(&self) -> Closed<'_, T> {
        Closed::new(&self.chan, Location::caller())
    }

    /// True when the receiver was closed or is gone.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::mpsc::channel::<u32>(1);
    /// assert!(!sender.is_closed());
    /// drop(receiver);
    /// assert!(sender.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.chan.is_closed()
    }

    /// Room that is left now.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::mpsc::channel(4);
    /// sender.try_send(7).unwrap();
    /// assert_eq!(sender.capacity(), 3);
    /// ```
    pub fn capacity(&self) -> usize {
        self.chan.room()
    }

    /// How many values fit in when nothing is in the channel.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::mpsc::channel(4);
    /// sender.try_send(7).unwrap();
    /// assert_eq!(sender.max_capacity(), 4);
    /// ```
    pub fn max_capacity(&self) -> usize {
        self.chan.capacity_max()
    }

    /// True when both send into one channel.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::mpsc::channel::<u32>(1);
    /// assert!(sender.same_channel(&sender.clone()));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.chan, &other.chan)
    }

    /// A sender that does not keep the channel from its end.
    ///
    /// ```
    /// let (sender, mut receiver) = rt_sync::mpsc::channel::<u32>(1);
    /// let weak = sender.downgrade();
    /// drop(sender);
    /// assert!(weak.upgrade().is_none());
    /// assert!(receiver.is_closed());
    /// ```
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender::new(self.chan.clone())
    }

    /// How many senders there are, weak ones left out.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::mpsc::channel::<u32>(1);
    /// let _second = sender.clone();
    /// assert_eq!(sender.strong_count(), 2);
    /// ```
    pub fn strong_count(&self) -> usize {
        self.chan.senders().get()
    }

    /// How many weak senders there are.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::mpsc::channel::<u32>(1);
    /// let _weak = sender.downgrade();
    /// assert_eq!(sender.weak_count(), 1);
    /// ```
    pub fn weak_count(&self) -> usize {
        self.chan.senders().weak()
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
