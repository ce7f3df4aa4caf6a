//! The counters when they count: one set a thread, without an atomic.

use super::Snapshot;
use std::cell::Cell;

/// Whether this build counts.
pub const ENABLED: bool = true;

thread_local! {
    static COUNTS: Cell<Snapshot> = const {
        Cell::new(Snapshot { rmws: 0, fences: 0, locks: 0, allocations: 0, parks: 0, unparks: 0 })
    };
}

/// Counts `n` read-modify-writes.
pub fn rmw(n: u64) {
    add(|counts| counts.rmws += n);
}

/// Counts a sequentially consistent fence.
pub fn fence() {
    add(|counts| counts.fences += 1);
}

/// Counts a lock that was taken.
pub fn lock() {
    add(|counts| counts.locks += 1);
}

/// Counts an allocation.
pub fn alloc() {
    add(|counts| counts.allocations += 1);
}

/// Counts a sleep in the system.
pub fn park() {
    add(|counts| counts.parks += 1);
}

/// Counts a wake by the system.
pub fn unpark() {
    add(|counts| counts.unparks += 1);
}

pub(super) fn read() -> Snapshot {
    COUNTS.with(Cell::get)
}

/// The set needs no destructor, so it can be reached for as long as the thread runs.
fn add(change: impl FnOnce(&mut Snapshot)) {
    COUNTS.with(|cell| {
        let mut counts = cell.get();
        change(&mut counts);
        cell.set(counts);
    });
}
