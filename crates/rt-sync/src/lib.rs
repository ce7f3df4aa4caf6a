//! Locks, queues and channels for tasks, on any executor.
//!
//! Applications use the crate `rt`, which gives out all of this one.

#![warn(missing_docs)]
