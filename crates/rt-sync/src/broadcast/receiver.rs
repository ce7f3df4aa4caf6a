//! The receiving ends of a broadcast.

use super::error::{RecvError, TryRecvError};
use super::ring::{Ending, Found, Ring};
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

/// Receives every value that is sent while it is there.
///
/// It is not cloned: [`resubscribe`](Self::resubscribe) says what another one starts with.
///
/// ```
/// # futures::executor::block_on(async {
/// let (sender, mut receiver) = rt_sync::broadcast::channel(4);
/// sender.send("for all").unwrap();
/// assert_eq!(receiver.recv().await, Ok("for all"));
/// # });
/// ```
pub struct Receiver<T> {
    ring: Arc<Ring<T>>,
    /// The number of the value that is received next.
    next: u64,
}

impl<T> Receiver<T> {
    /// For a caller who has counted it.
    pub(super) fn new(ring: Arc<Ring<T>>, next: u64) -> Self {
        Receiver { ring, next }
    }

    /// One more receiver, of the values that are sent from now on.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::broadcast::channel(4);
    /// sender.send(1).unwrap();
    /// let later = receiver.resubscribe();
    /// assert_eq!((receiver.len(), later.len()), (1, 0));
    /// ```
    pub fn resubscribe(&self) -> Self {
        let next = self.ring.add_receiver();
        Receiver::new(self.ring.clone(), next)
    }

    /// How many values it could receive now, had it not missed any.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::broadcast::channel(4);
    /// sender.send("a").unwrap();
    /// sender.send("b").unwrap();
    /// assert_eq!(receiver.len(), 2);
    /// ```
    pub fn len(&self) -> usize {
        (self.ring.sent() - self.next) as usize
    }

    /// True when no value was sent that it has not received.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::broadcast::channel(4);
    /// assert!(receiver.is_empty());
    /// sender.send("a").unwrap();
    /// assert!(!receiver.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// True when every sender is gone; some values may be left.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::broadcast::channel::<u32>(4);
    /// assert!(!receiver.is_closed());
    /// drop(sender);
    /// assert!(receiver.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.sender_strong_count() == 0
    }

    /// How many senders there are, weak ones left out.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::broadcast::channel::<u32>(4);
    /// let _second = sender.clone();
    /// assert_eq!(receiver.sender_strong_count(), 2);
    /// ```
    pub fn sender_strong_count(&self) -> usize {
        self.ring.senders().get()
    }

    /// How many weak senders there are.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::broadcast::channel::<u32>(4);
    /// let _weak = sender.downgrade();
    /// assert_eq!(receiver.sender_weak_count(), 1);
    /// ```
    pub fn sender_weak_count(&self) -> usize {
        self.ring.senders().weak()
    }

    /// True when both receive from the same senders.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::broadcast::channel::<u32>(4);
    /// assert!(receiver.same_channel(&sender.subscribe()));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.ring, &other.ring)
    }
}

impl<T: Clone> Receiver<T> {
    /// Receives the next value, once it was sent.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (sender, mut receiver) = rt_sync::broadcast::channel(4);
    /// sender.send(7).unwrap();
    /// assert_eq!(receiver.recv().await, Ok(7));
    /// drop(sender);
    /// assert!(receiver.recv().await.is_err()); // nothing will come
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// [`RecvError::Lagged`] when values were missed; [`RecvError::Closed`] when none is left and
    /// every sender is gone.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it has received nothing.
    #[track_caller]
    pub fn recv(&mut self) -> Receiving<'_, T> {
        let waiter = Waiter::new(&self.ring.waiting);
        Receiving { ring: &self.ring, next: &mut self.next, site: Location::caller(), waiter }
    }

    /// Receives the next value if it was sent.
    ///
    /// ```
    /// use rt_sync::broadcast::{TryRecvError, channel};
    ///
    /// let (sender, mut receiver) = channel(4);
    /// assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    /// sender.send(7).unwrap();
    /// assert_eq!(receiver.try_recv(), Ok(7));
    /// ```
    ///
    /// # Errors
    ///
    /// [`TryRecvError::Empty`], or as [`recv`](Self::recv).
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        if let Some(received) = receive(&self.ring, &mut self.next) {
            return Ok(received?);
        }
        let is_over = self.ring.waiting.lock().is_over;
        if self.next < self.ring.sent() {
            // Sent just before the last sender went.
            return self.try_recv();
        }
        Err(if is_over { TryRecvError::Closed } else { TryRecvError::Empty })
    }

    /// As [`recv`](Self::recv), for threads that run no tasks: the calling thread stops.
    ///
    /// ```
    /// let (sender, mut receiver) = rt_sync::broadcast::channel(4);
    /// let thread = std::thread::spawn(move || receiver.blocking_recv());
    /// sender.send(7).unwrap();
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
    pub fn blocking_recv(&mut self) -> Result<T, RecvError> {
        blocking::block_on("blocking_recv", self.recv())
    }
}

/// Receives what there is for `next`, which then moves on; `None` if it was not sent yet.
fn receive<T: Clone>(ring: &Ring<T>, next: &mut u64) -> Option<Result<T, RecvError>> {
    match ring.receive(*next) {
        Found::Value(value) => {
            *next += 1;
            // The last one to have it needs no copy.
            let is_last = Arc::strong_count(&value) == 1;
            let unshared = if is_last { Arc::try_unwrap(value) } else { Err(value) };
            Some(Ok(unshared.unwrap_or_else(|value| (*value).clone())))
        }
        Found::Gone { oldest } => {
            let missed = oldest - *next;
            *next = oldest;
            Some(Err(RecvError::Lagged(missed)))
        }
        Found::Nothing => None,
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.ring.remove_receiver(self.next);
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("len", &self.len()).finish_non_exhaustive()
    }
}

pin_project! {
    /// The future of [`Receiver::recv`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::broadcast::{Receiving, channel};
    ///
    /// let (sender, mut receiver) = channel(4);
    /// sender.send(7).unwrap();
    /// let next: Receiving<'_, i32> = receiver.recv();
    /// assert_eq!(next.await, Ok(7));
    /// # });
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    pub struct Receiving<'a, T> {
        ring: &'a Ring<T>,
        next: &'a mut u64,
        site: &'static Location<'static>,
        #[pin]
        waiter: Waiter<'a, (), Ending>,
    }
}

impl<T: Clone> Future for Receiving<'_, T> {
    type Output = Result<T, RecvError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T, RecvError>> {
        ready!(poll_budget(cx));
        let mut this = self.project();
        let ring = *this.ring;
        loop {
            // One that is queued is woken by a value or by the end, and then looks again.
            if this.waiter.stage() != Stage::Rest
                && this.waiter.as_mut().poll_served(cx).is_pending()
            {
                break;
            }
            if let Some(received) = receive(ring, this.next) {
                return Poll::Ready(received);
            }
            this.waiter.as_mut().prepare((), cx);
            let mut waiting = ring.waiting.lock();
            if **this.next < ring.sent() {
                continue;
            }
            if waiting.is_over {
                return Poll::Ready(Err(RecvError::Closed));
            }
            waiting.push(this.waiter.as_ref());
            break;
        }
        note_wait(WaitKind::Receive, this.site, ring.resource());
        Poll::Pending
    }
}

impl<T> fmt::Debug for Receiving<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiving").field("stage", &self.waiter.stage()).finish_non_exhaustive()
    }
}
