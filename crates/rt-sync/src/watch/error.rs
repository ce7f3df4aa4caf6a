//! What a watch says instead of a value.

use std::error::Error;
use std::fmt;

/// The value was not sent, because there is no receiver; it is in here.
///
/// ```
/// let (sender, receiver) = rt_sync::watch::channel(0);
/// drop(receiver);
/// assert_eq!(sender.send(7).unwrap_err().0, 7);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SendError<T>(pub T);

/// The value will not change any more: every sender is gone.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// let (sender, mut receiver) = rt_sync::watch::channel(0);
/// drop(sender);
/// assert!(receiver.changed().await.is_err());
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecvError(pub(super) ());

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is no receiver; the value is in the error, or use `send_replace`")
    }
}

impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SendError(..)")
    }
}

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value will not change any more: every sender is gone")
    }
}

impl<T> Error for SendError<T> {}
impl Error for RecvError {}
