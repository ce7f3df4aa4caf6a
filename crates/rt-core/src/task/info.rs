//! What is said about a task to those who ask.

use std::borrow::Cow;
use std::fmt;
use std::panic::Location;

use crate::task::id::Id;
use crate::wait::WaitInfo;

/// One task, as it was at one moment.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     rt_core::TaskBuilder::new().name("waiter").spawn(std::future::pending::<()>());
///     for task in rt_core::all_tasks() {
///         println!("{task}"); // such as: waiter (ready), spawned at src/main.rs:2:39
///     }
/// });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TaskInfo {
    /// The task's number.
    pub id: Id,
    /// Its name, `Task-` and the number unless it was given another.
    pub name: Cow<'static, str>,
    /// Whether it could go on.
    pub state: TaskStatus,
    /// Where it was spawned, or where `block_on` was called.
    pub spawned_at: &'static Location<'static>,
    /// What it waits for; `None` while it could go on, and where its leaf future does not say so.
    pub wait: Option<WaitInfo>,
}

/// Whether a task can go on.
///
/// See [`TaskInfo::state`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskStatus {
    /// It waits for its turn, or has it.
    Ready,
    /// It waits for somebody to wake it.
    Waiting,
    /// It is a job, and has a thread to itself.
    Blocking,
    /// Its future is gone, and it waits for the children of groups that were dropped in it.
    Closing,
    /// It has ended.
    Finished,
}

/// How a task ended.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver, Outcome};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// let task = executor.handle().spawn(async {});
/// assert_eq!(task.outcome(), None);
/// drop(executor);
/// assert_eq!(task.outcome(), Some(Outcome::Cancelled));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Its future returned a value.
    Finished,
    /// Its future panicked.
    Panicked,
    /// Its future was dropped: it was aborted, or its runtime shut down.
    Cancelled,
}

impl fmt::Display for TaskInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}", self.name, self.state)?;
        if let Some(wait) = &self.wait {
            write!(f, " for {wait}")?;
        }
        write!(f, "), spawned at {}", self.spawned_at)
    }
}

impl fmt::Display for TaskStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TaskStatus::Ready => "ready",
            TaskStatus::Waiting => "waiting",
            TaskStatus::Blocking => "blocking",
            TaskStatus::Closing => "closing",
            TaskStatus::Finished => "finished",
        })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Outcome::Finished => "finished",
            Outcome::Panicked => "panicked",
            Outcome::Cancelled => "cancelled",
        })
    }
}
