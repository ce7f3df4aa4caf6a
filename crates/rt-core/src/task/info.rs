//! What is said about a task to those who ask.

use std::fmt;
use std::panic::Location;

use crate::task::details::TaskDetails;
use crate::task::id::Id;
use crate::task::name::TaskName;
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
    pub name: TaskName,
    /// Whether it could go on.
    pub state: TaskStatus,
    /// Where it was spawned, or where `block_on` was called.
    pub spawned_at: &'static Location<'static>,
    /// What it waits for; `None` while it could go on, and where its leaf future does not say so.
    pub wait: Option<WaitInfo>,
    /// The worker that is inside it, or was last and has entered no other task since; guests have
    /// numbers above those of the workers. `None` while it could not go on.
    pub worker: Option<usize>,
    /// The task that started it. Known of the children of groups and gatherings; of others only
    /// where the runtime keeps details.
    pub parent: Option<Id>,
    /// How often it was polled, and since when it stands as it does, where the runtime keeps that.
    pub details: Option<TaskDetails>,
}

/// Whether a task can go on.
///
/// See [`TaskInfo::state`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::TaskStatus;
///
/// let task = rt_core::spawn(std::future::pending::<()>()).task();
/// assert_eq!(task.info().state, TaskStatus::Ready);
/// rt_core::yield_now().await;
/// assert_eq!(task.info().state, TaskStatus::Waiting);
/// # });
/// ```
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
        write!(f, "{} ({}), {}", self.name, self.standing(), self.origin())
    }
}

impl TaskInfo {
    /// What it does, such as `waiting for sleep at src/main.rs:3:9`.
    pub(crate) fn standing(&self) -> impl fmt::Display + '_ {
        struct Standing<'a>(&'a TaskInfo);
        impl fmt::Display for Standing<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let TaskInfo { state, wait, worker, details, .. } = self.0;
                write!(f, "{state}")?;
                if let Some(wait) = wait {
                    write!(f, " for {wait}")?;
                }
                if let Some(worker) = worker {
                    write!(f, " on worker {worker}")?;
                }
                match details {
                    Some(details) => write!(f, " {details}"),
                    None => Ok(()),
                }
            }
        }
        Standing(self)
    }

    /// Where it comes from, such as `spawned at src/main.rs:3:9 by Task-1`.
    pub(crate) fn origin(&self) -> impl fmt::Display + '_ {
        struct Origin<'a>(&'a TaskInfo);
        impl fmt::Display for Origin<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "spawned at {}", self.0.spawned_at)?;
                match self.0.parent {
                    Some(parent) => write!(f, " by Task-{parent}"),
                    None => Ok(()),
                }
            }
        }
        Origin(self)
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
