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
    /// # Errors
    ///
    /// [`TrySendError`] with the value.
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        Ok(self.ends.core.try_put(value)?)
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

    /// Lets no more values in; those that are there can still be received. False if that was so.
    pub fn close(&self) -> bool {
        self.ends.core.shutdown()
    }

    /// True when a send would fail.
    pub fn is_closed(&self) -> bool {
        self.ends.core.is_shut_down()
    }

    /// How many values are in the channel now.
    pub fn len(&self) -> usize {
        self.ends.core.len()
    }

    /// True when no value is in the channel now.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many values fit in; `None` when there is no limit.
    pub fn capacity(&self) -> Option<usize> {
        self.ends.core.capacity()
    }

    /// How many receivers there are now.
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
