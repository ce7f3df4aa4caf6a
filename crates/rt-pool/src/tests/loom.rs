//! Models of the protocols of this crate.

mod canary;
mod desk;
mod process_end;
mod process_outcome;
