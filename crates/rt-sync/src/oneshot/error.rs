//! What a oneshot says instead of a value.

use std::error::Error;
use std::fmt;

/// No value will come: the sender was dropped before it sent one, or the receiver was closed.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_sync::oneshot;
///
/// let (sender, receiver) = oneshot::channel::<u8>();
/// drop(sender);
/// assert!(receiver.await.is_err());
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecvError(pub(super) ());

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no value will come: the sender was dropped, or this receiver was closed")
    }
}

impl Error for RecvError {}

/// There is no value to take now.
///
/// ```
/// use rt_sync::oneshot::{self, error::TryRecvError};
///
/// let (sender, mut receiver) = oneshot::channel();
/// assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
/// sender.send(1).unwrap();
/// assert_eq!(receiver.try_recv(), Ok(1));
/// assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TryRecvError {
    /// The sender has not sent yet.
    Empty,
    /// No value will come, or it was taken before.
    Closed,
}

impl fmt::Display for TryRecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TryRecvError::Empty => "no value was sent yet; await the receiver, or try again later",
            TryRecvError::Closed => "no value will come, or it was taken before",
        })
    }
}

impl Error for TryRecvError {}
