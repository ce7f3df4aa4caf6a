//! The counters when nothing counts: nothing at all.

use super::Snapshot;

/// Whether this build counts.
pub const ENABLED: bool = false;

/// Counts `n` read-modify-writes.
#[inline(always)]
pub fn rmw(_n: u64) {}

/// Counts a sequentially consistent fence.
#[inline(always)]
pub fn fence() {}

/// Counts a lock that was taken.
#[inline(always)]
pub fn lock() {}

/// Counts an allocation.
#[inline(always)]
pub fn alloc() {}

/// Counts a sleep in the system.
#[inline(always)]
pub fn park() {}

/// Counts a wake by the system.
#[inline(always)]
pub fn unpark() {}

pub(super) fn read() -> Snapshot {
    Snapshot::default()
}
