//! A wheel that several threads use: a lock around it, and the tick when it must be looked at.
//!
//! # Protocol
//!
//! Every change is made under the lock, and ends by publishing `earliest`. The thread that drives
//! the wheel reads `earliest` without the lock before it parks. Whoever makes `earliest` earlier
//! unparks that thread *after* it has published; so either the driver reads the new value, or it
//! finds the unpark's token and looks again.
//!
//! No waker is cloned, woken or dropped under the lock: each of these may run anything, and so may
//! come back to this wheel.
//!
//! # Invariants
//!
//! - I1: `earliest` is no later than the first tick at which an entry of the wheel is due.
//! - I2: a wheel that is closed is empty, and stays empty until it is opened again.
//! - I3: of two wheels that are locked together, the one at the lower address is locked first.
//!
//! Model: `an_earlier_deadline_unparks_the_driver`

use crate::entry::chain::{EntryChain, EntryRef};
use crate::entry::{Home, TimerEntry};
use crate::tick::Tick;
use crate::wheel::Wheel;
use rt_primitive::atomic::{AtomicU64, Ordering};
use rt_primitive::sync::{TryLock, TryLockGuard};
use rt_primitive::wakers::WakeBatch;
use rt_primitive::{MODEL, mutant};
use std::pin::Pin;
use std::ptr;
use std::task::Waker;

/// Entries that are taken out of a wheel before its lock is released for a moment.
const BATCH: usize = if MODEL { 2 } else { 32 };

/// The timers of one slot of the executor. Lives for ever; see `spare.rs`.
pub(crate) struct SharedWheel {
    // [A] The tick at which [`SharedWheel::fire`] may have something to do (I1). Written under the
    // lock.
    earliest: AtomicU64,
    // [L] The wheel itself.
    contents: TryLock<WheelContents>,
}

/// What the lock of a [`SharedWheel`] guards.
struct WheelContents {
    wheel: Wheel<EntryChain>,
    is_open: bool,
}

/// What became of an entry that was to be put into a wheel.
#[must_use]
pub(crate) enum Registered {
    /// It waits, and its waker is woken when it is due. If it `is_earliest`, the driver may have to
    /// be unparked.
    Waiting { is_earliest: bool },
    /// It was due already, and now counts as fired.
    Due(Waker),
    /// The wheel is closed, and the entry at rest.
    Closed(Waker),
}

impl SharedWheel {
    /// A wheel that is closed.
    pub(crate) fn new() -> Self {
        SharedWheel {
            earliest: AtomicU64::new(Tick::NEVER.number()),
            contents: TryLock::new(WheelContents { wheel: Wheel::new(), is_open: false }),
        }
    }

    /// Opens the wheel, which is closed, at the epoch of a new clock.
    pub(crate) fn open(&self) {
        let mut contents = self.contents.lock();
        assert!(!contents.is_open, "I2: a spare wheel is closed");
        *contents = WheelContents { wheel: Wheel::new(), is_open: true };
    }

    /// When [`SharedWheel::fire`] must next be called; may be out of date unless the caller drives
    /// the wheel.
    pub(crate) fn earliest(&self) -> Tick {
        // ORDERING: Relaxed; the driver's own changes are before this, and a change by another
        // thread is followed by an unpark, whose token the driver takes before it reads again.
        Tick::new(self.earliest.load(Ordering::Relaxed))
    }

    /// Puts `entry`, which is in no wheel, into this one. The caller owns it.
    pub(crate) fn register(
        &'static self,
        entry: Pin<&TimerEntry>,
        tick: Tick,
        waker: Waker,
    ) -> Registered {
        let mut contents = self.contents.lock();
        if !contents.is_open && !mutant!("time.register_when_closed") {
            return Registered::Closed(waker);
        }
        if contents.wheel.has_passed(tick) {
            entry.leave(true);
            return Registered::Due(waker);
        }
        // SAFETY: the first bullet of `new`: it is pinned, and its drop takes it out first. The
        // second: the lock of this wheel is held.
        let node = unsafe { EntryRef::new(&entry) };
        node.prepare(tick, waker);
        contents.wheel.insert(node);
        let is_earliest = tick < self.earliest();
        if is_earliest {
            self.publish(tick);
        }
        if mutant!("time.enter_after_unlock") {
            drop(contents);
        }
        entry.enter(self);
        Registered::Waiting { is_earliest }
    }

    /// Has `entry` wait for `tick` instead; `None` when it is not in this wheel. Its owner calls.
    ///
    /// Else says whether it `is_earliest`, as [`Registered::Waiting`] does.
    pub(crate) fn reset(&self, entry: Pin<&TimerEntry>, tick: Tick) -> Option<bool> {
        let mut contents = self.contents.lock();
        if !entry.is_in(self) && !mutant!("time.reset_no_recheck") {
            return None;
        }
        // SAFETY: the first bullet of `new`: it is pinned, and its drop takes it out first. The
        // second: the lock of this wheel is held.
        let node = unsafe { EntryRef::new(&entry) };
        contents.wheel.remove(node);
        node.set_tick(tick);
        contents.wheel.insert(node);
        let is_earliest = tick < self.earliest();
        if is_earliest {
            self.publish(tick);
        }
        Some(is_earliest)
    }

    /// Wakes all that is due at `now` or earlier.
    ///
    /// Takes the lock anew for each batch, so that nobody waits for it for long.
    pub(crate) fn fire(&self, now: Tick) {
        let mut batch = WakeBatch::<BATCH>::new();
        loop {
            self.take_due(now, &mut batch);
            let may_be_more = batch.is_full();
            batch.wake_all();
            if !may_be_more {
                return;
            }
        }
    }

    /// True when something is due at `now` or earlier; otherwise `earliest` is later than that
    /// afterwards.
    pub(crate) fn is_due(&self, now: Tick) -> bool {
        let mut contents = self.contents.lock();
        let is_due = contents.wheel.is_due(now);
        self.publish(contents.wheel.next());
        is_due
    }

    /// Takes out a batch of what is due at `now` or earlier.
    fn take_due(&self, now: Tick, batch: &mut WakeBatch<BATCH>) {
        let mut contents = self.contents.lock();
        while !batch.is_full() {
            let Some(node) = contents.wheel.pop_due(now) else { break };
            batch.push(release(node, true));
        }
        let next = contents.wheel.next();
        if mutant!("time.publish_after_unlock") {
            drop(contents);
        } else if mutant!("time.wake_under_lock") {
            batch.wake_all();
        }
        self.publish(next);
    }

    /// Moves all entries to `to`; true if there were any: the driver of `to` must be unparked then.
    ///
    /// The caller drove this wheel until now, so it knows when nothing is in it.
    pub(crate) fn hand_over(&self, to: &'static SharedWheel) -> bool {
        assert!(!ptr::eq(self, to), "a wheel cannot be handed over to itself");
        if self.earliest() == Tick::NEVER {
            return false;
        }
        while self.hand_over_some(to) {}
        true
    }

    /// Moves a batch of entries to `to`; true when there may be more.
    fn hand_over_some(&self, to: &'static SharedWheel) -> bool {
        let (mut ours, mut theirs) = lock_both(self, to);
        if !theirs.is_open {
            // The executor has stopped, and closes this wheel too.
            return false;
        }
        let mut earliest = to.earliest();
        for _ in 0..BATCH {
            let Some(node) = ours.wheel.pop_any() else { break };
            earliest = earliest.min(node.tick());
            theirs.wheel.insert(node);
            node.entry().enter(to);
        }
        if !mutant!("time.hand_over_no_publish") {
            to.publish(earliest);
        }
        self.publish(ours.wheel.next());
        !ours.wheel.is_empty()
    }

    /// Closes the wheel: lays every entry to rest and wakes who waits, who then learns of it.
    pub(crate) fn close(&self) {
        let mut batch = WakeBatch::<BATCH>::new();
        loop {
            let mut contents = self.contents.lock();
            contents.is_open = false;
            while !batch.is_full() {
                let Some(node) = contents.wheel.pop_any() else { break };
                batch.push(release(node, false));
            }
            self.publish(contents.wheel.next());
            let is_empty = contents.wheel.is_empty();
            drop(contents);
            batch.wake_all();
            if is_empty {
                return;
            }
        }
    }

    /// Publishes when the wheel must next be looked at. The caller holds the lock.
    fn publish(&self, earliest: Tick) {
        // ORDERING: Relaxed; see `earliest`.
        self.earliest.store(earliest.number(), Ordering::Relaxed);
    }
}

/// Takes `entry` out of the wheel it is in, and returns its waker; `None` when it is in no wheel.
/// The caller owns it.
pub(crate) fn withdraw(entry: &TimerEntry) -> Option<Waker> {
    let (wheel, mut contents) = lock_home(entry)?;
    // SAFETY: the second bullet of `new`: the lock of its wheel is held. The first: it goes into no
    // chain.
    let node = unsafe { EntryRef::new(entry) };
    contents.wheel.remove(node);
    let waker = release(node, false);
    if contents.wheel.is_empty() {
        wheel.publish(Tick::NEVER);
    }
    Some(waker)
}

/// Gives `entry` another waker, and returns the one that is not needed: the one before, or `waker`
/// itself as an error when the entry is in no wheel any more. The caller owns it.
pub(crate) fn replace_waker(entry: &TimerEntry, waker: Waker) -> Result<Waker, Waker> {
    let Some((_wheel, _contents)) = lock_home(entry) else {
        return Err(waker);
    };
    // SAFETY: the second bullet of `new`: the lock of its wheel is held. The first: it goes into no
    // chain.
    let node = unsafe { EntryRef::new(entry) };
    Ok(node.replace_waker(waker))
}

/// Locks the wheel that `entry` is in; `None` when it is in none. The caller owns it.
///
/// Each round more means that the entry was moved in between, so there are few.
fn lock_home(
    entry: &TimerEntry,
) -> Option<(&'static SharedWheel, TryLockGuard<'static, WheelContents>)> {
    loop {
        let Home::Wheel(wheel) = entry.home() else { return None };
        let contents = wheel.contents.lock();
        if entry.is_in(wheel) || mutant!("time.lock_no_recheck") {
            return Some((wheel, contents));
        }
    }
}

/// Takes the waker of an entry that was just taken out of its wheel, and parts with the entry. The
/// caller holds the lock of that wheel.
fn release(node: EntryRef, is_fired: bool) -> Waker {
    if mutant!("time.release_too_early") {
        node.entry().leave(is_fired);
    }
    let waker = node.take_waker();
    node.entry().leave(is_fired);
    waker
}

/// Locks two wheels, in the order that I3 asks for.
fn lock_both<'a>(
    one: &'a SharedWheel,
    two: &'a SharedWheel,
) -> (TryLockGuard<'a, WheelContents>, TryLockGuard<'a, WheelContents>) {
    if ptr::from_ref(one) < ptr::from_ref(two) || mutant!("time.lock_in_any_order") {
        let first = one.contents.lock();
        (first, two.contents.lock())
    } else {
        let first = two.contents.lock();
        (one.contents.lock(), first)
    }
}
