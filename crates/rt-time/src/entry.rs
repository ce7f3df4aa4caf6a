//! What a sleep puts into a wheel: a node inside the sleep, so that waiting allocates nothing.
//!
//! # Protocol
//!
//! An entry is at rest, in a wheel, or fired; `home` says which. Its owner (who has the sleep) puts
//! it into a wheel, and takes it out. Whoever drives the wheel fires it, moves it to another wheel,
//! or lays it to rest at shutdown. All of this happens under the lock of the wheel that `home`
//! names. The owner may read a `home` that is out of date, so it looks again under the lock.
//!
//! # Invariants
//!
//! - I1: while `home` names a wheel, `node` is touched only under that wheel's lock. While it names
//!   none, `node` is touched only by the owner.
//! - I2: `home` leaves a wheel only under that wheel's lock. Whoever takes an entry out of a wheel
//!   for good touches it for the last time when it stores `home`.
//! - I3: an entry is in a chain of the wheel that `home` names, with a waker; when it names none,
//!   it is in no chain and has no waker.
//! - I4: `home` points to a wheel that is never freed (`timers/spare.rs`).
//! - I5: an entry in a wheel is pinned, and its drop takes it out first, so no link dangles.
//!
//! Model: `a_fire_and_a_drop_touch_the_entry_in_turn`

pub(crate) mod chain;

use crate::tick::Tick;
use crate::timers::shared_wheel::{SharedWheel, withdraw};
use chain::EntryRef;
use rt_primitive::atomic::{AtomicPtr, Ordering};
use rt_primitive::cell::UnsafeCell;
use rt_primitive::mutant;
use std::fmt;
use std::marker::PhantomPinned;
use std::ptr;
use std::task::Waker;

/// One sleep's place among the timers.
pub(crate) struct TimerEntry {
    // [A] The wheel the entry is in, or [`AT_REST`], or [`FIRED`] (I2).
    home: AtomicPtr<SharedWheel>,
    // [L] What its wheel needs (I1).
    node: UnsafeCell<Node>,
    // [C] Takes `Unpin` away (I5).
    _pinned: PhantomPinned,
}

/// The part of an entry that the lock of its wheel guards.
struct Node {
    tick: Tick,
    waker: Option<Waker>,
    previous: Option<EntryRef>,
    next: Option<EntryRef>,
}

/// Where an entry is, as its owner sees it.
#[derive(Clone, Copy)]
pub(crate) enum Home {
    /// In no wheel: not put into one yet, or taken out before it was due.
    Rest,
    /// In this wheel a moment ago.
    Wheel(&'static SharedWheel),
    /// In no wheel: it was due.
    Fired,
}

/// The `home` of an entry at rest.
const AT_REST: *mut SharedWheel = ptr::null_mut();

/// The `home` of a fired entry; an address that no wheel can have.
const FIRED: *mut SharedWheel = ptr::without_provenance_mut(1);

// SAFETY: I1: `node` is touched by one thread at a time, and what it holds may be sent: a waker,
// and links that are used under the same rule.
unsafe impl Send for TimerEntry {}
// SAFETY: I1: a shared reference gives access to `node` only through an `EntryRef`, which is made
// and used under the lock.
unsafe impl Sync for TimerEntry {}

impl TimerEntry {
    /// An entry at rest.
    pub(crate) fn new() -> Self {
        let node = Node { tick: Tick::NEVER, waker: None, previous: None, next: None };
        TimerEntry {
            home: AtomicPtr::new(AT_REST),
            node: UnsafeCell::new(node),
            _pinned: PhantomPinned,
        }
    }

    /// Where the entry is. For the owner: what is in no wheel stays so until the owner acts (I2).
    pub(crate) fn home(&self) -> Home {
        // ORDERING: Acquire; pairs with Release in `leave`; what was done to `node` before the
        // entry left its wheel is visible to the owner, who may now touch it.
        let home = self.home.load(Ordering::Acquire);
        if home == AT_REST {
            Home::Rest
        } else if home == FIRED {
            Home::Fired
        } else {
            // SAFETY: I4: it was stored by `enter`, and no wheel is ever freed.
            Home::Wheel(unsafe { &*home })
        }
    }

    /// True when the entry is in `wheel`. The caller holds the lock of `wheel`.
    pub(crate) fn is_in(&self, wheel: &SharedWheel) -> bool {
        // ORDERING: Relaxed; `home` leaves `wheel` only under the lock that the caller holds (I2).
        ptr::eq(self.home.load(Ordering::Relaxed), wheel)
    }

    /// Notes that the entry is in `wheel`. The caller holds the lock of `wheel`.
    pub(crate) fn enter(&self, wheel: &'static SharedWheel) {
        // ORDERING: Relaxed; who reads this takes the lock of `wheel` before it touches `node`.
        self.home.store(ptr::from_ref(wheel).cast_mut(), Ordering::Relaxed);
    }

    /// Notes that the entry is in no wheel, because it was due (`is_fired`) or was taken out. If it
    /// was in one, the caller holds that wheel's lock and touches the entry no more (I2).
    pub(crate) fn leave(&self, is_fired: bool) {
        let home = if is_fired { FIRED } else { AT_REST };
        let is_relaxed = mutant!("time.leave_relaxed");
        // ORDERING: Release; pairs with Acquire in `home`; what was done to `node` is visible with
        // the new home. Relaxed is the seeded bug.
        self.home.store(home, if is_relaxed { Ordering::Relaxed } else { Ordering::Release });
    }
}

impl Drop for TimerEntry {
    /// Takes the entry out of its wheel (I5). The waker is dropped when the lock is released: that
    /// may drop a task, and with it another entry of the same wheel.
    fn drop(&mut self) {
        drop(withdraw(self));
        // Lets a model see a thread that still touches the entry; `node` is freed next anyway.
        self.node.with_mut(|_| ());
    }
}

impl fmt::Debug for TimerEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.home() {
            Home::Rest => "at rest",
            Home::Wheel(_) => "waiting",
            Home::Fired => "fired",
        })
    }
}
