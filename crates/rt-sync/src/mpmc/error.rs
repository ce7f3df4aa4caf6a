//! What a channel says instead of doing what was asked.

use crate::queue::{PutError, ShutDown, TryGetError, TryPutError};
use std::error::Error;
use std::fmt;

/// The value was not sent, because every receiver is gone or the channel was closed; it is in here.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_sync::mpmc;
///
/// let (sender, receiver) = mpmc::channel(1);
/// drop(receiver);
/// assert_eq!(sender.send(7).await.unwrap_err().into_inner(), 7);
/// # });
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SendError<T>(pub T);

/// The value was not sent; it is in here.
///
/// ```
/// use rt_sync::mpmc::{self, TrySendError};
///
/// let (sender, _receiver) = mpmc::channel(1);
/// sender.try_send(1).unwrap();
/// assert!(matches!(sender.try_send(2), Err(TrySendError::Full(2))));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrySendError<T> {
    /// There is no room, or others wait for it.
    Full(T),
    /// Every receiver is gone, or the channel was closed.
    Closed(T),
}

/// No value is left and none will come: every sender is gone, or the channel was closed.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_sync::mpmc;
///
/// let (sender, receiver) = mpmc::channel::<u8>(1);
/// drop(sender);
/// assert!(receiver.recv().await.is_err());
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecvError;

/// There is no value to receive now.
///
/// ```
/// use rt_sync::mpmc::{self, TryRecvError};
///
/// let (sender, receiver) = mpmc::channel::<u8>(1);
/// assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
/// drop(sender);
/// assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TryRecvError {
    /// There is none, or others wait for it.
    Empty,
    /// No value is left and none will come.
    Disconnected,
}

impl<T> SendError<T> {
    /// The value.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (sender, receiver) = rt_sync::mpmc::channel(1);
    /// drop(receiver);
    /// assert_eq!(sender.send("back").await.unwrap_err().into_inner(), "back");
    /// # });
    /// ```
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> TrySendError<T> {
    /// The value.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::mpmc::channel(1);
    /// sender.try_send("fits").unwrap();
    /// assert_eq!(sender.try_send("back").unwrap_err().into_inner(), "back");
    /// ```
    pub fn into_inner(self) -> T {
        match self {
            TrySendError::Full(value) | TrySendError::Closed(value) => value,
        }
    }
}

impl<T> From<PutError<T>> for SendError<T> {
    fn from(error: PutError<T>) -> Self {
        SendError(error.0)
    }
}

impl<T> From<TryPutError<T>> for TrySendError<T> {
    fn from(error: TryPutError<T>) -> Self {
        match error {
            TryPutError::Full(value) => TrySendError::Full(value),
            TryPutError::ShutDown(value) => TrySendError::Closed(value),
        }
    }
}

impl From<ShutDown> for RecvError {
    fn from(ShutDown: ShutDown) -> Self {
        RecvError
    }
}

impl From<TryGetError> for TryRecvError {
    fn from(error: TryGetError) -> Self {
        match error {
            TryGetError::Empty => TryRecvError::Empty,
            TryGetError::ShutDown => TryRecvError::Disconnected,
        }
    }
}

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nobody will receive: the channel is closed; the value is in the error")
    }
}

impl<T> fmt::Display for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TrySendError::Full(_) => {
                "the channel is full; await `send`, or take the value from the error"
            }
            TrySendError::Closed(_) => {
                "nobody will receive: the channel is closed; the value is in the error"
            }
        })
    }
}

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no value is left and none will come: the channel is closed")
    }
}

impl fmt::Display for TryRecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TryRecvError::Empty => f.write_str("the channel has no value now; await `recv`"),
            TryRecvError::Disconnected => RecvError.fmt(f),
        }
    }
}

impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SendError(..)")
    }
}

impl<T> fmt::Debug for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TrySendError::Full(_) => "Full(..)",
            TrySendError::Closed(_) => "Closed(..)",
        })
    }
}

impl<T> Error for SendError<T> {}
impl<T> Error for TrySendError<T> {}
impl Error for RecvError {}
impl Error for TryRecvError {}
