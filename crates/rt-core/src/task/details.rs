//! What is kept of a task only where its runtime was asked to.

use std::fmt;
use std::time::{Duration, Instant};

use rt_primitive::Tally;

use crate::context;
use crate::task::id::Id;

/// What a runtime that keeps it knows of a task: how often it was polled, and for how long it has
/// stood as it does. Keeping it costs an allocation a task, and two looks at the clock a poll.
///
/// [`TaskInfo`](crate::TaskInfo) has it where [`Config::task_details`](crate::Config) is set.
///
/// ```
/// use rt_core::{Config, Executor, NoDriver};
/// use std::sync::Arc;
///
/// let config = Config { task_details: true, ..Config::current_thread() };
/// let executor = Executor::start(config, Arc::new(NoDriver)).unwrap();
/// let task = executor.handle().spawn(std::future::pending::<()>()).task();
/// executor.block_on(rt_core::yield_now());
/// assert_eq!(task.info().details.unwrap().polls, 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TaskDetails {
    /// How often it was polled.
    pub polls: u64,
    /// How long ago it was spawned.
    pub age: Duration,
    /// How long ago its last poll ended, or began if it is in one; its age if there was none.
    pub since: Duration,
}

/// The same, as it is kept. Who polls the task writes it, anybody reads it.
#[derive(Debug)]
pub(crate) struct DetailsRecord {
    /// The task that spawned it.
    pub(crate) parent: Option<Id>,
    spawned: Instant,
    polls: Tally,
    /// In nanoseconds after the spawn.
    changed_ns: Tally,
}

impl DetailsRecord {
    /// Of a task that the calling thread has just made.
    pub(crate) fn new() -> DetailsRecord {
        let parent = context::current_task().map(|task| task.header().id);
        let (polls, changed_ns) = (Tally::new(), Tally::new());
        DetailsRecord { parent, spawned: Instant::now(), polls, changed_ns }
    }

    pub(crate) fn poll_started(&self) {
        self.polls.add(1);
        self.poll_ended();
    }

    pub(crate) fn poll_ended(&self) {
        self.changed_ns.set(self.spawned.elapsed().as_nanos() as u64);
    }

    pub(crate) fn read(&self) -> TaskDetails {
        let changed = Duration::from_nanos(self.changed_ns.get());
        let age = self.spawned.elapsed();
        TaskDetails { polls: self.polls.get(), age, since: age.saturating_sub(changed) }
    }
}

impl fmt::Display for TaskDetails {
    /// Such as: `for 3.2s, after 12 polls in 60.1s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TaskDetails { polls, age, since } = self;
        write!(f, "for {since:.1?}, after {polls} polls in {age:.1?}")
    }
}
