//! What a broadcast says instead of doing what was asked.

use std::error::Error;
use std::fmt;

/// The value was not sent, because there is no receiver; it is in here.
///
/// ```
/// use rt_sync::broadcast;
///
/// let (sender, receiver) = broadcast::channel(1);
/// drop(receiver);
/// assert_eq!(sender.send("news").unwrap_err().0, "news");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SendError<T>(pub T);

/// There is no next value.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_sync::broadcast::{self, error::RecvError};
///
/// let (sender, mut receiver) = broadcast::channel(1);
/// sender.send(1).unwrap();
/// sender.send(2).unwrap();
/// assert_eq!(receiver.recv().await, Err(RecvError::Lagged(1)));
/// assert_eq!(receiver.recv().await, Ok(2));
/// drop(sender);
/// assert_eq!(receiver.recv().await, Err(RecvError::Closed));
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecvError {
    /// No value is left and every sender is gone.
    Closed,
    /// The receiver fell behind, and missed so many values. The next call goes on with the oldest
    /// that is kept.
    Lagged(u64),
}

/// There is no next value now.
///
/// ```
/// use rt_sync::broadcast::{self, error::TryRecvError};
///
/// let (sender, mut receiver) = broadcast::channel::<u8>(1);
/// assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
/// drop(sender);
/// assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TryRecvError {
    /// None was sent that this receiver has not received.
    Empty,
    /// As [`RecvError::Closed`].
    Closed,
    /// As [`RecvError::Lagged`].
    Lagged(u64),
}

impl From<RecvError> for TryRecvError {
    fn from(error: RecvError) -> Self {
        match error {
            RecvError::Closed => TryRecvError::Closed,
            RecvError::Lagged(missed) => TryRecvError::Lagged(missed),
        }
    }
}

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is no receiver; the value is in the error")
    }
}

impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SendError(..)")
    }
}

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecvError::Closed => f.write_str("no value is left and every sender is gone"),
            RecvError::Lagged(missed) => write!(
                f,
                "this receiver missed {missed} values; receive more often, or ask for a larger \
                 capacity"
            ),
        }
    }
}

impl fmt::Display for TryRecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            TryRecvError::Empty => f.write_str("the channel has no new value now; await `recv`"),
            TryRecvError::Closed => RecvError::Closed.fmt(f),
            TryRecvError::Lagged(missed) => RecvError::Lagged(missed).fmt(f),
        }
    }
}

impl<T> Error for SendError<T> {}
impl Error for RecvError {}
impl Error for TryRecvError {}
