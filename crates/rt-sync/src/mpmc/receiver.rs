//! The receiving ends of a channel.

use super::ends::Ends;
use super::error::{RecvError, TryRecvError};
use crate::blocking;
use crate::queue::{Fifo, Get};
use pin_project_lite::pin_project;
use rt_primitive::sync::Arc;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Receives; may be cloned. Each value gets to one of the receivers.
///
/// ```
/// use rt_sync::mpmc;
///
/// let (sender, one) = mpmc::channel(4);
/// let two = one.clone();
/// sender.try_send("a").unwrap();
/// sender.try_send("b").unwrap();
/// assert_eq!((two.try_recv(), one.try_recv()), (Ok("a"), Ok("b")));
/// ```
pub struct Receiver<T> {
    ends: Arc<Ends<T>>,
}

impl<T> Receiver<T> {
    pub(super) fn new(ends: Arc<Ends<T>>) -> Self {
        Receiver { ends }
    }

    /// Receives the next value, once there is one.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (sender, receiver) = rt_sync::mpmc::channel(1);
    /// sender.send(7).await.unwrap();
    /// drop(sender);
    /// assert_eq!(receiver.recv().await, Ok(7));
    /// assert!(receiver.recv().await.is_err()); // nothing will come
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// [`RecvError`] when no value is left and none will come.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it has received nothing.
    #[track_caller]
    pub fn recv(&self) -> Receiving<'_, T> {
        Receiving { get: Get::new(&self.ends.core, Location::caller()) }
    }

    /// Receives the next value if there is one that nobody waits for.
    ///
    /// With capacity 0 there never is, but for one whose receiver was dropped: await
    /// [`recv`](Self::recv).
    ///
    /// ```
    /// use rt_sync::mpmc::{TryRecvError, channel};
    ///
    /// let (sender, receiver) = channel(1);
    /// assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    /// sender.try_send(7).unwrap();
    /// assert_eq!(receiver.try_recv(), Ok(7));
    /// ```
    ///
    /// # Errors
    ///
    /// [`TryRecvError::Empty`], or [`TryRecvError::Disconnected`] when no value will come.
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        Ok(self.ends.core.try_take()?)
    }

    /// As [`recv`](Self::recv), for threads that run no tasks: the calling thread stops.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::mpmc::channel(1);
    /// let thread = std::thread::spawn(move || receiver.blocking_recv());
    /// sender.blocking_send(7).unwrap();
    /// assert_eq!(thread.join().unwrap(), Ok(7));
    /// ```
    ///
    /// # Errors
    ///
    /// As `recv`.
    ///
    /// # Panics
    ///
    /// Within a task: await `recv` there.
    #[track_caller]
    pub fn blocking_recv(&self) -> Result<T, RecvError> {
        blocking::block_on("blocking_recv", self.recv())
    }

    /// Lets no more values in; those that are there can still be received. False if that was so.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::mpmc::channel(1);
    /// sender.try_send(7).unwrap();
    /// assert!(receiver.close());
    /// assert!(sender.try_send(8).is_err());
    /// assert_eq!(receiver.try_recv(), Ok(7)); // it was there
    /// ```
    pub fn close(&self) -> bool {
        self.ends.core.shutdown()
    }

    /// True when no more values are let in; some may be left.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::mpmc::channel::<u32>(1);
    /// assert!(!receiver.is_closed());
    /// sender.close();
    /// assert!(receiver.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.ends.core.is_shut_down()
    }

    /// How many values are in the channel now.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::mpmc::channel(4);
    /// sender.try_send(7).unwrap();
    /// assert_eq!(receiver.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        self.ends.core.len()
    }

    /// True when no value is in the channel now.
    ///
    /// ```
    /// let (_sender, receiver) = rt_sync::mpmc::channel::<u32>(4);
    /// assert!(receiver.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many values fit in; `None` when there is no limit.
    ///
    /// ```
    /// use rt_sync::mpmc::{channel, unbounded_channel};
    ///
    /// assert_eq!(channel::<u32>(4).1.capacity(), Some(4));
    /// assert_eq!(unbounded_channel::<u32>().1.capacity(), None);
    /// ```
    pub fn capacity(&self) -> Option<usize> {
        self.ends.core.capacity()
    }

    /// How many senders there are now.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::mpmc::channel::<u32>(4);
    /// let _second = sender.clone();
    /// assert_eq!(receiver.sender_count(), 2);
    /// ```
    pub fn sender_count(&self) -> usize {
        self.ends.senders()
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        self.ends.add_receiver();
        Receiver { ends: self.ends.clone() }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.ends.remove_receiver();
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("capacity", &self.capacity())
            .field("senders", &self.sender_count())
            .finish_non_exhaustive()
    }
}

pin_project! {
    /// The future of [`Receiver::recv`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::mpmc::{Receiving, channel};
    ///
    /// let (sender, receiver) = channel(1);
    /// let next: Receiving<'_, u32> = receiver.recv();
    /// sender.try_send(7).unwrap();
    /// assert_eq!(next.await, Ok(7));
    /// # });
    /// ```
    #[derive(Debug)]
    #[must_use = "futures do nothing unless awaited"]
    pub struct Receiving<'a, T> {
        #[pin]
        get: Get<'a, T, Fifo<T>>,
    }
}

impl<T> Future for Receiving<'_, T> {
    type Output = Result<T, RecvError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T, RecvError>> {
        self.project().get.poll(cx).map(|got| got.map_err(RecvError::from))
    }
}
