//! The receiving half of a oneshot.

use super::cell::ReceiverEnd;
use super::error::{RecvError, TryRecvError};
use super::state::Look;
use crate::blocking;
use rt_core::{WaitKind, note_wait, poll_budget};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// The half that waits for the value; a future of it.
///
/// ```
/// # futures::executor::block_on(async {
/// let (sender, receiver) = rt_sync::oneshot::channel();
/// sender.send(7).unwrap();
/// assert_eq!(receiver.await, Ok(7));
/// # });
/// ```
///
/// # Errors
///
/// [`RecvError`] when the [`Sender`](super::Sender) is dropped unsent, or this half was closed
/// before a value came.
///
/// # Panics
///
/// When it is polled again after it has given its value or its error.
///
/// # Cancel safety
///
/// Awaiting `&mut receiver` loses nothing when it is dropped: the receiver may be awaited again.
/// Dropping the receiver itself tells the sender, and drops a value that has come.
#[must_use = "a receiver does nothing unless it is awaited; dropping it tells the sender"]
pub struct Receiver<T> {
    /// `None` once the value or the error was given out.
    end: Option<ReceiverEnd<T>>,
}

impl<T> Unpin for Receiver<T> {}

impl<T> Receiver<T> {
    pub(super) fn new(end: ReceiverEnd<T>) -> Receiver<T> {
        Receiver { end: Some(end) }
    }

    /// Takes the value if it has come.
    ///
    /// ```
    /// use rt_sync::oneshot::{self, TryRecvError};
    ///
    /// let (sender, mut receiver) = oneshot::channel();
    /// assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    /// sender.send(1).unwrap();
    /// assert_eq!(receiver.try_recv(), Ok(1));
    /// ```
    ///
    /// # Errors
    ///
    /// [`TryRecvError::Empty`] while the sender may still send; [`TryRecvError::Closed`] when no
    /// value will come, or it was taken before.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        let look = self.end.as_ref().ok_or(TryRecvError::Closed)?.look();
        match look {
            Look::Empty { .. } => Err(TryRecvError::Empty),
            Look::Closed | Look::Finished { .. } => self.give(look).ok_or(TryRecvError::Closed),
        }
    }

    /// Wants no value from now on; the sender gets its value back. One that was sent before can
    /// still be received.
    ///
    /// ```
    /// use rt_sync::oneshot;
    ///
    /// let (sender, mut receiver) = oneshot::channel();
    /// receiver.close();
    /// assert_eq!(sender.send("too late"), Err("too late"));
    /// ```
    pub fn close(&mut self) {
        if let Some(sender) = self.end.as_mut().and_then(ReceiverEnd::close) {
            sender.wake();
        }
    }

    /// Stops the calling thread until the value comes.
    ///
    /// For threads that run no tasks.
    ///
    /// ```
    /// use rt_sync::oneshot;
    ///
    /// let (sender, receiver) = oneshot::channel();
    /// let thread = std::thread::spawn(move || receiver.blocking_recv());
    /// sender.send("from afar").unwrap();
    /// assert_eq!(thread.join().unwrap(), Ok("from afar"));
    /// ```
    ///
    /// # Errors
    ///
    /// As awaiting it.
    ///
    /// # Panics
    ///
    /// Within a task: await it there.
    #[track_caller]
    pub fn blocking_recv(self) -> Result<T, RecvError> {
        blocking::block_on("blocking_recv", self)
    }

    /// True once it has given its value or its error; then it must not be polled.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (sender, mut receiver) = rt_sync::oneshot::channel();
    /// sender.send(7).unwrap();
    /// assert_eq!((&mut receiver).await, Ok(7));
    /// assert!(receiver.is_terminated());
    /// # });
    /// ```
    pub fn is_terminated(&self) -> bool {
        self.end.is_none()
    }

    /// True while there is no value to be taken.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::oneshot::channel();
    /// assert!(receiver.is_empty());
    /// sender.send(7).unwrap();
    /// assert!(!receiver.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        let look = self.end.as_ref().map(ReceiverEnd::look);
        !matches!(look, Some(Look::Finished { .. }))
    }

    /// Gives out what there is, which ends this half; `None` if no value will come.
    fn give(&mut self, look: Look) -> Option<T> {
        let end = self.end.take()?;
        match look {
            Look::Finished { sender_left } => end.take(sender_left),
            Look::Closed | Look::Empty { .. } => {
                end.leave();
                None
            }
        }
    }
}

impl<T> Future for Receiver<T> {
    type Output = Result<T, RecvError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T, RecvError>> {
        ready!(poll_budget(cx));
        let end = self.end.as_mut().expect("a receiver is not polled after it has given its value");
        let mut look = end.look();
        if let Look::Empty { .. } = look {
            look = end.wait(cx.waker());
        }
        if let Look::Empty { .. } = look {
            note_wait(WaitKind::Receive, end.made_at(), end.resource());
            return Poll::Pending;
        }
        Poll::Ready(self.give(look).ok_or(RecvError(())))
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            end.leave();
        }
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("is_terminated", &self.is_terminated())
            .field("is_empty", &self.is_empty())
            .finish_non_exhaustive()
    }
}
