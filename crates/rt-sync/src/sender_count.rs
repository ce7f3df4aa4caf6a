//! How many senders a channel has.
//!
//! # Protocol
//!
//! A sender counts itself when it is made and when it is dropped. A weak one that wants to become a
//! sender counts itself only if another is still there. Weak ones are counted to be shown.
//!
//! # Invariants
//!
//! - I1: once the count is 0 it stays so: the end of the channel has begun.
//!
//! Model: `the_last_sender_goes_and_the_receiver_is_told`

use rt_primitive::atomic::{AtomicUsize, Ordering};

/// See the head of the file.
pub(crate) struct SenderCount {
    // [A] Senders that are there, weak ones left out (I1).
    count: AtomicUsize,
    // [A] Weak ones.
    weak: AtomicUsize,
}

impl SenderCount {
    /// The count of a new channel.
    pub(crate) fn one() -> SenderCount {
        SenderCount { count: AtomicUsize::new(1), weak: AtomicUsize::new(0) }
    }

    pub(crate) fn get(&self) -> usize {
        // ORDERING: Relaxed; a number to be shown.
        self.count.load(Ordering::Relaxed)
    }

    /// Counts one more, made from one that is there.
    pub(crate) fn add(&self) {
        // ORDERING: Relaxed; the caller has a sender, so the count is not 0.
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts one more, unless all are gone (I1).
    pub(crate) fn revive(&self) -> bool {
        let more = |count: usize| (count > 0).then(|| count + 1);
        // ORDERING: Relaxed; it is counted, or all are gone; nothing else is learned.
        self.count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    /// One is gone; true if it was the last.
    pub(crate) fn remove(&self) -> bool {
        // ORDERING: AcqRel; pairs with itself: what other senders did is before the end.
        self.count.fetch_sub(1, Ordering::AcqRel) == 1
    }

    pub(crate) fn weak(&self) -> usize {
        // ORDERING: Relaxed; a number to be shown.
        self.weak.load(Ordering::Relaxed)
    }

    pub(crate) fn add_weak(&self) {
        // ORDERING: Relaxed; a number to be shown.
        self.weak.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn remove_weak(&self) {
        // ORDERING: Relaxed; a number to be shown.
        self.weak.fetch_sub(1, Ordering::Relaxed);
    }
}
