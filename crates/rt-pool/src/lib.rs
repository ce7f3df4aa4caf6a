//! Threads and processes for work that must not hold up a runtime.
//!
//! Applications use the crate `rt`, which gives out all of this one.

#![warn(missing_docs)]
