//! Locks, queues and channels for tasks, on any executor.
//!
//! Applications use the crate `rt`, which gives out all of this one.

#![warn(missing_docs)]

mod blocking;
mod waker_slot;

#[allow(dead_code, unused_imports, reason = "the primitives that stand on it follow")]
mod waiters;

pub mod mpmc;
pub mod oneshot;
pub mod queue;

#[cfg(test)]
mod tests;
