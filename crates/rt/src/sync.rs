//! Locks, queues and channels for tasks; they work on any executor.

#[doc(inline)]
pub use rt_sync::queue::{LifoQueue, PriorityQueue, Queue};
#[doc(inline)]
pub use rt_sync::{mpmc, oneshot, queue};
