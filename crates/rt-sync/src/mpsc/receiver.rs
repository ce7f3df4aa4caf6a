//! The receiving end of a channel.
//!
//! # Invariants
//!
//! - I1: there is one `Receiver` for a `Chan`, and what it does as the receiver it does with
//!   `&mut self`.

use super::chan::{Chan, Next};
use super::error::TryRecvError;
use crate::blocking;
use rt_core::{WaitKind, note_wait, poll_budget};
use rt_primitive::sync::Arc;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Receives the values, one after the other.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_sync::mpsc;
///
/// let (sender, mut receiver) = mpsc::channel(4);
/// sender.send("tea").await.unwrap();
/// drop(sender);
/// assert_eq!(receiver.recv().await, Some("tea"));
/// assert_eq!(receiver.recv().await, None); // the last sender is gone
/// # });
/// ```
pub struct Receiver<T> {
    chan: Arc<Chan<T>>,
}

impl<T> Receiver<T> {
    /// For the channel's only receiver (I1).
    pub(super) fn new(chan: Arc<Chan<T>>) -> Self {
        Receiver { chan }
    }

    /// Receives the next value, once there is one; `None` when none is left and none will come.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (sender, mut receiver) = rt_sync::mpsc::channel(1);
    /// sender.send(7).await.unwrap();
    /// drop(sender);
    /// assert_eq!(receiver.recv().await, Some(7));
    /// assert_eq!(receiver.recv().await, None); // nothing will come
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it has received nothing.
    #[track_caller]
    pub fn recv(&mut self) -> Receiving<'_, T> {
        Receiving { receiver: self, site: Location::caller() }
    }

    /// Receives at least one value, and as many as there are up to `limit`, to the end of `into`.
    ///
    /// Returns how many: 0 when no value is left and none will come, or when `limit` is 0.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let (sender, mut receiver) = rt_sync::mpsc::channel(8);
    /// for number in 0..5 {
    ///     sender.send(number).await.unwrap();
    /// }
    /// let mut numbers = Vec::new();
    /// assert_eq!(receiver.recv_many(&mut numbers, 3).await, 3);
    /// assert_eq!(numbers, [0, 1, 2]);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it has received nothing.
    #[track_caller]
    pub fn recv_many<'a>(&'a mut self, into: &'a mut Vec<T>, limit: usize) -> ReceivingMany<'a, T> {
        ReceivingMany { receiver: self, into, limit, site: Location::caller() }
    }

    /// Receives the next value if it is there.
    ///
    /// ```
    /// use rt_sync::mpsc::{TryRecvError, channel};
    ///
    /// let (sender, mut receiver) = channel::<u32>(1);
    /// assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    /// drop(sender);
    /// assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    /// ```
    ///
    /// # Errors
    ///
    /// [`TryRecvError::Empty`], also while a value is being sent; [`TryRecvError::Disconnected`]
    /// when none is left and none will come.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        match self.next() {
            Next::Value(value) => {
                self.chan.offer_room();
                Ok(value)
            }
            Next::Nothing => Err(TryRecvError::Empty),
            Next::Over => Err(TryRecvError::Disconnected),
        }
    }

    /// As [`recv`](Self::recv), for threads that run no tasks: the calling thread stops.
    ///
    /// ```
    /// let (sender, mut receiver) = rt_sync::mpsc::channel(1);
    /// let thread = std::thread::spawn(move || receiver.blocking_recv());
    /// sender.blocking_send(7).unwrap();
    /// assert_eq!(thread.join().unwrap(), Some(7));
    /// ```
    ///
    /// # Panics
    ///
    /// Within a task: await `recv` there.
    #[track_caller]
    pub fn blocking_recv(&mut self) -> Option<T> {
        blocking::block_on("blocking_recv", self.recv())
    }

    /// As [`recv_many`](Self::recv_many), for threads that run no tasks: the calling thread stops.
    ///
    /// ```
    /// let (sender, mut receiver) = rt_sync::mpsc::channel(4);
    /// sender.try_send(1).unwrap();
    /// sender.try_send(2).unwrap();
    /// let mut values = Vec::new();
    /// assert_eq!(receiver.blocking_recv_many(&mut values, 10), 2);
    /// assert_eq!(values, [1, 2]);
    /// ```
    ///
    /// # Panics
    ///
    /// Within a task: await `recv_many` there.
    #[track_caller]
    pub fn blocking_recv_many(&mut self, into: &mut Vec<T>, limit: usize) -> usize {
        blocking::block_on("blocking_recv_many", self.recv_many(into, limit))
    }

    /// As [`recv`](Self::recv), for futures written by hand: arranges for a wake when it is
    /// pending. It keeps one waker, the latest.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use std::future::poll_fn;
    ///
    /// let (sender, mut receiver) = rt_sync::mpsc::channel(1);
    /// sender.send(7).await.unwrap();
    /// assert_eq!(poll_fn(|cx| receiver.poll_recv(cx)).await, Some(7));
    /// # });
    /// ```
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        ready!(poll_budget(cx));
        self.poll_next(cx)
    }

    /// As [`recv_many`](Self::recv_many), for futures written by hand: arranges for a wake when it
    /// is pending. It keeps one waker, the latest.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use std::future::poll_fn;
    ///
    /// let (sender, mut receiver) = rt_sync::mpsc::channel(4);
    /// sender.try_send(1).unwrap();
    /// let mut values = Vec::new();
    /// assert_eq!(poll_fn(|cx| receiver.poll_recv_many(cx, &mut values, 10)).await, 1);
    /// assert_eq!(values, [1]);
    /// # });
    /// ```
    pub fn poll_recv_many(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut Vec<T>,
        limit: usize,
    ) -> Poll<usize> {
        ready!(poll_budget(cx));
        if limit == 0 {
            return Poll::Ready(0);
        }
        let Some(first) = ready!(self.poll_next(cx)) else { return Poll::Ready(0) };
        into.push(first);
        let mut count = 1;
        while count < limit {
            let Next::Value(value) = self.next() else { break };
            into.push(value);
            count += 1;
        }
        // Once for all of them.
        self.chan.offer_room();
        Poll::Ready(count)
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        loop {
            match self.next() {
                Next::Value(value) => {
                    self.chan.offer_room();
                    return Poll::Ready(Some(value));
                }
                Next::Over => return Poll::Ready(None),
                Next::Nothing => {}
            }
            // SAFETY: the duty of wait, by I1.
            if !unsafe { self.chan.wait(cx.waker()) } {
                return Poll::Pending;
            }
        }
    }

    #[inline]
    fn next(&mut self) -> Next<T> {
        // SAFETY: the duty of next, by I1.
        unsafe { self.chan.next() }
    }

    /// Lets no more values in: senders get theirs back. What was sent before, and what is sent with
    /// a permit that is out, can still be received.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (sender, mut receiver) = rt_sync::mpsc::channel(1);
    /// sender.send(7).await.unwrap();
    /// receiver.close();
    /// assert!(sender.send(8).await.is_err());
    /// assert_eq!(receiver.recv().await, Some(7)); // it was there
    /// # });
    /// ```
    pub fn close(&mut self) {
        self.chan.close();
    }

    /// True when no more values are let in, or every sender is gone; some values may be left.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::mpsc::channel::<u32>(1);
    /// assert!(!receiver.is_closed());
    /// drop(sender);
    /// assert!(receiver.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.chan.is_closed() || self.chan.senders().get() == 0
    }

    /// How many values are in the channel now.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::mpsc::channel(4);
    /// sender.try_send(7).unwrap();
    /// assert_eq!(receiver.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        self.chan.len()
    }

    /// True when no value is in the channel now.
    ///
    /// ```
    /// let (_sender, receiver) = rt_sync::mpsc::channel::<u32>(4);
    /// assert!(receiver.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Room that is left now.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::mpsc::channel(4);
    /// sender.try_send(7).unwrap();
    /// assert_eq!(receiver.capacity(), 3);
    /// ```
    pub fn capacity(&self) -> usize {
        self.chan.room()
    }

    /// How many values fit in when nothing is in the channel.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::mpsc::channel(4);
    /// sender.try_send(7).unwrap();
    /// assert_eq!(receiver.max_capacity(), 4);
    /// ```
    pub fn max_capacity(&self) -> usize {
        self.chan.capacity_max()
    }

    /// How many senders there are, weak ones left out.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::mpsc::channel::<u32>(4);
    /// let _weak = sender.downgrade();
    /// assert_eq!(receiver.sender_strong_count(), 1);
    /// ```
    pub fn sender_strong_count(&self) -> usize {
        self.chan.senders().get()
    }

    /// How many weak senders there are.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::mpsc::channel::<u32>(4);
    /// let _weak = sender.downgrade();
    /// assert_eq!(receiver.sender_weak_count(), 1);
    /// ```
    pub fn sender_weak_count(&self) -> usize {
        self.chan.senders().weak()
    }
}

impl<T> Drop for Receiver<T> {
    /// Closes the channel and drops what is left.
    fn drop(&mut self) {
        self.close();
        while let Next::Value(value) = self.next() {
            drop(value);
        }
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("len", &self.len())
            .field("is_closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}

/// The future of [`Receiver::recv`].
///
/// ```
/// # futures::executor::block_on(async {
/// use rt_sync::mpsc::{Receiving, channel};
///
/// let (sender, mut receiver) = channel(1);
/// sender.try_send(7).unwrap();
/// let next: Receiving<'_, u32> = receiver.recv();
/// assert_eq!(next.await, Some(7));
/// # });
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct Receiving<'a, T> {
    receiver: &'a mut Receiver<T>,
    site: &'static Location<'static>,
}

impl<T> Future for Receiving<'_, T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        ready!(poll_budget(cx));
        let polled = self.receiver.poll_next(cx);
        if polled.is_pending() {
            note_wait(WaitKind::Receive, self.site, self.receiver.chan.resource());
        }
        polled
    }
}

/// The future of [`Receiver::recv_many`].
///
/// ```
/// # futures::executor::block_on(async {
/// use rt_sync::mpsc::{ReceivingMany, channel};
///
/// let (sender, mut receiver) = channel(2);
/// sender.try_send(7).unwrap();
/// let mut values = Vec::new();
/// let some: ReceivingMany<'_, u32> = receiver.recv_many(&mut values, 10);
/// assert_eq!(some.await, 1);
/// assert_eq!(values, [7]);
/// # });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct ReceivingMany<'a, T> {
    receiver: &'a mut Receiver<T>,
    into: &'a mut Vec<T>,
    limit: usize,
    site: &'static Location<'static>,
}

impl<T> Future for ReceivingMany<'_, T> {
    type Output = usize;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
        let this = &mut *self;
        let polled = this.receiver.poll_recv_many(cx, this.into, this.limit);
        if polled.is_pending() {
            note_wait(WaitKind::Receive, this.site, this.receiver.chan.resource());
        }
        polled
    }
}

impl<T> fmt::Debug for ReceivingMany<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceivingMany").field("limit", &self.limit).finish_non_exhaustive()
    }
}
