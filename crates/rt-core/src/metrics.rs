//! What each worker has done so far.

pub(crate) mod busy;
pub(crate) mod tallies;

use std::time::Duration;

use crate::job::threads::JobMetrics;
use crate::shared::{ExecutorShared, Slot};

/// A reading of what an executor has done since it started.
///
/// Each number is written by one thread and read without stopping it: numbers of one reading are
/// not from one instant.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async { rt_core::spawn(async {}).await.unwrap() });
/// let metrics = executor.handle().metrics();
/// assert!(metrics.workers[0].polls >= 2);
/// assert_eq!((metrics.tasks_spawned, metrics.tasks_alive()), (1, 0));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Metrics {
    /// One for each worker.
    pub workers: Vec<WorkerMetrics>,
    /// The threads inside `block_on`, all together; they steal nothing, and their `busy` is 0.
    pub guests: WorkerMetrics,
    /// Tasks that were started, from wherever. The futures of `block_on` are not counted.
    pub tasks_spawned: u64,
    /// Tasks that have ended, in whatever way.
    pub tasks_finished: u64,
    /// Tasks that wait in the injector, without those pushed since a worker last looked.
    pub injector_len: usize,
    /// The threads for jobs.
    pub jobs: JobMetrics,
}

impl Metrics {
    /// Tasks that have not ended.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// executor.handle().spawn(std::future::pending::<()>());
    /// assert_eq!(executor.handle().metrics().tasks_alive(), 1);
    /// ```
    pub fn tasks_alive(&self) -> u64 {
        self.tasks_spawned.saturating_sub(self.tasks_finished)
    }
}

/// What one worker has done.
///
/// See [`Metrics`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async { rt_core::spawn(async {}).await.unwrap() });
/// println!("{:?}", executor.handle().metrics().workers);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkerMetrics {
    /// Tasks polled, each poll counted.
    pub polls: u64,
    /// Times it took tasks from another worker or a guest.
    pub steals: u64,
    /// Tasks it got that way.
    pub tasks_stolen: u64,
    /// Tasks that others took from it.
    pub tasks_lost: u64,
    /// Times its thread went to sleep.
    pub parks: u64,
    /// Times it woke another worker.
    pub wakes: u64,
    /// Tasks it ran from its next slot.
    pub next_hits: u64,
    /// Times its deque was full and half of it went to the injector.
    pub overflows: u64,
    /// Times it took tasks from the injector.
    pub injector_takes: u64,
    /// Tasks in its next slot and its deque at the time of the reading.
    pub queue_len: usize,
    /// How long its thread was awake: it ran tasks, or looked for some.
    pub busy: Duration,
}

impl ExecutorShared {
    pub(crate) fn metrics(&self) -> Metrics {
        let mut slots: Vec<WorkerMetrics> = self.slots.iter().map(|slot| self.read(slot)).collect();
        for thief in &self.slots[..self.workers] {
            for (victim, lost) in slots.iter_mut().zip(&thief.tallies.stolen_from) {
                victim.tasks_lost += lost.get();
            }
        }
        let guests = slots.split_off(self.workers);
        // Read first: what is finished was spawned, so the reading of it comes out no larger.
        let ended = self.slots.iter().map(|slot| slot.tallies.finished.get());
        let jobs = self.job_threads.as_ref().map(|threads| threads.metrics()).unwrap_or_default();
        let outside = self.aborted.count() + self.ended_outside() + jobs.jobs_ended;
        let tasks_finished = ended.sum::<u64>() + outside;
        let spawned = self.slots.iter().map(|slot| slot.tallies.spawned.get());
        let outside = self.foreign.iter().map(|foreign| foreign.spawned.get());
        Metrics {
            workers: slots,
            guests: guests.iter().fold(WorkerMetrics::default(), |sum, guest| sum.plus(guest)),
            tasks_spawned: spawned.chain(outside).sum(),
            tasks_finished,
            injector_len: self.injector.listed(),
            jobs,
        }
    }

    fn read(&self, slot: &Slot) -> WorkerMetrics {
        let tallies = &slot.tallies;
        WorkerMetrics {
            polls: tallies.polls.get(),
            steals: tallies.steals.get(),
            tasks_stolen: tallies.tasks_stolen.get(),
            tasks_lost: 0,
            parks: tallies.parks.get(),
            wakes: tallies.wakes.get(),
            next_hits: tallies.next_hits.get(),
            overflows: tallies.overflows.get(),
            injector_takes: tallies.injector_takes.get(),
            queue_len: slot.victim.len() + usize::from(!slot.next.is_empty()),
            busy: tallies.busy.read(self.age()),
        }
    }
}

impl WorkerMetrics {
    fn plus(&self, other: &WorkerMetrics) -> WorkerMetrics {
        WorkerMetrics {
            polls: self.polls + other.polls,
            steals: self.steals + other.steals,
            tasks_stolen: self.tasks_stolen + other.tasks_stolen,
            tasks_lost: self.tasks_lost + other.tasks_lost,
            parks: self.parks + other.parks,
            wakes: self.wakes + other.wakes,
            next_hits: self.next_hits + other.next_hits,
            overflows: self.overflows + other.overflows,
            injector_takes: self.injector_takes + other.injector_takes,
            queue_len: self.queue_len + other.queue_len,
            busy: self.busy + other.busy,
        }
    }
}
