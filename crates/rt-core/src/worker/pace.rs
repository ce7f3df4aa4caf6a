//! Whether the other workers are so quick that a thief would only be in their way.
//!
//! A theft moves a task, and all it touches, to another processor, which costs about as much as
//! several short polls. A worker that will have run all it holds within 1 µs is helped by nobody;
//! what it shares with a thief would go back and forth between the two. So a searcher first watches
//! for a moment how fast the others are, and while they are that quick it naps instead: each of
//! their tasks still runs in turn, and one of them that takes longer is noticed after the nap.

use rt_primitive::{MODEL, hint, mutant};

use crate::config::{QUICK_NS, WATCH_PAUSES};
use crate::worker::WorkerContext;

impl WorkerContext {
    /// True when nothing waits outside the workers' queues, and each of these is worked off in a
    /// moment. Watches them for about a microsecond, unless all look empty.
    ///
    /// Never so in a model, where no time passes.
    pub(super) fn are_others_quick(&self) -> bool {
        if MODEL || !self.others().any(|(_, slot)| !slot.victim.looks_empty()) {
            return false;
        }
        self.note_polls();
        let before = self.shared.age();
        (0..WATCH_PAUSES).for_each(|_| hint::spin_loop());
        let watched_ns = (self.shared.age() - before).as_nanos() as u64;
        let mut is_any_busy = false;
        for (number, slot) in self.others() {
            let queued = slot.victim.len() as u64;
            let polls = slot.tallies.polls.get() - self.polls_seen[number].get();
            let is_quick = queued * watched_ns <= QUICK_NS * polls;
            if !is_quick && !mutant!("pace.all_are_quick") {
                return false;
            }
            is_any_busy |= polls > 0;
        }
        (is_any_busy || mutant!("pace.all_are_quick")) && !self.shared.any_work_outside()
    }

    /// The other workers.
    fn others(&self) -> impl Iterator<Item = (usize, &crate::shared::Slot)> {
        let workers = self.shared.slots[..self.shared.workers].iter();
        workers.enumerate().filter(|&(number, _)| number != self.slot)
    }
}
