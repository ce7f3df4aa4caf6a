//! Random operations and cancels, held against a plain model.

mod line;
mod mpsc;
mod oneshot;
mod queue;
mod rw_lock;
mod semaphore;
mod signals;
mod store;
mod watch;
