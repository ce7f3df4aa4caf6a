//! Threads and processes for work that must not hold up a runtime.
//!
//! Applications use the crate `rt`, which gives out all of this one.

#![warn(missing_docs)]

mod blocking;
mod job;
mod job_error;
mod limits;
mod offload;
mod process;
mod thread;
mod thread_pool;
pub mod worker;

#[cfg(test)]
mod tests;

pub use blocking::BlockingThreads;
pub use job::{Job, JobFn};
pub use job_error::crash::{Attempt, Crash, DeathCause};
pub use job_error::{CancelledBy, JobError, JobPhase, PanicReport};
pub use limits::{Limits, ThreadHook};
pub use offload::{Inline, Offload};
pub use process::blob::Blob;
pub use process::builder::ProcessPoolBuilder;
pub use process::map::Map;
pub use process::pool::{ProcessPool, ProcessPoolClose};
pub use process::pool_error::ProcessPoolError;
pub use process::run::Run;
pub use process::spawner::WorkerOutput;
pub use process::stats::ProcessPoolStats;
pub use rt_core::{JobMetrics, Refusal, RefusedJob};
pub use thread_pool::ThreadPool;
pub use thread_pool::builder::{ThreadPoolBuilder, ThreadPoolError};
pub use thread_pool::report::ThreadPoolReport;
