//! A channel with many senders and one receiver.
//!
//! Values come out in the order in which they were sent. A bounded channel makes senders wait for
//! room; they are served in the order of their coming, and nobody overtakes them. Sending into one
//! that has room, and receiving what is there, takes no lock.
//!
//! When the last sender is gone the receiver gets what is left, and then `None`. When the receiver
//! closes or is dropped, senders get their values back.
//!
//! The ends can be sent when the values can:
//!
//! ```compile_fail,E0277
//! fn is_send<T: Send>(_: T) {}
//! is_send(rt_sync::mpsc::channel::<std::rc::Rc<u32>>(1));
//! ```

mod blocks;
mod chan;
pub mod error;
mod permit;
mod receiver;
mod reserving;
mod room;
mod sender;
mod sending;
mod tail;
mod unbounded;
mod weak;

pub use error::{SendError, TryRecvError, TrySendError};
pub use permit::{OwnedPermit, Permit, PermitIterator};
pub use receiver::{Receiver, Receiving, ReceivingMany};
pub use reserving::{Reserving, ReservingMany, ReservingOwned};
pub use sender::Sender;
pub use sending::{Closed, Sending};
pub use unbounded::{UnboundedSender, WeakUnboundedSender};
pub use weak::WeakSender;

use chan::{Chan, UNBOUNDED};
use rt_primitive::sync::Arc;

/// The receiver of an unbounded channel.
pub type UnboundedReceiver<T> = Receiver<T>;

/// A channel for at most `capacity` values and permits at a time; then who sends waits.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_sync::mpsc;
///
/// let (sender, mut receiver) = mpsc::channel(8);
/// for number in 0..3 {
///     let sender = sender.clone();
///     drop(rt_core::spawn(async move { sender.send(number).await }));
/// }
/// drop(sender);
/// let mut sum = 0;
/// while let Some(number) = receiver.recv().await {
///     sum += number;
/// }
/// assert_eq!(sum, 3);
/// # });
/// ```
///
/// # Panics
///
/// When `capacity` is 0 or above 67 108 863.
#[track_caller]
pub fn channel<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    Chan::<T>::check_capacity(capacity);
    let chan = Arc::new(Chan::new(capacity));
    (Sender::new(chan.clone()), Receiver::new(chan))
}

/// A channel without a limit: nobody waits to send.
///
/// ```
/// use rt_sync::mpsc::{self, TryRecvError};
///
/// let (sender, mut receiver) = mpsc::unbounded_channel();
/// sender.send("tea").unwrap();
/// drop(sender);
/// assert_eq!(receiver.try_recv(), Ok("tea"));
/// assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
/// ```
pub fn unbounded_channel<T>() -> (UnboundedSender<T>, UnboundedReceiver<T>) {
    let chan = Arc::new(Chan::new(UNBOUNDED));
    (UnboundedSender::new(chan.clone()), Receiver::new(chan))
}
