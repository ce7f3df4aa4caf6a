//! The word of a set of permits: how many are left, whether somebody waits, whether it is closed.
//!
//! # Protocol
//!
//! While nobody waits, permits are taken and given back by exchanges. Who has to wait sets
//! `WAITERS` under the lock of the queue. From then on all exchanges refuse, so the word is changed
//! by the holder of the lock only, by plain stores, until the queue is empty and `WAITERS` is
//! cleared.
//!
//! # Invariants
//!
//! - I1: under the lock, `WAITERS` is set exactly while the queue has somebody in it.
//! - I2: while `WAITERS` is set, the word changes only under the lock.
//! - I3: `CLOSED` is never cleared.
//! - I4: there are never more than [`PERMITS_MAX`] permits.
//!
//! Model: `a_release_meets_an_acquire`

use rt_primitive::atomic::{AtomicUsize, Ordering};
use rt_primitive::mutant;

/// Somebody waits: new claims queue up, and permits that come back go to the queue.
const WAITERS: usize = 1;
/// No more permits are given out.
const CLOSED: usize = 2;
/// The permits are in the bits above.
const SHIFT: u32 = 2;

/// The most permits there can be.
pub(crate) const PERMITS_MAX: usize = usize::MAX >> 3;

/// How many permits are left, and the two flags.
pub(super) struct PermitState {
    // [A] The word (I1 to I4).
    word: AtomicUsize,
}

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It has its permits.
    Yes,
    /// There are too few, or others wait for them.
    TooFew,
    /// No more are given out.
    Closed,
}

/// What became of permits that come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// They are there for all to take.
    Yes,
    /// Somebody waits: take the lock, and hand them over.
    Wanted,
    /// There would be more than allowed.
    TooMany,
}

impl PermitState {
    rt_primitive::const_fn! {
        /// An open one with this many permits.
        pub(super) fn new(permits: usize) -> Self {
            assert!(permits <= PERMITS_MAX, "more permits than `usize::MAX >> 3`");
            PermitState { word: AtomicUsize::new(permits << SHIFT) }
        }
    }

    /// The permits that are left. Others may take them at any time.
    pub(super) fn permits(&self) -> usize {
        // ORDERING: Relaxed; a number to look at. Under the lock, while somebody waits, it is exact
        // (I2), and the lock orders it.
        self.word.load(Ordering::Relaxed) >> SHIFT
    }

    /// True when no more permits are given out.
    pub(super) fn is_closed(&self) -> bool {
        // ORDERING: Acquire; pairs with Release in `close`; what came before it is visible.
        self.word.load(Ordering::Acquire) & CLOSED != 0
    }

    /// True when somebody waits.
    pub(super) fn has_waiters(&self) -> bool {
        // ORDERING: Relaxed; a fact to look at.
        self.word.load(Ordering::Relaxed) & WAITERS != 0
    }

    /// Takes `wanted` permits, if nobody waits and there are as many.
    #[inline]
    pub(super) fn take(&self, wanted: usize) -> Taken {
        // ORDERING: Relaxed; the exchange below decides.
        let mut word = self.word.load(Ordering::Relaxed);
        loop {
            if word & CLOSED != 0 {
                return Taken::Closed;
            }
            let barges = mutant!("permits.barge");
            if (word & WAITERS != 0 && !barges) || word >> SHIFT < wanted {
                return Taken::TooFew;
            }
            let order = mutant!("permits.take_relaxed", Ordering::Acquire => Ordering::Relaxed);
            let less = word - (wanted << SHIFT);
            // ORDERING: Acquire; pairs with Release in `give` and `settle`; what was done under the
            // permits is visible. Relaxed on failure: nothing was taken.
            match self.word.compare_exchange_weak(word, less, order, Ordering::Relaxed) {
                Ok(_) => return Taken::Yes,
                Err(now) => word = now,
            }
        }
    }

    /// Takes `wanted` permits as [`take`](Self::take) does, or notes that somebody waits. The
    /// caller holds the lock, and queues a claim when it gets `TooFew`.
    pub(super) fn take_or_wait(&self, wanted: usize) -> Taken {
        loop {
            let taken = self.take(wanted);
            // ORDERING: Relaxed; the exchange below decides.
            let word = self.word.load(Ordering::Relaxed);
            if taken != Taken::TooFew || word & WAITERS != 0 {
                return taken;
            }
            if word & CLOSED != 0 || word >> SHIFT >= wanted {
                continue;
            }
            let order = mutant!("permits.mark_relaxed", Ordering::Acquire => Ordering::Relaxed);
            // ORDERING: Acquire; pairs with Release in `give`: the permits that are left are given
            // out by `settle` from now on, which must pass on what was done under them. Relaxed on
            // failure.
            let marked = self.word.compare_exchange(word, word | WAITERS, order, Ordering::Relaxed);
            if marked.is_ok() || mutant!("permits.lost_waiter") {
                return Taken::TooFew;
            }
        }
    }

    /// Gives permits back, if nobody waits for them and there are not more than `most` then.
    #[inline]
    pub(super) fn give(&self, permits: usize, most: usize) -> Given {
        // ORDERING: Relaxed; the exchange below decides.
        let mut word = self.word.load(Ordering::Relaxed);
        loop {
            if word & WAITERS != 0 && !mutant!("permits.give_past_waiters") {
                return Given::Wanted;
            }
            let left = (word >> SHIFT).saturating_add(permits);
            if left > most {
                return Given::TooMany;
            }
            let order = mutant!("permits.give_relaxed", Ordering::Release => Ordering::Relaxed);
            let more = with_permits(word, left);
            // ORDERING: Release; pairs with Acquire in `take`; what was done under the permits is
            // visible to who takes them. Relaxed on failure: nothing was given.
            match self.word.compare_exchange_weak(word, more, order, Ordering::Relaxed) {
                Ok(_) => return Given::Yes,
                Err(now) => word = now,
            }
        }
    }

    /// Says how many permits are left, and whether somebody still waits. The caller holds the lock,
    /// and somebody waited until now (I2).
    pub(super) fn settle(&self, permits: usize, has_waiters: bool) {
        // ORDERING: Relaxed; the word is the caller's (I2).
        let word = self.word.load(Ordering::Relaxed);
        assert!(word & WAITERS != 0, "I2: the word is not the lock's: {word:#x}");
        let flags = if has_waiters { word } else { word & !WAITERS };
        let order = mutant!("permits.settle_relaxed", Ordering::Release => Ordering::Relaxed);
        // ORDERING: Release; pairs with Acquire in `take`; what was done under the permits, by whom
        // the lock has ordered before, is visible to who takes them.
        self.word.store(with_permits(flags, permits), order);
    }

    /// Notes that nobody waits any more, if that was not noted before. The caller holds the lock.
    pub(super) fn clear_waiters(&self) {
        // ORDERING: Relaxed; if the flag is set the word is the caller's (I2).
        if self.word.load(Ordering::Relaxed) & WAITERS != 0 {
            self.settle(self.permits(), false);
        }
    }

    /// Gives no more permits out. The caller holds the lock.
    pub(super) fn close(&self) {
        // ORDERING: Release; pairs with Acquire in `is_closed`.
        self.word.fetch_or(CLOSED, Ordering::Release);
    }

    /// Takes away up to `most` permits for good, if nobody waits; returns how many.
    pub(super) fn forget(&self, most: usize) -> usize {
        // ORDERING: Relaxed; the exchange below decides.
        let mut word = self.word.load(Ordering::Relaxed);
        loop {
            if word & WAITERS != 0 {
                return 0;
            }
            let forgotten = most.min(word >> SHIFT);
            let less = word - (forgotten << SHIFT);
            // ORDERING: Relaxed; the permits are used by nobody.
            match self.word.compare_exchange(word, less, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return forgotten,
                Err(now) => word = now,
            }
        }
    }
}

/// `word` with another number of permits.
fn with_permits(word: usize, permits: usize) -> usize {
    assert!(permits <= PERMITS_MAX, "I4: {permits} permits are more than {PERMITS_MAX}");
    permits << SHIFT | word & (WAITERS | CLOSED)
}
