//! How many children a family has, and how many of them have not begun: one word.
//!
//! # Protocol
//!
//! A child is counted before it is spawned, and leaves as the last thing it does. One of a group
//! has not begun until it is first polled; so those that run are the living less those. While the
//! group has no limit a child begins by an exchange; else by a subtraction under the lock of the
//! line (`limit.rs`), in its turn.
//!
//! # Invariants
//!
//! - I1: the living are those that were counted and have not left.
//! - I2: once CLOSED is set nobody is counted any more.
//! - I3: a child begins once, and does so, or is said to have begun, before it leaves.
//! - I4: once LIMITED is set children begin under the lock of the line only.
//!
//! Models: `the_last_child_wakes_who_waits`, `a_turn_given_up_is_not_lost`,
//! `a_limit_counts_those_that_run`.

use std::fmt;

use rt_primitive::atomic::{AtomicU64, Ordering};
use rt_primitive::{mutant, perturb};

/// No more children.
const CLOSED: u64 = 1;
/// There is a limit to those that run.
const LIMITED: u64 = 1 << 1;
/// One that lives.
const LIVE: u64 = 1 << 2;
/// One that has not begun.
const WAITING: u64 = 1 << 33;
/// More than this many would run into the next field.
const LIVE_MAX: usize = (1 << 30) - 1;

/// Whether a child has begun when it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// It runs from the start.
    AtOnce,
    /// It says when it begins.
    InTurn,
}

/// The children of a family, counted.
pub(crate) struct ChildCount {
    // [A] The fields above.
    word: AtomicU64,
}

/// One reading of the word.
#[derive(Clone, Copy)]
pub(crate) struct Counted(u64);

impl Counted {
    pub(crate) fn live(self) -> usize {
        ((self.0 % WAITING) / LIVE) as usize
    }

    pub(crate) fn running(self) -> usize {
        self.live() - (self.0 / WAITING) as usize
    }

    pub(crate) fn is_closed(self) -> bool {
        self.0 & CLOSED != 0
    }

    pub(crate) fn is_limited(self) -> bool {
        self.0 & LIMITED != 0
    }
}

impl ChildCount {
    pub(crate) fn new() -> ChildCount {
        ChildCount { word: AtomicU64::new(0) }
    }

    pub(crate) fn load(&self) -> Counted {
        // ORDERING: Acquire; pairs with the Release in `leave`: who sees that a child has left sees
        // its output.
        Counted(self.word.load(Ordering::Acquire))
    }

    /// One more child; false if there are to be no more (I2).
    pub(crate) fn enter(&self, start: Start) -> bool {
        let added = if start == Start::InTurn { LIVE + WAITING } else { LIVE };
        let entered = self.update(|now| {
            assert!(now.live() < LIVE_MAX, "a group has {LIVE_MAX} children; start no more");
            if now.is_closed() { None } else { Some(now.0 + added) }
        });
        entered.is_some()
    }

    /// A child begins, unless it has to wait for its turn (I4).
    pub(crate) fn begin(&self) -> bool {
        let is_free = |now: Counted| !now.is_limited() || mutant!("limit.begins_unlimited");
        self.update(|now| is_free(now).then(|| now.0 - WAITING)).is_some()
    }

    /// A child begins in its turn, or never will (I3).
    pub(crate) fn no_longer_waits(&self) {
        // ORDERING: Relaxed; under the lock of the line, or followed by `leave`.
        self.word.fetch_sub(WAITING, Ordering::Relaxed);
    }

    /// A child has ended; what is left then.
    pub(crate) fn leave(&self) -> Counted {
        // ORDERING: AcqRel; Release pairs with the Acquire in `load`: the child's output is seen by
        // who sees that it has left. Acquire: the last to leave has seen all of the others.
        let before = Counted(self.word.fetch_sub(LIVE, Ordering::AcqRel));
        assert!(before.live() > 0, "I1: a child left that was not counted");
        Counted(before.0 - LIVE)
    }

    /// No more children.
    pub(crate) fn close(&self) {
        // ORDERING: Relaxed; nothing is published by it.
        self.word.fetch_or(CLOSED, Ordering::Relaxed);
    }

    /// No more children if none is left; true then.
    pub(crate) fn close_if_empty(&self) -> bool {
        self.update(|now| (now.live() == 0).then_some(now.0 | CLOSED)).is_some()
    }

    /// From now on children begin in their turn (I4). The caller has the lock of the line.
    pub(crate) fn set_limited(&self) {
        // ORDERING: Relaxed; who sees the bit takes the lock.
        self.word.fetch_or(LIMITED, Ordering::Relaxed);
    }

    /// Exchanges the word until `change` is applied to what is there, or says that nothing is to
    /// be.
    fn update(&self, change: impl Fn(Counted) -> Option<u64>) -> Option<()> {
        let mut now = self.load();
        loop {
            let next = change(now)?;
            perturb!();
            // ORDERING: AcqRel; as in `leave`, and each exchange continues the release of those
            // before it. Acquire on failure, since `change` decides by the value.
            let exchanged =
                self.word.compare_exchange_weak(now.0, next, Ordering::AcqRel, Ordering::Acquire);
            match exchanged {
                Ok(_) => return Some(()),
                Err(found) => now = Counted(found),
            }
        }
    }
}

impl fmt::Debug for ChildCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let now = self.load();
        f.debug_struct("ChildCount")
            .field("live", &now.live())
            .field("running", &now.running())
            .finish_non_exhaustive()
    }
}
