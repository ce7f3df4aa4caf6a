//! What a shutdown did: the tasks it ended, and the threads it did not wait for.

use std::fmt;
use std::panic::Location;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rt_primitive::atomic::{AtomicU64, Ordering};

use crate::shared::ExecutorShared;
use crate::task::header::TaskPtr;
use crate::task::id::Id;
use crate::task::reference::TaskRef;

/// Tasks that a report names; of more it tells the number only.
const NAMED_MAX: u64 = 64;

/// What a shutdown did, as far as it had come when the report was made.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// let executor = Executor::start(Config::multi_thread()?, Arc::new(NoDriver))?;
/// let waiting = executor.handle().spawn(std::future::pending::<()>());
/// let report = executor.shutdown();
/// assert_eq!(report.aborted_total, 1);
/// assert_eq!(report.aborted[0].id, waiting.id());
/// assert!(report.leaked_threads.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ShutdownReport {
    /// How long the shutdown took.
    pub duration: Duration,
    /// The first 64 of the tasks that had not ended, and whose futures the shutdown dropped.
    pub aborted: Vec<TaskSite>,
    /// How many such tasks there were.
    pub aborted_total: u64,
    /// The worker threads that had not ended; they do so when they come back from where they are.
    pub leaked_threads: Vec<LeakedThread>,
    /// The jobs that had not ended; each keeps its thread until it does.
    pub stuck_jobs: Vec<TaskSite>,
}

/// A task, and the place in the program that started it.
///
/// See [`ShutdownReport::aborted`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// let task = executor.handle().spawn(std::future::pending::<()>());
/// let report = executor.shutdown();
/// assert_eq!(report.aborted[0].id, task.id());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TaskSite {
    /// The task's number.
    pub id: Id,
    /// Where it was spawned.
    pub spawned_at: &'static Location<'static>,
}

/// A worker thread that a shutdown did not wait for any longer.
///
/// See [`ShutdownReport::leaked_threads`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// let report = executor.shutdown_timeout(std::time::Duration::from_secs(1));
/// for thread in &report.leaked_threads {
///     println!("{thread}"); // which worker, and the task that it is stuck in
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeakedThread {
    /// The number of the worker.
    pub worker: usize,
    /// The task whose poll, or drop, the thread was inside; `None` if it was between two tasks, or
    /// in a hook.
    pub task: Option<TaskSite>,
}

/// The tasks that a shutdown has ended so far.
#[derive(Debug, Default)]
pub(crate) struct AbortLog {
    // [A]
    count: AtomicU64,
    // [L] The first of them; held for one push.
    first: Mutex<Vec<TaskSite>>,
}

impl AbortLog {
    pub(crate) fn add(&self, task: TaskPtr) {
        // ORDERING: Relaxed; a number. Who reports the list locks it.
        if self.count.fetch_add(1, Ordering::Relaxed) < NAMED_MAX {
            let header = task.header();
            let site = TaskSite { id: header.id, spawned_at: header.spawned_at };
            self.first.lock().unwrap_or_else(PoisonError::into_inner).push(site);
        }
    }

    pub(crate) fn count(&self) -> u64 {
        // ORDERING: Relaxed; as above.
        self.count.load(Ordering::Relaxed)
    }

    pub(crate) fn report(
        &self,
        duration: Duration,
        leaked_threads: Vec<LeakedThread>,
        stuck_jobs: Vec<TaskSite>,
    ) -> ShutdownReport {
        let aborted = self.first.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let aborted_total = self.count();
        ShutdownReport { duration, aborted, aborted_total, leaked_threads, stuck_jobs }
    }
}

impl ExecutorShared {
    /// The thread of a worker that has not ended, and what it is inside.
    pub(crate) fn leaked_thread(&self, worker: usize) -> LeakedThread {
        let last = self.slots[worker].tallies.last_task.get();
        let task = Id::from_number(last).and_then(|id| self.held_task(id));
        let site = |task: TaskRef| TaskSite { id: task.id(), spawned_at: task.spawned_at() };
        LeakedThread { worker, task: task.map(site) }
    }
}

impl fmt::Display for ShutdownReport {
    /// A line for the whole, and one for each task and thread named.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let leaked = self.leaked_threads.len() + self.stuck_jobs.len();
        let (aborted, duration) = (self.aborted_total, self.duration);
        write!(f, "stopped in {duration:?}: {aborted} tasks aborted, {leaked} threads leaked")?;
        for thread in &self.leaked_threads {
            write!(f, "\n  {thread}")?;
        }
        for job in &self.stuck_jobs {
            write!(f, "\n  leaked the thread of job {job}")?;
        }
        for task in &self.aborted {
            write!(f, "\n  aborted {task}")?;
        }
        let unnamed = aborted.saturating_sub(self.aborted.len() as u64);
        if unnamed > 0 { write!(f, "\n  aborted {unnamed} more") } else { Ok(()) }
    }
}

impl fmt::Display for LeakedThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let worker = self.worker;
        match self.task {
            Some(task) => write!(f, "leaked worker {worker}, inside {task}"),
            None => write!(f, "leaked worker {worker}, inside no task"),
        }
    }
}

impl fmt::Display for TaskSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "task {} spawned at {}", self.id, self.spawned_at)
    }
}
