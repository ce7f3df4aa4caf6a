//! Models of the protocols of this crate.

mod away;
mod callbacks;
mod canary;
mod cancel;
mod group;
mod idle;
mod jobs;
mod join;
mod leftovers;
mod limit;
mod memory;
mod queues;
mod quiet;
mod runtime;
mod scopes;
mod shared_join;
mod shutdown;
mod simulate;
mod slab;
mod sleepers;
mod stopping;
mod support;
mod task_ends;
mod task_state;
mod visit;
mod walk;
