//! Counts the costly operations of the calling thread, under the feature `count`.
//!
//! Costs are held by counting, because counts do not drift with the machine. Without the feature
//! every function here is empty and every snapshot is zero. Models do not count either.
//!
//! ```
//! use rt_primitive::count::{self, Snapshot};
//! use rt_primitive::sync::Mutex;
//!
//! let lock = Mutex::new(0);
//! let start = Snapshot::now();
//! *lock.lock() += 1;
//! assert_eq!(start.since().locks, count::ENABLED as u64);
//! ```
//!
//! What is counted: see the fields of [`Snapshot`]. What is not: the insides of std and of the
//! allocator, and crossbeam-deque when it grows or shrinks its buffer.

mod alloc;
#[cfg(not(all(feature = "count", not(any(rt_loom, rt_shuttle)))))]
mod disabled;
#[cfg(all(feature = "count", not(any(rt_loom, rt_shuttle))))]
mod enabled;

#[cfg(not(all(feature = "count", not(any(rt_loom, rt_shuttle)))))]
use disabled as counter;
#[cfg(all(feature = "count", not(any(rt_loom, rt_shuttle))))]
use enabled as counter;

pub use alloc::CountingAlloc;
pub use counter::{ENABLED, alloc, fence, lock, park, rmw, unpark};

/// How often the calling thread did what costs most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Atomic read-modify-writes, also those that failed, also those inside crossbeam-deque.
    pub rmws: u64,
    /// Sequentially consistent fences; the weaker ones cost nothing on most machines.
    pub fences: u64,
    /// Locks taken, `TryLock` included; each of those is also one of `rmws`.
    pub locks: u64,
    /// Allocations and reallocations; needs [`CountingAlloc`] as the global allocator.
    pub allocations: u64,
    /// Times the thread asked the system to sleep.
    pub parks: u64,
    /// Times the thread asked the system to wake another one.
    pub unparks: u64,
}

impl Snapshot {
    /// The calling thread's counts so far.
    #[must_use]
    pub fn now() -> Self {
        counter::read()
    }

    /// What the calling thread did since this snapshot of it was taken.
    #[must_use]
    pub fn since(&self) -> Self {
        let now = Self::now();
        Self {
            rmws: now.rmws - self.rmws,
            fences: now.fences - self.fences,
            locks: now.locks - self.locks,
            allocations: now.allocations - self.allocations,
            parks: now.parks - self.parks,
            unparks: now.unparks - self.unparks,
        }
    }
}
