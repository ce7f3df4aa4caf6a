//! Tests of what the suite computes and says.

mod args;
mod facts;
mod oneshot;
mod ratios;
