//! Models of the races between those who wait, those who give, and those who give up.

mod canary;
mod meeting;
mod mpsc;
mod oneshot;
mod permits;
mod queue;
mod signals;
mod waiters;
mod watch;
