//! The queue of a worker: its owner pushes and pops, anybody may steal.
//!
//! First in, first out. The plain build uses crossbeam-deque; models use a twin of it that a model
//! checker can look into; the feature `count` wraps it. All three are held to the same behaviour by
//! one differential test (`tests/prop/deque.rs`).
//!
//! ```
//! use rt_primitive::deque::{Steal, Worker};
//!
//! let worker = Worker::new_fifo();
//! worker.push(1);
//! worker.push(2);
//! assert_eq!(worker.stealer().steal(), Steal::Success(1));
//! assert_eq!(worker.pop(), Some(2));
//! ```

#[cfg(all(feature = "count", not(any(rt_loom, rt_shuttle))))]
mod counted;
#[cfg(any(rt_loom, rt_shuttle, test))]
#[allow(unreachable_pub, reason = "only models export it; a plain build tests it")]
pub(crate) mod twin;

#[cfg(all(feature = "count", not(any(rt_loom, rt_shuttle))))]
pub use counted::{Stealer, Worker};
pub use crossbeam_deque::Steal;
#[cfg(not(any(feature = "count", rt_loom, rt_shuttle)))]
pub use crossbeam_deque::{Stealer, Worker};
#[cfg(any(rt_loom, rt_shuttle))]
pub use twin::{Stealer, Worker};
