//! What each worker has done so far.

use rt_primitive::Tally;

use crate::shared::{ExecutorShared, Slot};

/// The counts of one slot; its thread writes them, anybody reads them.
#[derive(Debug, Default)]
pub(crate) struct SlotTallies {
    pub(crate) polls: Tally,
    pub(crate) steals: Tally,
    pub(crate) tasks_stolen: Tally,
    pub(crate) parks: Tally,
    pub(crate) wakes: Tally,
    pub(crate) next_hits: Tally,
    pub(crate) overflows: Tally,
    pub(crate) injector_takes: Tally,
}

/// A reading of what an executor's workers have done since it started.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async { rt_core::spawn(async {}).await.unwrap() });
/// let metrics = executor.handle().metrics();
/// assert!(metrics.workers[0].polls >= 2);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Metrics {
    /// One for each worker.
    pub workers: Vec<WorkerMetrics>,
    /// The threads inside `block_on`, all together.
    pub guests: WorkerMetrics,
    /// Tasks that wait in the injector, without those pushed since a worker last looked.
    pub injector_len: usize,
}

/// What one worker has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkerMetrics {
    /// Tasks polled, each poll counted.
    pub polls: u64,
    /// Times it took tasks from another worker or a guest.
    pub steals: u64,
    /// Tasks it got that way.
    pub tasks_stolen: u64,
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
    /// Tasks in its deque at the time of the reading.
    pub queue_len: usize,
}

impl ExecutorShared {
    pub(crate) fn metrics(&self) -> Metrics {
        let (workers, guests) = self.slots.split_at(self.workers);
        let mut sum = WorkerMetrics::default();
        guests.iter().map(Slot::metrics).for_each(|guest| sum.add(&guest));
        Metrics {
            workers: workers.iter().map(Slot::metrics).collect(),
            guests: sum,
            injector_len: self.injector.listed(),
        }
    }
}

impl Slot {
    fn metrics(&self) -> WorkerMetrics {
        let tallies = &self.tallies;
        WorkerMetrics {
            polls: tallies.polls.get(),
            steals: tallies.steals.get(),
            tasks_stolen: tallies.tasks_stolen.get(),
            parks: tallies.parks.get(),
            wakes: tallies.wakes.get(),
            next_hits: tallies.next_hits.get(),
            overflows: tallies.overflows.get(),
            injector_takes: tallies.injector_takes.get(),
            queue_len: self.victim.len(),
        }
    }
}

impl WorkerMetrics {
    fn add(&mut self, other: &WorkerMetrics) {
        self.polls += other.polls;
        self.steals += other.steals;
        self.tasks_stolen += other.tasks_stolen;
        self.parks += other.parks;
        self.wakes += other.wakes;
        self.next_hits += other.next_hits;
        self.overflows += other.overflows;
        self.injector_takes += other.injector_takes;
        self.queue_len += other.queue_len;
    }
}
