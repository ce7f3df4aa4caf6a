//! A channel with many senders and many receivers; each value gets to one receiver.
//!
//! With capacity 0 a sender waits until a receiver does: they meet, and nothing is stored. Only a
//! value whose receiver is dropped in that very moment waits for the next receiver.
//!
//! When the last sender is gone, receivers get what is left and then an error. When the last
//! receiver is gone, senders get their values back, and what is left is dropped.
//!
//! # Fairness
//!
//! First come, first served, on both sides, as in a [`Queue`](crate::queue::Queue).
//!
//! The ends can be sent when the values can:
//!
//! ```compile_fail,E0277
//! fn is_send<T: Send>(_: T) {}
//! is_send(rt_sync::mpmc::channel::<std::rc::Rc<u32>>(1));
//! ```

mod ends;
pub mod error;
mod receiver;
mod sender;

pub use error::{RecvError, SendError, TryRecvError, TrySendError};
pub use receiver::{Receiver, Receiving};
pub use sender::{Sender, Sending};

use ends::Ends;
use rt_primitive::sync::Arc;

/// A channel for at most `capacity` values at a time; then who sends waits.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_sync::mpmc;
///
/// let (sender, receiver) = mpmc::channel(0);
/// let other = receiver.clone();
/// let task = rt_core::spawn(async move { other.recv().await });
/// sender.send("tea").await.unwrap();
/// assert_eq!(task.await.unwrap(), Ok("tea"));
/// # });
/// ```
pub fn channel<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let ends = Arc::new(Ends::new(capacity));
    (Sender::new(ends.clone()), Receiver::new(ends))
}

/// A channel without a limit: nobody waits to send.
///
/// ```
/// use rt_sync::mpmc::{self, TryRecvError};
///
/// let (sender, receiver) = mpmc::unbounded_channel();
/// sender.try_send(1).unwrap();
/// drop(sender);
/// assert_eq!(receiver.try_recv(), Ok(1));
/// assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
/// ```
pub fn unbounded_channel<T>() -> (Sender<T>, Receiver<T>) {
    channel(usize::MAX)
}
