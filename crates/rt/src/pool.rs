//! Threads and processes for work that must not hold up a runtime.

#[doc(inline)]
pub use rt_pool::{
    Attempt, Blob, CancelledBy, Crash, DeathCause, Job, JobError, JobFn, JobPhase, Map,
    PanicReport, ProcessPool, ProcessPoolBuilder, ProcessPoolClose, ProcessPoolError,
    ProcessPoolStats, Run, WorkerOutput, worker,
};
