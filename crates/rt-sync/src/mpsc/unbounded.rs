//! The sending ends of an unbounded channel.

use super::chan::Chan;
use super::error::SendError;
use super::sending::Closed;
use super::tail::Claim;
use rt_primitive::sync::Arc;
use std::fmt;
use std::panic::Location;

/// Sends into an unbounded channel, without ever waiting; may be cloned.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_sync::mpsc;
///
/// let (sender, mut receiver) = mpsc::unbounded_channel();
/// sender.send("no await here").unwrap();
/// assert_eq!(receiver.recv().await, Some("no await here"));
/// # });
/// ```
pub struct UnboundedSender<T> {
    chan: Arc<Chan<T>>,
}

/// Becomes an [`UnboundedSender`] as long as there is one: made by [`UnboundedSender::downgrade`].
///
/// ```
/// use rt_sync::mpsc::{WeakUnboundedSender, unbounded_channel};
///
/// let (sender, mut receiver) = unbounded_channel();
/// let weak: WeakUnboundedSender<u32> = sender.downgrade();
/// weak.upgrade().unwrap().send(7).unwrap();
/// assert_eq!(receiver.try_recv(), Ok(7));
/// ```
pub struct WeakUnboundedSender<T> {
    chan: Arc<Chan<T>>,
}

impl<T> UnboundedSender<T> {
    /// For a caller who has counted it.
    pub(super) fn new(chan: Arc<Chan<T>>) -> Self {
        UnboundedSender { chan }
    }

    /// Sends `value`.
    ///
    /// ```
    /// let (sender, mut receiver) = rt_sync::mpsc::unbounded_channel();
    /// sender.send(7).unwrap();
    /// assert_eq!(receiver.try_recv(), Ok(7));
    /// ```
    ///
    /// # Errors
    ///
    /// [`SendError`] with the value when the receiver was closed or is gone.
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        self.chan.send(Claim::Slot, value).map_err(|(_, value)| SendError(value))
    }

    /// Waits until the receiver is closed or gone: a send would fail.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (sender, receiver) = rt_sync::mpsc::unbounded_channel::<u32>();
    /// futures::join!(sender.closed(), async { drop(receiver) });
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
    /// let (sender, receiver) = rt_sync::mpsc::unbounded_channel::<u32>();
    /// drop(receiver);
    /// assert!(sender.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.chan.is_closed()
    }

    /// True when both send into one channel.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::mpsc::unbounded_channel::<u32>();
    /// assert!(sender.same_channel(&sender.clone()));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.chan, &other.chan)
    }

    /// A sender that does not keep the channel from its end.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::mpsc::unbounded_channel::<u32>();
    /// let weak = sender.downgrade();
    /// drop(sender);
    /// assert!(weak.upgrade().is_none());
    /// ```
    pub fn downgrade(&self) -> WeakUnboundedSender<T> {
        WeakUnboundedSender::new(self.chan.clone())
    }

    /// How many senders there are, weak ones left out.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::mpsc::unbounded_channel::<u32>();
    /// let _weak = sender.downgrade();
    /// assert_eq!(sender.strong_count(), 1);
    /// ```
    pub fn strong_count(&self) -> usize {
        self.chan.senders().get()
    }

    /// How many weak senders there are.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::mpsc::unbounded_channel::<u32>();
    /// let _weak = sender.downgrade();
    /// assert_eq!(sender.weak_count(), 1);
    /// ```
    pub fn weak_count(&self) -> usize {
        self.chan.senders().weak()
    }
}

impl<T> WeakUnboundedSender<T> {
    fn new(chan: Arc<Chan<T>>) -> Self {
        chan.senders().add_weak();
        WeakUnboundedSender { chan }
    }

    /// A sender; `None` when all are gone.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::mpsc::unbounded_channel::<u32>();
    /// let weak = sender.downgrade();
    /// assert!(weak.upgrade().is_some());
    /// drop(sender);
    /// assert!(weak.upgrade().is_none());
    /// ```
    pub fn upgrade(&self) -> Option<UnboundedSender<T>> {
        self.chan.senders().revive().then(|| UnboundedSender::new(self.chan.clone()))
    }

    /// How many senders there are, weak ones left out.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::mpsc::unbounded_channel::<u32>();
    /// let weak = sender.downgrade();
    /// drop(sender);
    /// assert_eq!(weak.strong_count(), 0);
    /// ```
    pub fn strong_count(&self) -> usize {
        self.chan.senders().get()
    }

    /// How many weak senders there are.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::mpsc::unbounded_channel::<u32>();
    /// assert_eq!(sender.downgrade().weak_count(), 1);
    /// ```
    pub fn weak_count(&self) -> usize {
        self.chan.senders().weak()
    }
}

impl<T> Clone for UnboundedSender<T> {
    fn clone(&self) -> Self {
        self.chan.senders().add();
        UnboundedSender { chan: self.chan.clone() }
    }
}

impl<T> Drop for UnboundedSender<T> {
    fn drop(&mut self) {
        self.chan.remove_sender();
    }
}

impl<T> Clone for WeakUnboundedSender<T> {
    fn clone(&self) -> Self {
        WeakUnboundedSender::new(self.chan.clone())
    }
}

impl<T> Drop for WeakUnboundedSender<T> {
    fn drop(&mut self) {
        self.chan.senders().remove_weak();
    }
}

impl<T> fmt::Debug for UnboundedSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnboundedSender")
            .field("is_closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for WeakUnboundedSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakUnboundedSender").field("strong_count", &self.strong_count()).finish()
    }
}
