//! One value from one task to another.
//!
//! Dropping either half tells the other one. It costs one allocation, which both halves share and
//! the last of them frees.
//!
//! The halves can be sent when the value can:
//!
//! ```compile_fail,E0277
//! fn is_send<T: Send>(_: T) {}
//! is_send(rt_sync::oneshot::channel::<std::rc::Rc<u32>>());
//! ```

mod cell;
pub mod error;
mod receiver;
mod sender;
mod state;

pub use error::{RecvError, TryRecvError};
pub use receiver::Receiver;
pub use sender::{Closed, Sender};

use std::panic::Location;

/// Makes both halves of a channel for one value.
///
/// asyncio: `loop.create_future()`, which anybody can set; here only the [`Sender`] can, and once.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_sync::oneshot;
///
/// let (sender, receiver) = oneshot::channel();
/// drop(rt_core::spawn(async move { sender.send("tea") }));
/// assert_eq!(receiver.await, Ok("tea"));
/// # });
/// ```
#[doc(alias = "create_future")]
#[track_caller]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let (for_sender, for_receiver) = cell::pair(Location::caller());
    (Sender::new(for_sender), Receiver::new(for_receiver))
}
