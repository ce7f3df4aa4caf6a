//! The sending ends of a broadcast.

use super::check_capacity;
use super::error::SendError;
use super::receiver::Receiver;
use super::ring::Ring;
use super::weak::WeakSender;
use crate::waiters::Waiter;
use pin_project_lite::pin_project;
use rt_core::{WaitKind, note_wait, poll_budget};
use rt_primitive::sync::Arc;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Sends to every receiver; may be cloned.
///
/// ```
/// use rt_sync::broadcast;
///
/// let (sender, mut one) = broadcast::channel(4);
/// let mut two = sender.subscribe();
/// assert_eq!(sender.send("news"), Ok(2));
/// assert_eq!((one.try_recv(), two.try_recv()), (Ok("news"), Ok("news")));
/// ```
pub struct Sender<T> {
    ring: Arc<Ring<T>>,
}

impl<T> Sender<T> {
    /// A sender without a receiver; there is one after [`subscribe`](Self::subscribe). The channel
    /// keeps the latest `capacity` values, rounded up to a power of two.
    ///
    /// ```
    /// use rt_sync::broadcast;
    ///
    /// let sender = broadcast::Sender::new(4);
    /// assert!(sender.send("to nobody").is_err());
    /// let mut receiver = sender.subscribe();
    /// sender.send("news").unwrap();
    /// assert_eq!(receiver.try_recv(), Ok("news"));
    /// ```
    ///
    /// # Panics
    ///
    /// When `capacity` is 0, or too large for memory.
    #[track_caller]
    pub fn new(capacity: usize) -> Self {
        check_capacity(capacity);
        Sender::of(Arc::new(Ring::new(capacity, 0)))
    }

    /// For a caller who has counted it.
    pub(super) fn of(ring: Arc<Ring<T>>) -> Self {
        Sender { ring }
    }

    /// Sends `value` to every receiver there is, and returns how many. It never waits.
    ///
    /// ```
    /// let (sender, first) = rt_sync::broadcast::channel(4);
    /// let second = sender.subscribe();
    /// assert_eq!(sender.send("for both"), Ok(2));
    /// drop((first, second));
    /// assert!(sender.send("for nobody").is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`SendError`] with the value when there is no receiver.
    pub fn send(&self, value: T) -> Result<usize, SendError<T>> {
        self.ring.send(value).map_err(SendError)
    }

    /// One more receiver, of the values that are sent from now on.
    ///
    /// ```
    /// let (sender, _first) = rt_sync::broadcast::channel(4);
    /// sender.send(1).unwrap();
    /// let mut later = sender.subscribe();
    /// sender.send(2).unwrap();
    /// assert_eq!(later.try_recv(), Ok(2));
    /// ```
    pub fn subscribe(&self) -> Receiver<T> {
        let next = self.ring.add_receiver();
        Receiver::new(self.ring.clone(), next)
    }

    /// How many receivers there are now.
    ///
    /// ```
    /// let (sender, _first) = rt_sync::broadcast::channel::<u32>(4);
    /// let _second = sender.subscribe();
    /// assert_eq!(sender.receiver_count(), 2);
    /// ```
    pub fn receiver_count(&self) -> usize {
        self.ring.receivers()
    }

    /// How many values are kept that some receiver has not received.
    ///
    /// ```
    /// let (sender, mut one) = rt_sync::broadcast::channel(4);
    /// let two = sender.subscribe();
    /// sender.send(1).unwrap();
    /// sender.send(2).unwrap();
    /// one.try_recv().unwrap();
    /// assert_eq!(sender.len(), 2);
    /// drop(two);
    /// assert_eq!(sender.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        self.ring.len()
    }

    /// True when every receiver has received all that is kept.
    ///
    /// ```
    /// let (sender, mut receiver) = rt_sync::broadcast::channel(4);
    /// sender.send("a").unwrap();
    /// assert!(!sender.is_empty());
    /// receiver.try_recv().unwrap();
    /// assert!(sender.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.ring.is_empty()
    }

    /// Waits until there is no receiver.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (sender, receiver) = rt_sync::broadcast::channel::<u32>(4);
    /// futures::join!(sender.closed(), async { drop(receiver) });
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when it is dropped.
    #[track_caller]
    pub fn closed(&self) -> Closed<'_, T> {
        let waiter = Waiter::new(&self.ring.watching);
        Closed { ring: &self.ring, site: Location::caller(), waiter }
    }

    /// A sender that does not keep the channel from its end.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::broadcast::channel::<u32>(4);
    /// let weak = sender.downgrade();
    /// drop(sender);
    /// assert!(weak.upgrade().is_none());
    /// assert!(receiver.is_closed());
    /// ```
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender::new(self.ring.clone())
    }

    /// How many senders there are, weak ones left out.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::broadcast::channel::<u32>(4);
    /// let _second = sender.clone();
    /// assert_eq!(sender.strong_count(), 2);
    /// ```
    pub fn strong_count(&self) -> usize {
        self.ring.senders().get()
    }

    /// How many weak senders there are.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::broadcast::channel::<u32>(4);
    /// let _weak = sender.downgrade();
    /// assert_eq!(sender.weak_count(), 1);
    /// ```
    pub fn weak_count(&self) -> usize {
        self.ring.senders().weak()
    }

    /// True when both send to the same receivers.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::broadcast::channel::<u32>(4);
    /// assert!(sender.same_channel(&sender.clone()));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.ring, &other.ring)
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.ring.senders().add();
        Sender { ring: self.ring.clone() }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.ring.remove_sender();
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("receivers", &self.receiver_count()).finish_non_exhaustive()
    }
}

pin_project! {
    /// The future of [`Sender::closed`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::broadcast::{Closed, channel};
    ///
    /// let (sender, receiver) = channel::<u32>(4);
    /// let end: Closed<'_, u32> = sender.closed();
    /// drop(receiver);
    /// end.await;
    /// # });
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    pub struct Closed<'a, T> {
        ring: &'a Ring<T>,
        site: &'static Location<'static>,
        #[pin]
        waiter: Waiter<'a, ()>,
    }
}

impl<T> Future for Closed<'_, T> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        ready!(poll_budget(cx));
        let this = self.project();
        let polled = this.waiter.poll_look(cx, || (this.ring.receivers() == 0).then_some(()));
        if polled.is_pending() {
            note_wait(WaitKind::Signal, this.site, this.ring.resource());
        }
        polled
    }
}

impl<T> fmt::Debug for Closed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Closed").field("stage", &self.waiter.stage()).finish_non_exhaustive()
    }
}
