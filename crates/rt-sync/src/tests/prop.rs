//! Random operations against a plain model.

mod oneshot;
mod queue;
mod store;
