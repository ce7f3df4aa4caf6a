//! Puts the calling thread to sleep until another thread hands it a token.
//!
//! # Protocol
//!
//! The word is `EMPTY`, `TOKEN` or `PARKED`. `unpark` swaps `TOKEN` in, whatever was there, and
//! calls the blocker only when it found `PARKED`. `park` subtracts one: `TOKEN` becomes `EMPTY` and
//! it returns; `EMPTY` becomes `PARKED` and it blocks for as long as the word stays `PARKED`.
//!
//! # Invariants
//!
//! * I1: at most one thread is between its `park` and the return from it.
//! * I2: only the parking thread writes `EMPTY` or `PARKED`; anybody may write `TOKEN`.
//! * I3: the word is `PARKED` only while the parking thread blocks or is about to.
//!
//! Model: `park_and_unpark_lose_no_wake`

use crate::atomic::{AtomicU32, Ordering};
use crate::{MODEL, mutant, thread};
use std::time::Instant;

#[cfg(all(target_os = "linux", not(any(rt_loom, rt_shuttle))))]
#[path = "park/block_futex.rs"]
mod block;
#[cfg(any(rt_shuttle, all(not(target_os = "linux"), not(rt_loom))))]
#[path = "park/block_condvar.rs"]
mod block;
#[cfg(rt_loom)]
#[path = "park/block_notify.rs"]
mod block;

/// Nobody sleeps and no token waits.
const EMPTY: u32 = 0;
/// A token waits for the next `park`.
const TOKEN: u32 = 1;
/// A thread sleeps: one less than `EMPTY`.
const PARKED: u32 = u32::MAX;

/// One thread's bed: `park` sleeps in it, `unpark` from any thread ends the sleep.
///
/// It holds one token. An `unpark` that comes before the `park` is kept, and the `park` returns at
/// once; two of them are one token. Whatever was written before `unpark` is visible after the
/// `park` that takes its token. `park` never returns without a token.
///
/// Any thread may be the one that parks, but only one at a time.
///
/// ```
/// use rt_primitive::park::Parker;
///
/// let parker = Parker::new();
/// parker.unpark();
/// parker.park(); // returns at once: the token was kept
/// ```
#[derive(Debug)]
pub struct Parker {
    // [A] `EMPTY`, `TOKEN` or `PARKED` (I2, I3).
    word: AtomicU32,
    // [C] What makes a thread sleep on this platform.
    blocker: block::Blocker,
}

/// Has the calling thread, and those that it starts, wake within about a microsecond of a deadline;
/// systems else take up to 50 µs more, to wake several threads at once. Only Linux can be asked to.
pub fn meet_deadlines_closely() {
    block::meet_deadlines_closely();
}

impl Parker {
    /// A parker without a token.
    pub fn new() -> Self {
        Self { word: AtomicU32::new(EMPTY), blocker: block::Blocker::new() }
    }

    /// Sleeps until there is a token, and takes it.
    ///
    /// # Panics
    ///
    /// When another thread is parked here already; not every such mistake is noticed.
    pub fn park(&self) {
        self.park_until(None);
    }

    /// Sleeps until there is a token, and takes it, but not past `deadline`.
    ///
    /// A token that is there when the deadline is met is taken too. `None` is no deadline. In a
    /// model every deadline may be met at once, however far away it is.
    ///
    /// # Panics
    ///
    /// As [`park`](Self::park).
    pub fn park_until(&self, deadline: Option<Instant>) {
        let order = mutant!("park.take_relaxed", Ordering::Acquire => Ordering::Relaxed);
        // ORDERING: Acquire; pairs with Release in `unpark`; what came before the token is visible.
        let before = self.word.fetch_sub(1, order);
        if before == TOKEN {
            return;
        }
        assert!(before == EMPTY, "I1: another thread is parked here (the word was {before})");
        loop {
            let is_late = self.blocker.block_while(&self.word, PARKED, deadline);
            if is_late {
                break;
            }
            // ORDERING: Acquire; pairs with Release in `unpark`, as above. Relaxed on failure:
            // nothing was handed over.
            let taken =
                self.word.compare_exchange(TOKEN, EMPTY, Ordering::Acquire, Ordering::Relaxed);
            if taken.is_ok() {
                return;
            }
        }
        let order = mutant!("park.late_relaxed", Ordering::Acquire => Ordering::Relaxed);
        // ORDERING: Acquire; pairs with Release in `unpark`; a token that came with the deadline is
        // taken here, so what came before it must be visible.
        self.word.swap(EMPTY, order);
        if MODEL {
            // A loop around a deadline must let the others run, or a model never ends.
            thread::yield_now();
        }
    }

    /// Hands over the token and ends the sleep, if there is one.
    pub fn unpark(&self) {
        // ORDERING: Relaxed; only the seeded bug looks before it swaps.
        if mutant!("park.drop_early_token") && self.word.load(Ordering::Relaxed) != PARKED {
            return;
        }
        let order = mutant!("park.give_relaxed", Ordering::Release => Ordering::Relaxed);
        // ORDERING: Release; pairs with Acquire in `park_until`; the caller's writes go with the
        // token. A later `unpark` continues the release sequence, so no caller's are lost.
        let before = self.word.swap(TOKEN, order);
        if before == PARKED && !mutant!("park.no_wake") {
            self.blocker.unblock(&self.word);
        }
    }
}

impl Default for Parker {
    fn default() -> Self {
        Self::new()
    }
}
