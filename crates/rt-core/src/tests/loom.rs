//! Models of the protocols of this crate.

mod canary;
mod idle;
mod join;
mod queues;
mod runtime;
mod slab;
mod support;
mod task_state;
