//! Who sleeps, who searches, and whom a push must wake.
//!
//! # Protocol
//!
//! - Push: publish the task, `fence(SeqCst)`, then look: if somebody sleeps and nobody searches,
//!   claim the search for one sleeper and unpark it.
//! - Sleep: announce it, give the search up, `fence(SeqCst)`, look at every queue once more, park.
//! - Leave the search with a task: give the search up, `fence(SeqCst)`, and if some queue still
//!   holds a task, look for a sleeper as a push does.
//! - Nap, with the search: say so, `fence(SeqCst)`, look at the queues that no worker works off,
//!   park for a moment. A push from outside claims the search of who naps as it would a sleeper's.
//!
//! The fences of a push and of a sleep are ordered. If the push's comes first, the sleeper finds
//! the task. If the sleep's comes first, the pusher finds the sleeper, or a searcher. A searcher's
//! own fence, when it leaves, orders it with that pusher in the same way, so what was pushed while
//! it searched is seen by it or by who it wakes. `idle/protocol.md` has the cases.
//!
//! # Invariants
//!
//! - I1: at most one party searches: it set `search` itself, or was unparked by who set it for
//!   it.
//! - I2: a worker sets its own bit; who clears it for another unparks that worker, and hands it the
//!   search.
//! - I3: a worker parks only after a look at every queue that came after its fence, or while
//!   another naps, which will look.
//!
//! Models: `no_task_is_left_while_all_sleep`, `the_last_searcher_leaves_nothing_behind`, and those
//! in `tests/loom/sleepers.rs`.

use rt_primitive::CachePadded;
use rt_primitive::atomic::{AtomicU32, AtomicU64, Ordering, fence};
use rt_primitive::{mutant, perturb};

/// Workers of one word of the mask.
const BITS: usize = 64;

/// Nobody searches.
const NOBODY: u32 = 0;
/// Somebody searches.
const SOMEBODY: u32 = 1;
/// From here on: the worker of the number that remains has the search, and naps.
const NAPS: u32 = 2;

/// What all workers and pushers know of each other's idleness.
#[derive(Debug)]
pub(crate) struct Idle {
    // [A] A bit for each worker that sleeps or is about to (I2).
    sleepers: Box<[CachePadded<AtomicU64>]>,
    // [A] `NOBODY`, `SOMEBODY`, or who naps (I1).
    search: CachePadded<AtomicU32>,
}

impl Idle {
    /// Nobody sleeps, nobody searches.
    pub(crate) fn new(workers: usize) -> Idle {
        let words = workers.div_ceil(BITS);
        Idle {
            sleepers: (0..words).map(|_| CachePadded::new(AtomicU64::new(0))).collect(),
            search: CachePadded::new(AtomicU32::new(NOBODY)),
        }
    }

    /// Whether a push should wake somebody: a hint, unless a fence stands before it.
    #[inline]
    pub(crate) fn should_wake(&self) -> bool {
        // ORDERING: Relaxed; the fence before it, if there is one, orders it after the push.
        self.sleepers.iter().any(|word| word.load(Ordering::Relaxed) != 0) && !self.is_searched()
    }

    /// The definitive look after a push: the worker to unpark, which has the search then (I2).
    pub(crate) fn after_push(&self) -> Option<usize> {
        if !mutant!("idle.push_no_fence") {
            // ORDERING: SeqCst fence; pairs with those in `announce_sleep` and `end_search`.
            fence(Ordering::SeqCst);
        }
        perturb!();
        self.claim_sleeper()
    }

    /// Claims the search for a sleeper, if one sleeps and nobody searches.
    pub(crate) fn claim_sleeper(&self) -> Option<usize> {
        while self.should_wake() {
            if !self.try_search() {
                return None;
            }
            perturb!();
            if let Some(worker) = self.take_sleeper() {
                perturb!();
                return Some(worker);
            }
            // The last sleeper is gone. Others relied on this claim: look again once it is given
            // up.
            self.end_search();
        }
        None
    }

    /// Clears the bit of some sleeper.
    fn take_sleeper(&self) -> Option<usize> {
        for (number, word) in self.sleepers.iter().enumerate() {
            // ORDERING: Relaxed; the exchange below decides.
            let sleeping = word.load(Ordering::Relaxed);
            if sleeping == 0 {
                continue;
            }
            let bit = sleeping & sleeping.wrapping_neg();
            // ORDERING: AcqRel; Acquire pairs with the sleeper's own Release in `announce_sleep`,
            // Release with its Acquire in `retract_sleep`: it sees that it was claimed.
            let found = word.fetch_and(!bit, Ordering::AcqRel);
            if found & bit != 0 || mutant!("idle.claim_unseen") {
                return Some(number * BITS + bit.trailing_zeros() as usize);
            }
        }
        None
    }

    /// Takes the search; false if somebody has it (I1).
    pub(crate) fn try_search(&self) -> bool {
        if self.is_searched() {
            return false;
        }
        if mutant!("idle.search_by_load") {
            // ORDERING: Relaxed; a seeded bug.
            self.search.store(SOMEBODY, Ordering::Relaxed);
            return true;
        }
        // ORDERING: AcqRel; orders this search after the one before it.
        self.search.compare_exchange(NOBODY, SOMEBODY, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// Gives the search up. The caller then looks at the queues, and as a push does at the
    /// sleepers.
    pub(crate) fn end_search(&self) {
        // ORDERING: Release; pairs with the AcqRel in `try_search`.
        self.search.store(NOBODY, Ordering::Release);
        if !mutant!("idle.search_no_fence") {
            // ORDERING: SeqCst fence; pairs with the one in `after_push` of a pusher that woke
            // nobody because of this search.
            fence(Ordering::SeqCst);
        }
        perturb!();
    }

    /// The worker is about to park, and gives the search up if it has it; it must look at every
    /// queue after this (I3).
    pub(crate) fn announce_sleep(&self, worker: usize, searched: bool) {
        let word = &self.sleepers[worker / BITS];
        // ORDERING: AcqRel; pairs with `take_sleeper`.
        word.fetch_or(1 << (worker % BITS), Ordering::AcqRel);
        perturb!();
        if searched {
            // ORDERING: Release; pairs with the AcqRel in `try_search`.
            self.search.store(NOBODY, Ordering::Release);
        }
        if !mutant!("idle.sleep_no_fence") {
            // ORDERING: SeqCst fence; pairs with the one in `after_push`.
            fence(Ordering::SeqCst);
        }
        perturb!();
    }

    /// The worker does not sleep any more: true if it cleared its bit itself, false if a waker did,
    /// whose token is on its way and whose search is this worker's now (I2).
    pub(crate) fn retract_sleep(&self, worker: usize) -> bool {
        let bit = 1 << (worker % BITS);
        // ORDERING: AcqRel; pairs with `take_sleeper`.
        self.sleepers[worker / BITS].fetch_and(!bit, Ordering::AcqRel) & bit != 0
    }

    /// The worker, which has the search, naps from now on; it must look at the queues that no
    /// worker works off after this.
    pub(crate) fn begin_nap(&self, worker: usize) {
        // ORDERING: Release; pairs with the AcqRel in `claim_napper`.
        self.search.store(NAPS + worker as u32, Ordering::Release);
        if !mutant!("idle.nap_no_fence") {
            // ORDERING: SeqCst fence; pairs with the one in `after_push_from_outside`.
            fence(Ordering::SeqCst);
        }
        perturb!();
    }

    /// The nap is over, and the worker has the search; false if a pusher ended it, whose token is
    /// on its way.
    pub(crate) fn end_nap(&self, worker: usize) -> bool {
        let naps = NAPS + worker as u32;
        // ORDERING: AcqRel; orders this search after the push that ended the nap, if one did.
        self.search.compare_exchange(naps, SOMEBODY, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Who has the search naps, and will look at every queue in a moment: a fact after a fence.
    pub(crate) fn is_napped(&self) -> bool {
        // ORDERING: Relaxed; the fence before it orders it.
        self.search.load(Ordering::Relaxed) >= NAPS
    }

    /// As [`after_push`](Self::after_push), for tasks that no worker works off: one that naps is
    /// woken for them too.
    pub(crate) fn after_push_from_outside(&self) -> Option<usize> {
        self.after_push().or_else(|| self.claim_napper())
    }

    /// Ends the nap of who has the search, which stays with it; the worker to unpark.
    fn claim_napper(&self) -> Option<usize> {
        // ORDERING: Relaxed; the exchange below decides, and the fence of the push is before it.
        let naps = self.search.load(Ordering::Relaxed);
        if naps < NAPS || mutant!("idle.let_nap") {
            return None;
        }
        // ORDERING: AcqRel; pairs with `begin_nap` and `end_nap`.
        let claimed =
            self.search.compare_exchange(naps, SOMEBODY, Ordering::AcqRel, Ordering::Relaxed);
        claimed.is_ok().then_some((naps - NAPS) as usize)
    }

    fn is_searched(&self) -> bool {
        // ORDERING: Relaxed; as in `should_wake`.
        self.search.load(Ordering::Relaxed) != NOBODY
    }
}
