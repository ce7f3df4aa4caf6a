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
mod task_local;
mod vars;

mod budget;
mod cancel;
mod first_of;
mod group;
mod resource;
mod time_limit;
mod wait;
mod yield_now;

mod block_on;
mod dump;
mod executor;
mod handle;
mod hooks;
mod inspect;
mod job;
mod metrics;
mod quiet;
mod shared;
mod shutdown;
mod simulate;
mod worker;

#[cfg(test)]
mod tests;

pub use budget::poll_budget;
#[doc(hidden)]
pub use cancel::branch::{Branch, BranchRound};
pub use cancel::due_scope::DueScope;
pub use cancel::mask::{Mask, mask};
pub use cancel::on_cancel::{OnCancel, finally};
pub use cancel::reason::{Reason, ReasonKind};
pub use cancel::region::{CancelExt, CatchCancel, WasCancelled, cancelled};
pub use cancel::request::{Checkpoint, checkpoint, is_cancelling, uncancel};
pub use cancel::scope::{Scope, ScopeCancelled, Scoped, scope};
pub use cancel::token::Cancelled;
pub use config::{Config, Flavor, GUESTS, ThreadHook, WORKERS_MAX, WORKERS_VARIABLE, WindDown};
pub use driver::{Driver, DriverSleep, NoDriver, Place, try_with_driver, with_driver};
pub use dump::{Dump, dump};
pub use error::{BlockOnError, NoRuntime, StartError, WorkersError};
pub use executor::Executor;
#[doc(hidden)]
pub use first_of::first_of;
pub use group::as_completed::{AsCompleted, as_completed};
pub use group::body::{GroupFuture, TryGroupFuture, group, group_with, try_group};
pub use group::error::{GroupClosed, GroupError, TaskError};
pub use group::gather::{Gather, gather};
pub use group::join_set::next::{JoinAll, JoinNext, Wait};
pub use group::join_set::{JoinSet, WaitFor};
pub use group::leftovers::AllEnded;
pub use group::race::{FirstOk, Race, first_ok, race};
pub use group::reap::{Reap, reap};
pub use group::shield::{Shield, shield};
pub use group::spawner::{Group, Policy};
pub use group::start::{NeverReady, Ready, Start};
pub use group::try_gather::{TryGather, try_gather};
pub use handle::{EnterGuard, ExecutorHandle, id, spawn, try_id, try_spawn};
pub use hooks::{Instrument, Unhandled, UnhandledHook};
pub use inspect::{all_tasks, current_task, try_current_task};
pub use job::Job;
pub use job::blocking::{BlockingCx, JobCancelled};
pub use job::list::JobList;
pub use job::note::JobNote;
pub use job::refused::{Refusal, RefusedJob};
pub use job::spawn::{spawn_blocking, spawn_blocking_with, try_spawn_blocking};
pub use job::threads::{Errand, JobMetrics, JobThreads};
pub use metrics::{Metrics, WorkerMetrics};
pub use quiet::{OutsideWork, Settle, external, settle};
pub use resource::{Resource, current_task_number};
pub use shutdown::report::{LeakedThread, ShutdownReport, TaskSite};
pub use simulate::choices::Choices;
pub use simulate::schedule::Schedule;
pub use simulate::story::Story;
pub use task::abort::AbortHandle;
pub use task::builder::TaskBuilder;
pub use task::callbacks::CallbackId;
pub use task::details::TaskDetails;
pub use task::id::Id;
pub use task::info::{Outcome, TaskInfo, TaskStatus};
pub use task::join::JoinHandle;
pub use task::join_blocking::JoinTimeout;
pub use task::join_error::{JoinError, TakeError};
pub use task::join_timeout::TimedJoin;
pub use task::linked::LinkedHandle;
pub use task::name::TaskName;
pub use task::reference::TaskRef;
pub use task::shared_join::SharedJoinHandle;
pub use task::stack::{CallGraph, Frame};
pub use task_local::{LocalAccessError, LocalKey, TaskLocalFuture};
pub use vars::{ContextScope, ContextVar, ContextVars};
pub use wait::{WaitInfo, WaitKind, note_wait};
pub use worker::away::block_in_place;
pub use yield_now::{YieldNow, yield_now};
