//! The counts of one slot: its thread writes them by plain stores, anybody reads them.

use std::panic::Location;

use rt_primitive::{Note, Tally};

use crate::metrics::busy::BusyTime;
use crate::task::header::TaskPtr;
use crate::task::id::Id;

/// What the thread that drives a slot counts.
#[derive(Debug, Default)]
pub(crate) struct SlotTallies {
    pub(crate) polls: Tally,
    pub(crate) spawned: Tally,
    pub(crate) finished: Tally,
    pub(crate) next_hits: Tally,
    pub(crate) inside: Inside,
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

    /// A theft of so many tasks from the slot with this number.
    pub(crate) fn add_theft(&self, victim: usize, tasks: u64) {
        self.steals.add(1);
        self.tasks_stolen.add(tasks);
        self.stolen_from[victim].add(tasks);
    }
}

/// Which task a thread is inside, polling or dropping it: for who asks why the thread is stuck.
#[derive(Debug, Default)]
pub(crate) struct Inside {
    /// The task's number, or 0.
    id: Tally,
    spawned_at: Note<Location<'static>>,
}

impl Inside {
    #[inline]
    pub(crate) fn enter(&self, task: TaskPtr) {
        let header = task.header();
        self.spawned_at.leave(header.spawned_at);
        self.id.set(header.id.number());
    }

    #[inline]
    pub(crate) fn leave(&self) {
        self.id.set(0);
    }

    /// The task, and where it was started. The two may be of different tasks if the thread moves on
    /// meanwhile, so this is for a thread that has not for long.
    pub(crate) fn read(&self) -> Option<(Id, &'static Location<'static>)> {
        Some((Id::from_number(self.id.get())?, self.spawned_at.get()?))
    }
}
