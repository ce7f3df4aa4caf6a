//! What the ends of a watch share.
//!
//! # Protocol
//!
//! A sender changes the value under its lock, counts the version up before it releases that, and
//! then wakes those who wait. A receiver that has seen the version looks again under the lock of
//! the queue before it waits there: the sender takes that lock after it has counted, so either the
//! receiver sees the new version, or the sender finds the receiver.
//!
//! # Invariants
//!
//! - I1: the version changes only while the value is locked to be written, so under the lock to
//!   read, value and version belong together.
//! - I2: once `CLOSED` is set it stays so.
//!
//! Model: `a_change_is_seen_or_told`

use crate::waiters::WaitQueue;
use rt_primitive::atomic::{AtomicU64, AtomicUsize, Ordering};
use rt_primitive::mutant;
use rt_primitive::sync::{RwLock, RwLockReadGuard};
use std::fmt;
use std::ops::Deref;
use std::ptr;

/// Every sender is gone.
const CLOSED: u64 = 1;
/// One version; the rest of the word counts them.
const ONE_VERSION: u64 = 2;

/// See the head of the file.
pub(super) struct WatchCell<T> {
    // [L] The latest value.
    value: RwLock<T>,
    // [A] The version, and `CLOSED` (I1, I2).
    version: AtomicU64,
    // [A]
    senders: AtomicUsize,
    // [A]
    receivers: AtomicUsize,
    // [L] Receivers that wait for a change.
    pub(super) waiting: WaitQueue<()>,
    // [L] Senders that wait until there is no receiver.
    pub(super) watching: WaitQueue<()>,
}

/// What the version word said at a moment.
#[derive(Clone, Copy)]
pub(super) struct Version {
    pub(super) number: u64,
    pub(super) is_closed: bool,
}

impl<T> WatchCell<T> {
    /// With one sender and so many receivers.
    pub(super) fn new(value: T, receivers: usize) -> Self {
        WatchCell {
            value: RwLock::new(value),
            version: AtomicU64::new(0),
            senders: AtomicUsize::new(1),
            receivers: AtomicUsize::new(receivers),
            waiting: WaitQueue::new(()),
            watching: WaitQueue::new(()),
        }
    }

    /// What this is to those who show what waits for what.
    pub(super) fn resource(&self) -> usize {
        ptr::from_ref(self).addr()
    }

    pub(super) fn version(&self) -> Version {
        // ORDERING: Acquire; pairs with Release in `modify` and `remove_sender`; who sees the
        // version may rely on what the sender did before.
        let word = self.version.load(Ordering::Acquire);
        Version { number: word / ONE_VERSION, is_closed: word & CLOSED != 0 }
    }

    /// Locks the value to read it; `seen` is the version that the reader has seen before.
    pub(super) fn read(&self, seen: u64) -> (Ref<'_, T>, u64) {
        let value = self.value.read();
        let number = self.version().number;
        (Ref { value, has_changed: number != seen }, number)
    }

    /// Changes the value, and tells all who wait if `modify` says that it has.
    pub(super) fn modify<R>(&self, modify: impl FnOnce(&mut T) -> (bool, R)) -> (bool, R) {
        let mut value = self.value.write();
        let (has_changed, result) = modify(&mut value);
        if has_changed {
            // ORDERING: Release; pairs with Acquire in `version`.
            self.version.fetch_add(ONE_VERSION, Ordering::Release);
        }
        drop(value);
        if has_changed && !mutant!("watch.change_untold") {
            self.waiting.lock().serve_all(|(), ()| (), |_| ());
        }
        (has_changed, result)
    }

    pub(super) fn receivers(&self) -> usize {
        // ORDERING: Acquire; pairs with AcqRel in `remove_receiver`; who sees that there is none
        // may rely on what the last one did before.
        self.receivers.load(Ordering::Acquire)
    }

    pub(super) fn add_receiver(&self) {
        // ORDERING: Relaxed; a receiver that comes while a sender asks may be seen or not.
        self.receivers.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn remove_receiver(&self) {
        // ORDERING: AcqRel; pairs with Acquire in `receivers`.
        let is_last = self.receivers.fetch_sub(1, Ordering::AcqRel) == 1;
        if is_last && !mutant!("watch.last_receiver_untold") {
            self.watching.lock().serve_all(|(), ()| (), |_| ());
        }
    }

    pub(super) fn senders(&self) -> usize {
        // ORDERING: Relaxed; a number to be shown.
        self.senders.load(Ordering::Relaxed)
    }

    pub(super) fn add_sender(&self) {
        // ORDERING: Relaxed; the caller has a sender, so the count is not 0.
        self.senders.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn remove_sender(&self) {
        // ORDERING: AcqRel; pairs with itself: what other senders did is before the end.
        let is_last = self.senders.fetch_sub(1, Ordering::AcqRel) == 1;
        if is_last && !mutant!("watch.last_sender_leaves_open") {
            // ORDERING: Release; pairs with Acquire in `version`.
            self.version.fetch_or(CLOSED, Ordering::Release);
            self.waiting.lock().serve_all(|(), ()| (), |_| ());
        }
    }
}

/// A look at the value, which keeps senders out; it derefs to the value.
///
/// Keep it short: a sender stops its thread until the look is over.
///
/// ```
/// let (sender, receiver) = rt_sync::watch::channel("old");
/// assert_eq!(*receiver.borrow(), "old");
/// sender.send("new").unwrap();
/// assert_eq!(*receiver.borrow(), "new");
/// ```
#[must_use = "a look keeps senders out"]
pub struct Ref<'a, T> {
    value: RwLockReadGuard<'a, T>,
    has_changed: bool,
}

impl<T> Ref<'_, T> {
    /// True when the receiver had not seen this value before. Always true for a sender's look at a
    /// value that was changed since the first.
    ///
    /// ```
    /// let (sender, mut receiver) = rt_sync::watch::channel(1);
    /// sender.send(2).unwrap();
    /// assert!(receiver.borrow_and_update().has_changed());
    /// assert!(!receiver.borrow().has_changed());
    /// ```
    pub fn has_changed(&self) -> bool {
        self.has_changed
    }
}

impl<T> Deref for Ref<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Ref<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
