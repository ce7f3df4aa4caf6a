//! The sending ends of a channel.

use super::ends::Ends;
use super::error::{SendError, TrySendError};
use crate::blocking;
use crate::queue::{Fifo, Put};
use pin_project_lite::pin_project;
use rt_primitive::sync::Arc;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Sends; may be cloned.
///
/// ```
/// use rt_sync::mpmc;
///
/// let (sender, receiver) = mpmc::channel(2);
/// let other = sender.clone();
/// sender.try_send(1).unwrap();
/// other.try_send(2).unwrap();
/// assert!(sender.try_send(3).is_err()); // two are in it
/// assert_eq!(receiver.len(), 2);
/// ```
pub struct Sender<T> {
    ends: Arc<Ends<T>>,
}

impl<T> Sender<T> {
    pub(super) fn new(ends: Arc<Ends<T>>) -> Self {
        Sender { ends }
    }

    /// Sends `value`, once there is room; with capacity 0, once a receiver waits.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (sender, receiver) = rt_sync::mpmc::channel(1);
    /// sender.send(1).await.unwrap();
    /// // The second has room once the first was received.
    /// let (sent, received) = futures::join!(sender.send(2), receiver.recv());
    /// assert_eq!((sent, received), (Ok(()), Ok(1)));
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// [`SendError`] with the value when nobody will receive it.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it has sent nothing: the value is dropped with it.
    #[track_caller]
    pub fn send(&self, value: T) -> Sending<'_, T> {
        Sending { put: Put::new(&self.ends.core, value, Location::caller()) }
    }

    /// Sends `value` if there is room that nobody waits for; with capacity 0, if a receiver waits.
    ///
    /// ```
    /// use rt_sync::mpmc::{TrySendError, channel};
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
        Ok(self.ends.core.try_put(value)?)
    }

    /// As [`send`](Self::send), for threads that run no tasks: the calling thread stops.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::mpmc::channel(0);
    /// let thread = std::thread::spawn(move || receiver.blocking_recv());
    /// sender.blocking_send(7).unwrap(); // once the thread waits for it
    /// assert_eq!(thread.join().unwrap(), Ok(7));
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

    /// Lets no more values in; those that are there can still be received. False if that was so.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::mpmc::channel(1);
    /// assert!(sender.close());
    /// assert!(!sender.close()); // it was
    /// assert!(sender.try_send(1).is_err());
    /// ```
    pub fn close(&self) -> bool {
        self.ends.core.shutdown()
    }

    /// True when a send would fail.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::mpmc::channel::<u32>(1);
    /// assert!(!sender.is_closed());
    /// drop(receiver);
    /// assert!(sender.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.ends.core.is_shut_down()
    }

    /// How many values are in the channel now.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::mpmc::channel(4);
    /// sender.try_send(7).unwrap();
    /// assert_eq!(sender.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        self.ends.core.len()
    }

    /// True when no value is in the channel now.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::mpmc::channel::<u32>(4);
    /// assert!(sender.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many values fit in; `None` when there is no limit.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::mpmc::channel::<u32>(4);
    /// assert_eq!(sender.capacity(), Some(4));
    /// ```
    pub fn capacity(&self) -> Option<usize> {
        self.ends.core.capacity()
    }

    /// How many receivers there are now.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::mpmc::channel::<u32>(4);
    /// let _second = receiver.clone();
    /// assert_eq!(sender.receiver_count(), 2);
    /// ```
    pub fn receiver_count(&self) -> usize {
        self.ends.receivers()
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.ends.add_sender();
        Sender { ends: self.ends.clone() }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.ends.remove_sender();
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("capacity", &self.capacity())
            .field("receivers", &self.receiver_count())
            .finish_non_exhaustive()
    }
}

pin_project! {
    /// The future of [`Sender::send`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::mpmc::{Sending, channel};
    ///
    /// let (sender, receiver) = channel(1);
    /// let sending: Sending<'_, u32> = sender.send(7);
    /// assert!(receiver.is_empty()); // nothing is done before it is polled
    /// sending.await.unwrap();
    /// assert_eq!(receiver.len(), 1);
    /// # });
    /// ```
    #[derive(Debug)]
    #[must_use = "futures do nothing unless awaited"]
    pub struct Sending<'a, T> {
        #[pin]
        put: Put<'a, T, Fifo<T>>,
    }
}

impl<T> Future for Sending<'_, T> {
    type Output = Result<(), SendError<T>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), SendError<T>>> {
        self.project().put.poll(cx).map(|done| done.map_err(SendError::from))
    }
}
