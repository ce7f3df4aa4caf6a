//! Statistics that one thread counts up and any thread reads.
#![allow(clippy::disallowed_types, reason = "a statistic decides nothing, so no model explores it")]

use std::sync::atomic::{AtomicU64, Ordering};

/// A number with one writer at a time, which costs it a plain load and store.
///
/// It is never modelled, and nothing may be decided by it that a model has to see.
///
/// ```
/// use rt_primitive::Tally;
///
/// let polls = Tally::new();
/// polls.add(3);
/// assert_eq!(polls.get(), 3);
/// ```
#[derive(Debug)]
pub struct Tally {
    // [A] Written by one thread at a time.
    count: AtomicU64,
}

impl Tally {
    /// A tally at 0.
    pub const fn new() -> Self {
        Self { count: AtomicU64::new(0) }
    }

    /// Counts up by `n`; only one thread at a time may, or counts are lost.
    #[inline]
    pub fn add(&self, n: u64) {
        // ORDERING: Relaxed; one writer, and a reader wants a number only.
        let count = self.count.load(Ordering::Relaxed);
        // ORDERING: Relaxed; as above.
        self.count.store(count.wrapping_add(n), Ordering::Relaxed);
    }

    /// Sets the number, in one store; only one thread at a time may.
    #[inline]
    pub fn set(&self, n: u64) {
        // ORDERING: Relaxed; as above.
        self.count.store(n, Ordering::Relaxed);
    }

    /// The count now, or a moment ago.
    pub fn get(&self) -> u64 {
        // ORDERING: Relaxed; as above.
        self.count.load(Ordering::Relaxed)
    }
}

impl Default for Tally {
    fn default() -> Self {
        Self::new()
    }
}
