//! Models of the protocols of this crate.

mod canary;
mod desk;
