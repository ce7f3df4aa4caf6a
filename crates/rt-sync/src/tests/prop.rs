//! Random operations against a plain model.

mod oneshot;
