//! The sending ends of a watch.

use super::cell::{Ref, WatchCell};
use super::error::SendError;
use super::receiver::Receiver;
use crate::waiters::Waiter;
use pin_project_lite::pin_project;
use rt_core::{WaitKind, note_wait, poll_budget};
use rt_primitive::sync::Arc;
use std::fmt;
use std::future::Future;
use std::mem;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Changes the value; may be cloned.
///
/// ```
/// let (sender, receiver) = rt_sync::watch::channel(vec![1]);
/// sender.send_modify(|numbers| numbers.push(2));
/// assert_eq!(*receiver.borrow(), [1, 2]);
/// assert_eq!(sender.send_replace(vec![]), [1, 2]);
/// ```
pub struct Sender<T> {
    cell: Arc<WatchCell<T>>,
}

impl<T> Sender<T> {
    /// A sender without a receiver; there is one after [`subscribe`](Self::subscribe).
    ///
    /// ```
    /// use rt_sync::watch;
    ///
    /// let sender = watch::Sender::new("starting");
    /// assert!(sender.is_closed());
    /// assert_eq!(*sender.subscribe().borrow(), "starting");
    /// ```
    pub fn new(value: T) -> Self {
        Sender::of(Arc::new(WatchCell::new(value, 0)))
    }

    /// For a caller who has counted it.
    pub(super) fn of(cell: Arc<WatchCell<T>>) -> Self {
        Sender { cell }
    }

    /// Replaces the value, and tells all receivers.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::watch::channel(1);
    /// sender.send(2).unwrap();
    /// assert_eq!(*receiver.borrow(), 2);
    /// drop(receiver);
    /// assert!(sender.send(3).is_err()); // nobody would see it
    /// ```
    ///
    /// # Errors
    ///
    /// [`SendError`] with the value when there is no receiver. See
    /// [`send_replace`](Self::send_replace).
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        if self.is_closed() {
            return Err(SendError(value));
        }
        drop(self.send_replace(value));
        Ok(())
    }

    /// Replaces the value whether there is a receiver or not, and returns the one before.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::watch::channel(1);
    /// assert_eq!(sender.send_replace(2), 1);
    /// assert_eq!(*receiver.borrow(), 2);
    /// ```
    pub fn send_replace(&self, value: T) -> T {
        self.cell.modify(|old| (true, mem::replace(old, value))).1
    }

    /// Changes the value in place, and tells all receivers.
    ///
    /// If `modify` panics, nobody is told.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::watch::channel(vec![1]);
    /// sender.send_modify(|list| list.push(2));
    /// assert_eq!(*receiver.borrow(), [1, 2]);
    /// ```
    pub fn send_modify(&self, modify: impl FnOnce(&mut T)) {
        self.cell.modify(|value| (true, modify(value)));
    }

    /// Changes the value in place, and tells all receivers if `modify` returns true; returns that.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::watch::channel(3);
    /// let is_more = sender.send_if_modified(|most| std::mem::replace(most, 5) < 5);
    /// assert!(is_more);
    /// assert_eq!(*receiver.borrow(), 5);
    /// ```
    pub fn send_if_modified(&self, modify: impl FnOnce(&mut T) -> bool) -> bool {
        self.cell.modify(|value| (modify(value), ())).0
    }

    /// Looks at the value.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::watch::channel(1);
    /// assert_eq!(*sender.borrow(), 1);
    /// ```
    pub fn borrow(&self) -> Ref<'_, T> {
        self.cell.read(0).0
    }

    /// One more receiver, which counts the present value as seen.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::watch::channel(1);
    /// let later = sender.subscribe();
    /// assert_eq!(*later.borrow(), 1);
    /// ```
    pub fn subscribe(&self) -> Receiver<T> {
        self.cell.add_receiver();
        let seen = self.cell.version().number;
        Receiver::new(self.cell.clone(), seen)
    }

    /// Waits until there is no receiver.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (sender, receiver) = rt_sync::watch::channel(1);
    /// futures::join!(sender.closed(), async { drop(receiver) });
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when it is dropped.
    #[track_caller]
    pub fn closed(&self) -> Closed<'_, T> {
        let waiter = Waiter::new(&self.cell.watching);
        Closed { cell: &self.cell, site: Location::caller(), waiter }
    }

    /// True when there is no receiver now.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::watch::channel(1);
    /// assert!(!sender.is_closed());
    /// drop(receiver);
    /// assert!(sender.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.receiver_count() == 0
    }

    /// How many receivers there are now.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::watch::channel(1);
    /// let _second = sender.subscribe();
    /// assert_eq!(sender.receiver_count(), 2);
    /// ```
    pub fn receiver_count(&self) -> usize {
        self.cell.receivers()
    }

    /// How many senders there are now.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::watch::channel(1);
    /// let _second = sender.clone();
    /// assert_eq!(sender.sender_count(), 2);
    /// ```
    pub fn sender_count(&self) -> usize {
        self.cell.senders()
    }

    /// True when both change the same value.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::watch::channel(1);
    /// assert!(sender.same_channel(&sender.clone()));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.cell, &other.cell)
    }
}

impl<T: Default> Default for Sender<T> {
    fn default() -> Self {
        Sender::new(T::default())
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.cell.add_sender();
        Sender { cell: self.cell.clone() }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.cell.remove_sender();
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
    /// use rt_sync::watch::{Closed, channel};
    ///
    /// let (sender, receiver) = channel(1);
    /// drop(receiver);
    /// let end: Closed<'_, u32> = sender.closed();
    /// end.await;
    /// # });
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    pub struct Closed<'a, T> {
        cell: &'a WatchCell<T>,
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
        let polled = this.waiter.poll_look(cx, || (this.cell.receivers() == 0).then_some(()));
        if polled.is_pending() {
            note_wait(WaitKind::Signal, this.site, this.cell.resource());
        }
        polled
    }
}

impl<T> fmt::Debug for Closed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Closed").field("stage", &self.waiter.stage()).finish_non_exhaustive()
    }
}
