//! A channel with many senders and many receivers; each value gets to every receiver.
//!
//! The channel keeps the latest values, as many as its capacity. A receiver that falls behind by
//! more is told how many it has missed, and goes on with the oldest that is kept. Senders never
//! wait. A value is kept until every receiver has it, or a newer one takes its place.
//!
//! The ends can be sent when the values can be sent and shared:
//!
//! ```compile_fail,E0277
//! fn is_send<T: Send>(_: T) {}
//! is_send(rt_sync::broadcast::channel::<std::cell::Cell<u32>>(1));
//! ```

pub mod error;
mod receiver;
mod ring;
mod sender;
mod weak;

pub use error::{RecvError, SendError, TryRecvError};
pub use receiver::{Receiver, Receiving};
pub use sender::{Closed, Sender};
pub use weak::WeakSender;

use ring::Ring;
use rt_primitive::sync::Arc;

/// A channel that keeps the latest `capacity` values, rounded up to a power of two.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_sync::broadcast;
///
/// let (sender, mut one) = broadcast::channel(16);
/// let mut two = sender.subscribe();
/// sender.send("tea").unwrap();
/// assert_eq!(one.recv().await, Ok("tea"));
/// assert_eq!(two.recv().await, Ok("tea"));
/// # });
/// ```
///
/// # Panics
///
/// When `capacity` is 0, or too large for memory.
#[track_caller]
pub fn channel<T: Clone>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    check_capacity(capacity);
    let ring = Arc::new(Ring::new(capacity, 1));
    (Sender::of(ring.clone()), Receiver::new(ring, 0))
}

/// Panics unless a channel can have this capacity.
#[track_caller]
fn check_capacity(capacity: usize) {
    assert!(capacity > 0, "a channel of capacity 0 keeps no value; ask for 1 or more");
}
