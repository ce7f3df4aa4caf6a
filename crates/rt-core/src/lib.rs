//! Tasks, ready queues and the work-stealing workers that run them.
//!
//! Applications use the crate `rt`; this one is its engine. `docs/architecture.md` is the way in.

#![warn(missing_docs)]

mod config;
mod context;
mod error;

mod driver;
mod idle;
mod queue;
mod slab;
mod task;

mod budget;
mod yield_now;

mod block_on;
mod executor;
mod handle;
mod metrics;
mod shared;
mod shutdown;
mod worker;

#[cfg(test)]
mod tests;

pub use budget::poll_budget;
pub use config::{Config, Flavor, GUESTS, ThreadHook, WORKERS_MAX, WORKERS_VARIABLE};
pub use driver::{Driver, NoDriver, Place, with_driver};
pub use error::{NestedBlockOn, NoRuntime, StartError, WorkersError};
pub use executor::Executor;
pub use handle::{EnterGuard, ExecutorHandle, id, spawn, try_id, try_spawn};
pub use metrics::{Metrics, WorkerMetrics};
pub use task::id::Id;
pub use task::join::{AbortHandle, JoinHandle};
pub use task::join_error::JoinError;
pub use yield_now::{YieldNow, yield_now};
