//! Process-wide numbers that are never given out twice.

use crate::count;
use std::sync::atomic::{AtomicU64, Ordering};

/// Gives out numbers from 1 upwards, each once in the life of the process.
///
/// It is never modelled, so it can live in a `static`. Take a block at a time where numbers are
/// needed often.
///
/// ```
/// use rt_primitive::Serial;
///
/// static IDS: Serial = Serial::new();
/// let first = IDS.take(10);
/// assert_eq!(IDS.take(1), first + 10);
/// ```
#[derive(Debug)]
pub struct Serial {
    // [A] The next number to give out. std's, because a static cannot hold a modelled one.
    next: AtomicU64,
}

impl Serial {
    /// A source whose first number is 1, so that 0 can mean "none".
    pub const fn new() -> Self {
        Self { next: AtomicU64::new(1) }
    }

    /// Takes `n` numbers and returns the first of them.
    pub fn take(&self, n: u64) -> u64 {
        count::rmw(1);
        // ORDERING: Relaxed; a number is unique by the atomicity alone and publishes nothing.
        self.next.fetch_add(n, Ordering::Relaxed)
    }
}

impl Default for Serial {
    fn default() -> Self {
        Self::new()
    }
}
