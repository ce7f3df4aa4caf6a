//! Looks for a task in the queues of others.

use rt_primitive::deque::Steal;
use rt_primitive::mutant;

use crate::simulate::schedule::Simulation;
use crate::task::header::TaskPtr;
use crate::worker::WorkerContext;

/// How a search takes the hints beside the deques.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// A victim whose hint says empty is passed by.
    Hinted,
    /// Every deque is looked at: the last look before a park.
    Exact,
}

impl WorkerContext {
    /// One look at the injector, then at every other slot from a random one on.
    ///
    /// `None` means that each queue was empty when it was looked at.
    pub(super) fn search(&self, look: Look) -> Option<TaskPtr> {
        loop {
            if let Some(task) = self.take_injected() {
                return Some(task);
            }
            let mut lost_a_race = false;
            for victim in self.victims() {
                if look == Look::Hinted && self.shared.slots[victim].victim.looks_empty() {
                    continue;
                }
                match self.steal_from(victim) {
                    Steal::Success(task) => return Some(task),
                    Steal::Empty => {}
                    // Not empty: another thread was faster, or its owner took the last one.
                    Steal::Retry => lost_a_race = true,
                }
            }
            if !lost_a_race {
                return None;
            }
        }
    }

    /// A task from this thread's own queues, or for a worker from any: a turn of a deterministic
    /// executor, on which nobody waits for one.
    pub(crate) fn find_task(&self) -> Option<TaskPtr> {
        match self.next_task() {
            None if !self.is_guest() => self.search(Look::Exact),
            found => found,
        }
    }

    /// Takes the next slot of a worker that has been inside the same poll since `note_polls`.
    pub(super) fn steal_stuck(&self) -> Option<TaskPtr> {
        for (number, seen) in self.polls_seen.iter().enumerate() {
            let slot = &self.shared.slots[number];
            let is_stuck = number != self.slot && slot.tallies.polls.get() == seen.get();
            if !is_stuck || mutant!("search.leaves_the_stuck") {
                continue;
            }
            if let Some(task) = slot.next.take() {
                self.tallies().add_theft(number, 1);
                return Some(task);
            }
        }
        None
    }

    /// Notes how many polls each worker has made, to tell later who is still inside the same one.
    pub(super) fn note_polls(&self) {
        for (slot, seen) in self.shared.slots.iter().zip(&self.polls_seen) {
            seen.set(slot.tallies.polls.get());
        }
    }

    fn steal_from(&self, victim: usize) -> Steal<TaskPtr> {
        match self.queue().steal_from(&self.shared.slots[victim].victim) {
            Steal::Success((task, moved)) => {
                self.tallies().add_theft(victim, moved as u64);
                if let Some(simulation) = &self.shared.simulation {
                    simulation.note_victim(victim);
                }
                Steal::Success(task)
            }
            Steal::Empty => Steal::Empty,
            Steal::Retry => Steal::Retry,
        }
    }

    /// The slots to try, from a random one on: workers, then the guests in use; never this one.
    fn victims(&self) -> impl Iterator<Item = usize> {
        let shared = &*self.shared;
        let start = match &shared.simulation {
            None => self.random() as usize % shared.workers,
            Some(simulation) => self.choose_victim(simulation),
        };
        let workers = (0..shared.workers).map(move |n| (start + n) % shared.workers);
        let guests = shared.guests_in_use();
        let guests = (0..crate::GUESTS).filter(move |guest| guests >> guest & 1 != 0);
        let numbers = workers.chain(guests.map(move |guest| shared.workers + guest));
        numbers.filter(|&number| number != self.slot)
    }

    /// The worker to try first on a deterministic executor: a choice among those with a task.
    fn choose_victim(&self, simulation: &Simulation) -> usize {
        let holds =
            |&number: &usize| number != self.slot && !self.shared.slots[number].victim.is_empty();
        let holding: Vec<usize> = (0..self.shared.workers).filter(holds).collect();
        holding.get(simulation.choose(holding.len())).copied().unwrap_or(0)
    }

    fn random(&self) -> u32 {
        let mut bits = self.random.get();
        bits ^= bits << 13;
        bits ^= bits >> 17;
        bits ^= bits << 5;
        self.random.set(bits);
        bits
    }
}
