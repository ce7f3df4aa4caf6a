//! Models of the races between those who wait, those who give, and those who give up.

mod canary;
mod oneshot;
mod queue;
mod waiters;
