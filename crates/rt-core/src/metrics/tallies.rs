//! The counts of one slot: its thread writes them by plain stores, anybody reads them.

use rt_primitive::Tally;

use crate::metrics::busy::BusyTime;
use crate::task::header::TaskPtr;

/// What the thread that drives a slot counts.
#[derive(Debug, Default)]
pub(crate) struct SlotTallies {
    pub(crate) polls: Tally,
    pub(crate) spawned: Tally,
    pub(crate) finished: Tally,
    pub(crate) next_hits: Tally,
    /// The number of the task that the thread polled or dropped last, for who asks why it is stuck:
    /// it is inside that task as long as somebody holds it.
    pub(crate) last_task: Tally,
    pub(crate) wakes: Tally,
    pub(crate) overflows: Tally,
    pub(crate) injector_takes: Tally,
    pub(crate) steals: Tally,
    pub(crate) tasks_stolen: Tally,
    /// The same for each victim, by number: at the thief, since the victim's would be a shared
    /// write. Empty for a guest, which steals nothing.
    pub(crate) stolen_from: Box<[Tally]>,
    pub(crate) parks: Tally,
    pub(crate) busy: BusyTime,
}

impl SlotTallies {
    /// For a slot that steals from slots with numbers below `victims`.
    pub(crate) fn new(victims: usize) -> SlotTallies {
        let stolen_from = (0..victims).map(|_| Tally::new()).collect();
        SlotTallies { stolen_from, ..SlotTallies::default() }
    }

    /// The thread polls or drops this task next.
    #[inline]
    pub(crate) fn enter(&self, task: TaskPtr) {
        self.last_task.set(task.header().id.number());
    }

    /// A theft of so many tasks from the slot with this number.
    pub(crate) fn add_theft(&self, victim: usize, tasks: u64) {
        self.steals.add(1);
        self.tasks_stolen.add(tasks);
        self.stolen_from[victim].add(tasks);
    }
}
