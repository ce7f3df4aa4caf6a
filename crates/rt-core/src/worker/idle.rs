//! What a worker does when its own queues are empty: search, announce sleep, look again, park.
//!
//! The protocol and its invariants are in `../idle.rs`.

use std::time::{Duration, Instant};

use rt_primitive::{hint, mutant, perturb, thread};

use crate::config::{
    FRUITLESS_SPINS_MAX, NAP_NS, SHORT_PARK_NS, SPIN_ROUNDS, SPIN_ROUNDS_BETWEEN_YIELDS,
};
use crate::task::header::TaskPtr;
use crate::worker::WorkerContext;
use crate::worker::search::Look;

/// Pauses between two scans of a searcher, about 0.2 µs.
const PAUSES: u32 = 8;

impl WorkerContext {
    /// Waits until there may be something to do; `None` means that the caller must look for itself.
    ///
    /// `is_ready` says whether the thread has something to do that no queue shows; who makes it so
    /// unparks this thread.
    pub(crate) fn wait_for_task(&self, is_ready: &dyn Fn() -> bool) -> Option<TaskPtr> {
        self.lookout.note_idle();
        self.slot().heap.give_back_pending();
        let next_look = self.look_at_memory();
        let has_search = self.take_search();
        let leaves_others_alone = has_search && self.are_others_quick();
        if has_search && !leaves_others_alone {
            let found = self.spin(is_ready);
            if found.is_some() {
                return found;
            }
        }
        let deadline = self.shared.driver.turn(self.slot);
        let found = self.next_own_task();
        if found.is_some() {
            return found;
        }
        if leaves_others_alone {
            self.nap(deadline, is_ready);
            return None;
        }
        self.shared.idle.announce_sleep(self.slot, self.searching.replace(false));
        if self.shared.is_closed() || is_ready() {
            self.cancel_sleep();
            return None;
        }
        // Who naps has the search, and looks after what there is (I3 of `../idle.rs`).
        let skips_look = mutant!("idle.skip_last_look") || self.shared.idle.is_napped();
        let found = if skips_look { None } else { self.search(Look::Exact) };
        if found.is_some() {
            self.cancel_sleep();
            // Others may have relied on the search that this worker gave up when it announced: if
            // it does not have it again, to be left later, it looks for more right here.
            if !self.searching.get() && self.shared.any_work() {
                self.shared.wake_one();
            }
            return found;
        }
        match self.fall_asleep(is_ready) {
            None => self.park([deadline, next_look].into_iter().flatten().min()),
            Some(call) => {
                self.cancel_sleep();
                call.answer();
            }
        }
        None
    }

    /// Takes the search, if nobody else has it; false if somebody has.
    fn take_search(&self) -> bool {
        if !self.searching.get() {
            self.searching.set(self.shared.idle.try_search());
        }
        self.searching.get()
    }

    /// Parks for a moment, with the search.
    fn nap(&self, deadline: Option<Instant>, is_ready: &dyn Fn() -> bool) {
        let length = self.nap_ns.replace(NAP_NS.1.min(2 * self.nap_ns.get()));
        let end = Instant::now() + Duration::from_nanos(length);
        let end = deadline.map_or(end, |deadline| deadline.min(end));
        self.shared.idle.begin_nap(self.slot);
        if !self.shared.is_closed() && !is_ready() && !self.shared.any_work_outside() {
            let before = self.shared.age();
            self.tallies().busy.sleep(before);
            self.slot().parker.park_until(Some(end));
            self.tallies().busy.wake(self.shared.age());
        }
        // Its token may still come, if a pusher ended the nap: a later park returns at once.
        let _ = self.shared.idle.end_nap(self.slot);
    }

    /// Searches for a while.
    fn spin(&self, is_ready: &dyn Fn() -> bool) -> Option<TaskPtr> {
        let rounds = if self.fruitless_spins.get() < FRUITLESS_SPINS_MAX { SPIN_ROUNDS } else { 0 };
        self.note_polls();
        for round in 0..=rounds {
            let found = self.search(Look::Hinted);
            if found.is_some() {
                self.fruitless_spins.set(0);
                self.nap_ns.set(NAP_NS.0);
                return found;
            }
            if self.shared.is_closed() || is_ready() || round == rounds {
                break;
            }
            if (round + 1) % SPIN_ROUNDS_BETWEEN_YIELDS == 0 {
                thread::yield_now();
            }
            (0..PAUSES).for_each(|_| hint::spin_loop());
        }
        self.fruitless_spins.set(self.fruitless_spins.get().saturating_add(1));
        if rounds > 0 { self.steal_stuck() } else { None }
    }

    /// Sleeps in the name of all workers of a deterministic executor, which have nothing to do.
    pub(crate) fn sleep_for_all(&self, deadline: Option<Instant>, is_ready: &dyn Fn() -> bool) {
        self.shared.idle.announce_sleep(self.slot, self.searching.replace(false));
        let has_more = !mutant!("crew.sleep_without_look") && self.shared.any_work();
        if is_ready() || has_more {
            return self.cancel_sleep();
        }
        match self.fall_asleep(is_ready) {
            None => self.park(deadline),
            Some(call) => {
                self.cancel_sleep();
                call.answer();
            }
        }
    }

    /// Parks until a waker or the deadline ends it, with the sleep announced already.
    fn park(&self, deadline: Option<Instant>) {
        self.tallies().parks.add(1);
        let before = self.shared.age();
        self.tallies().busy.sleep(before);
        perturb!();
        self.park_asleep(deadline);
        let after = self.shared.age();
        self.tallies().busy.wake(after);
        if (after - before).as_nanos() < u128::from(SHORT_PARK_NS) {
            self.fruitless_spins.set(0);
        }
        if !self.shared.idle.retract_sleep(self.slot) {
            // A waker cleared the bit, and left the search to this worker.
            self.searching.set(true);
        }
    }

    /// Takes an announced sleep back, with the token of a waker that was faster.
    fn cancel_sleep(&self) {
        if !self.shared.idle.retract_sleep(self.slot) {
            self.slot().parker.park();
            self.searching.set(true);
        }
    }

    /// Gives the search up with a task in hand, and wakes another worker if more is to be had.
    #[cold]
    pub(super) fn leave_search(&self) {
        self.searching.set(false);
        perturb!();
        self.shared.idle.end_search();
        if !mutant!("idle.leave_without_look") && self.shared.any_work() {
            if let Some(worker) = self.shared.idle.claim_sleeper() {
                self.shared.unpark(worker);
            }
        }
    }
}
