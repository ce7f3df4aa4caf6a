//! What a channel says instead of doing what was asked.

use super::chan::Refused;
use std::error::Error;
use std::fmt;

/// The value was not sent, because the receiver was closed or is gone; it is in here.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_sync::mpsc;
///
/// let (sender, receiver) = mpsc::channel(1);
/// drop(receiver);
/// assert_eq!(sender.send(7).await.unwrap_err().into_inner(), 7);
/// # });
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SendError<T>(pub T);

/// The value was not sent; it is in here.
///
/// ```
/// use rt_sync::mpsc::{self, error::TrySendError};
///
/// let (sender, receiver) = mpsc::channel(1);
/// sender.try_send(1).unwrap();
/// assert!(matches!(sender.try_send(2), Err(TrySendError::Full(2))));
/// drop(receiver);
/// assert!(matches!(sender.try_send(3), Err(TrySendError::Closed(3))));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrySendError<T> {
    /// There is no room, or others wait for it.
    Full(T),
    /// The receiver was closed or is gone.
    Closed(T),
}

/// There is no value to receive now.
///
/// ```
/// use rt_sync::mpsc::{self, error::TryRecvError};
///
/// let (sender, mut receiver) = mpsc::channel::<u8>(1);
/// assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
/// drop(sender);
/// assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TryRecvError {
    /// There is none, or it is being sent at this moment.
    Empty,
    /// No value is left and none will come.
    Disconnected,
}

impl<T> SendError<T> {
    /// The value.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (sender, receiver) = rt_sync::mpsc::channel(1);
    /// drop(receiver);
    /// assert_eq!(sender.send("back").await.unwrap_err().into_inner(), "back");
    /// # });
    /// ```
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> TrySendError<T> {
    pub(super) fn new((refused, value): (Refused, T)) -> Self {
        match refused {
            Refused::Full => TrySendError::Full(value),
            Refused::Closed => TrySendError::Closed(value),
        }
    }

    /// The value.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::mpsc::channel(1);
    /// sender.try_send("fits").unwrap();
    /// assert_eq!(sender.try_send("back").unwrap_err().into_inner(), "back");
    /// ```
    pub fn into_inner(self) -> T {
        match self {
            TrySendError::Full(value) | TrySendError::Closed(value) => value,
        }
    }
}

const CLOSED: &str = "nobody will receive: the receiver was closed or is gone";

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{CLOSED}; the value is in the error")
    }
}

impl<T> fmt::Display for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TrySendError::Full(_) => {
                f.write_str("the channel is full; await `send`, or take the value from the error")
            }
            TrySendError::Closed(_) => write!(f, "{CLOSED}; the value is in the error"),
        }
    }
}

impl fmt::Display for TryRecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TryRecvError::Empty => "the channel has no value now; await `recv`",
            TryRecvError::Disconnected => "no value is left and none will come",
        })
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
impl Error for TryRecvError {}
