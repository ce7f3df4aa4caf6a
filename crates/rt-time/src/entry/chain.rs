//! Chains of the entries of one wheel, linked through the entries.
//!
//! # Invariants
//!
//! - I1: an [`EntryRef`] is used only while its entry lives, by whoever holds the lock of the wheel
//!   that the entry is in or is being put into.
//! - I2: links agree: the `next` of an entry's `previous` is that entry, and the other way round;
//!   `first` has no `previous`, `last` has no `next`, and a chain has both or neither.

use super::{Node, TimerEntry};
use crate::tick::Tick;
use crate::wheel::Chain;
use std::ptr::NonNull;
use std::task::Waker;

/// A name for an entry, for those who hold the lock of its wheel (I1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EntryRef(NonNull<TimerEntry>);

// SAFETY: I1: a thread can use it only with the lock, and the entry is Sync.
unsafe impl Send for EntryRef {}

/// A chain of the entries of one wheel.
#[derive(Default)]
pub(crate) struct EntryChain {
    first: Option<EntryRef>,
    last: Option<EntryRef>,
}

impl EntryRef {
    /// A name for `entry`.
    ///
    /// # Safety
    ///
    /// - `entry` is neither moved nor dropped while the name is in a chain.
    /// - The name is used only while the lock of the wheel that `entry` is in, or is being put
    ///   into, is held.
    pub(crate) unsafe fn new(entry: &TimerEntry) -> Self {
        EntryRef(NonNull::from(entry))
    }

    /// The entry.
    pub(crate) fn entry(&self) -> &TimerEntry {
        // SAFETY: I1: the entry lives.
        unsafe { self.0.as_ref() }
    }

    /// When the entry is due.
    pub(crate) fn tick(self) -> Tick {
        self.with(|node| node.tick)
    }

    /// Makes the entry, which is in no chain, due at another tick.
    pub(crate) fn set_tick(self, tick: Tick) {
        self.with(|node| node.tick = tick);
    }

    /// Readies the entry for a wheel.
    pub(crate) fn prepare(self, tick: Tick, waker: Waker) {
        self.with(|node| {
            assert!(node.waker.is_none(), "I3 of `entry`: in no wheel, no waker");
            node.tick = tick;
            node.waker = Some(waker);
        });
    }

    /// Takes the waker of an entry that was just taken out of its wheel.
    pub(crate) fn take_waker(self) -> Waker {
        self.with(|node| node.waker.take()).expect("I3 of `entry`: in a wheel, a waker")
    }

    /// Replaces the waker; returns the one before.
    pub(crate) fn replace_waker(self, waker: Waker) -> Waker {
        self.with(|node| node.waker.replace(waker)).expect("I3 of `entry`: in a wheel, a waker")
    }

    /// Calls `f` with what the lock guards. Never nested.
    fn with<R>(self, f: impl FnOnce(&mut Node) -> R) -> R {
        self.entry().node.with_mut(|node| {
            // SAFETY: I1: the caller holds the lock, and no call is made within another.
            f(unsafe { &mut *node })
        })
    }
}

impl Chain for EntryChain {
    type Entry = EntryRef;

    fn tick(entry: EntryRef) -> Tick {
        entry.tick()
    }

    fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    fn push(&mut self, entry: EntryRef) {
        let previous = self.last.replace(entry);
        entry.with(|node| (node.previous, node.next) = (previous, None));
        match previous {
            Some(previous) => previous.with(|node| node.next = Some(entry)),
            None => self.first = Some(entry),
        }
    }

    fn pop(&mut self) -> Option<EntryRef> {
        let entry = self.first?;
        self.remove(entry);
        Some(entry)
    }

    fn remove(&mut self, entry: EntryRef) {
        let (previous, next) = entry.with(|node| (node.previous.take(), node.next.take()));
        match previous {
            Some(previous) => previous.with(|node| node.next = next),
            None => {
                assert_eq!(self.first, Some(entry), "I2: an entry is taken out of its own chain");
                self.first = next;
            }
        }
        match next {
            Some(next) => next.with(|node| node.previous = previous),
            None => {
                assert_eq!(self.last, Some(entry), "I2: an entry is taken out of its own chain");
                self.last = previous;
            }
        }
    }
}
