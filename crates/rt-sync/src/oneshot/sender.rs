//! The sending half of a oneshot.

use super::cell::SenderEnd;
use rt_core::{WaitKind, note_wait, poll_budget};
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// The half that sends the value; it never waits to do so.
///
/// Dropping it unsent tells the [`Receiver`](super::Receiver) that no value will come.
///
/// ```
/// # futures::executor::block_on(async {
/// use rt_sync::oneshot::{Sender, channel};
///
/// fn answer(question: u32, reply: Sender<u32>) {
///     let _ = reply.send(question * 2); // who asked may have gone
/// }
/// let (reply, replied) = channel();
/// answer(21, reply);
/// assert_eq!(replied.await, Ok(42));
/// # });
/// ```
pub struct Sender<T> {
    /// `None` only within `send` and `drop`.
    end: Option<SenderEnd<T>>,
}

impl<T> Sender<T> {
    pub(super) fn new(end: SenderEnd<T>) -> Sender<T> {
        Sender { end: Some(end) }
    }

    /// Sends `value`, and wakes who waits for it.
    ///
    /// ```
    /// use rt_sync::oneshot;
    ///
    /// let (sender, receiver) = oneshot::channel();
    /// drop(receiver);
    /// assert_eq!(sender.send(1), Err(1));
    /// ```
    ///
    /// # Errors
    ///
    /// The value, if the receiver was closed or dropped. `Ok` does not mean that it will be
    /// received: the receiver may be dropped before it takes it.
    #[inline]
    pub fn send(mut self, value: T) -> Result<(), T> {
        self.end.take().expect("taken only here and in drop").finish(Some(value))
    }

    /// True when the receiver was closed or dropped: a send would fail.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::oneshot::channel::<u32>();
    /// assert!(!sender.is_closed());
    /// drop(receiver);
    /// assert!(sender.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.end.as_ref().is_none_or(SenderEnd::is_closed)
    }

    /// Waits until nobody wants the value any more.
    ///
    /// Useful to stop work on a value as soon as it is for nothing.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let (mut sender, receiver) = rt_sync::oneshot::channel::<u32>();
    /// drop(rt_core::spawn(async move { drop(receiver) }));
    /// sender.closed().await;
    /// assert!(sender.is_closed());
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when it is dropped.
    #[track_caller]
    pub fn closed(&mut self) -> Closed<'_, T> {
        Closed { sender: self, site: Location::caller() }
    }

    /// As [`closed`](Self::closed), for futures written by hand: arranges for a wake when it is
    /// pending. It keeps one waker, the latest.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use std::future::poll_fn;
    ///
    /// let (mut sender, receiver) = rt_sync::oneshot::channel::<u32>();
    /// drop(receiver);
    /// poll_fn(|cx| sender.poll_closed(cx)).await;
    /// # });
    /// ```
    pub fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let made_at = self.end.as_ref().expect("taken only in send and in drop").made_at();
        self.poll_closed_at(cx, made_at)
    }

    fn poll_closed_at(
        &mut self,
        cx: &mut Context<'_>,
        site: &'static Location<'static>,
    ) -> Poll<()> {
        ready!(poll_budget(cx));
        let end = self.end.as_mut().expect("taken only in send and in drop");
        if end.wait(cx.waker()) {
            return Poll::Ready(());
        }
        note_wait(WaitKind::Signal, site, end.resource());
        Poll::Pending
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            // Only a value is refused.
            let _ = end.finish(None);
        }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("is_closed", &self.is_closed()).finish_non_exhaustive()
    }
}

/// The future of [`Sender::closed`].
///
/// ```
/// # futures::executor::block_on(async {
/// use rt_sync::oneshot::{Closed, channel};
///
/// let (mut sender, receiver) = channel::<u32>();
/// drop(receiver);
/// let end: Closed<'_, u32> = sender.closed();
/// end.await;
/// # });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct Closed<'a, T> {
    sender: &'a mut Sender<T>,
    site: &'static Location<'static>,
}

impl<T> Future for Closed<'_, T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let site = self.site;
        self.sender.poll_closed_at(cx, site)
    }
}

impl<T> fmt::Debug for Closed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Closed").field(&self.sender).finish()
    }
}
