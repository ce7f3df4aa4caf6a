//! Locks, queues and channels for tasks; they work on any executor.

#[doc(inline)]
pub use rt_sync::oneshot;
