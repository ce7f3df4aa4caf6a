//! Whom a push wakes, and what there is for who wakes up. The protocol is in `../idle.rs`.

use rt_primitive::{mutant, perturb};

use crate::context;
use crate::shared::{ExecutorShared, Slot};

impl ExecutorShared {
    /// After a push: wakes a worker if one sleeps and nobody searches.
    pub(crate) fn wake_one(&self) {
        if mutant!("idle.wakes_nobody") {
            return;
        }
        if let Some(worker) = self.idle.after_push() {
            self.unpark(worker);
        }
    }

    /// After a push that no worker made in its own deque: as [`wake_one`](Self::wake_one), and a
    /// worker that naps is woken too.
    pub(crate) fn wake_one_from_outside(&self) {
        if mutant!("idle.wakes_nobody") {
            return;
        }
        if let Some(worker) = self.idle.after_push_from_outside() {
            self.unpark(worker);
        }
    }

    pub(crate) fn unpark(&self, worker: usize) {
        context::with_worker(|own| {
            if let Some(own) = own {
                own.tallies().wakes.add(1);
            }
        });
        perturb!();
        self.slots[worker].parker.unpark();
    }

    /// True when a task waits that no worker will come to by itself: in the injector, or with a
    /// guest; exact after a fence.
    pub(crate) fn any_work_outside(&self) -> bool {
        let is_guest = |&(number, _): &(usize, &Slot)| number >= self.workers;
        let mut guests = self.victims().enumerate().filter(is_guest);
        !self.injector.is_empty() || guests.any(|(_, slot)| !slot.victim.is_empty())
    }

    /// True when some queue that others may take from holds a task; exact after a fence.
    pub(crate) fn any_work(&self) -> bool {
        !self.injector.is_empty() || self.victims().any(|slot| !slot.victim.is_empty())
    }

    /// The slots that thieves may try: all workers, and the guests that are in use.
    fn victims(&self) -> impl Iterator<Item = &Slot> {
        let guests = self.guests_in_use();
        let is_tried = move |&(number, _): &(usize, &Slot)| {
            number < self.workers || guests >> (number - self.workers) & 1 != 0
        };
        self.slots.iter().enumerate().filter(is_tried).map(|(_, slot)| slot)
    }
}
