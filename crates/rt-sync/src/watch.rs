//! The latest value of something, and word when it changes.
//!
//! Any number of receivers look at the value. Each is told that there is a newer one than it has
//! seen; values that came and went in between are not kept for it.
//!
//! A look at the value holds a lock that keeps senders out. So keep it short, and never across an
//! `await`: the guard is not `Send`, so a task that would do so does not compile.
//!
//! The ends can be sent when the value can be sent and shared:
//!
//! ```compile_fail,E0277
//! fn is_send<T: Send>(_: T) {}
//! is_send(rt_sync::watch::channel(std::cell::Cell::new(1)));
//! ```

mod cell;
mod changed;
pub mod error;
mod receiver;
mod sender;

pub use cell::Ref;
pub use changed::{Changed, WaitingFor};
pub use error::{RecvError, SendError};
pub use receiver::Receiver;
pub use sender::{Closed, Sender};

use cell::WatchCell;
use rt_primitive::sync::Arc;

/// A channel whose first value is `value`, which counts as seen.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_sync::watch;
///
/// let (sender, mut receiver) = watch::channel("starting");
/// let task = rt_core::spawn(async move {
///     receiver.changed().await.unwrap();
///     *receiver.borrow_and_update()
/// });
/// sender.send("ready").unwrap();
/// assert_eq!(task.await.unwrap(), "ready");
/// # });
/// ```
pub fn channel<T>(value: T) -> (Sender<T>, Receiver<T>) {
    let cell = Arc::new(WatchCell::new(value, 1));
    (Sender::of(cell.clone()), Receiver::new(cell, 0))
}
