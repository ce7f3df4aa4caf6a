//! The system's allocator, with a count of live bytes while somebody asks for it.
//!
//! Only the child processes that weigh parked tasks ask; everywhere else the price is one relaxed
//! load an allocation, for every peer.
//!
//! # Protocol
//!
//! `start` switches the count on, `stop` reads it. Threads in between add what they allocate and
//! subtract what they free; what was allocated before `start` and freed after it counts as less
//! than nothing, which is why the count wraps.
//!
//! # Invariants
//!
//! * I1: every call goes to `System` with the caller's own arguments, so what the caller promised
//!   to us holds for `System`, and what `System` promises to us holds for the caller.
//!
//! Model: none. The counters guard nothing.

use std::alloc::{GlobalAlloc, Layout, System};

use rt_primitive::atomic::{AtomicBool, AtomicUsize, Ordering};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// [A] Whether anybody wants to know.
static COUNTING: AtomicBool = AtomicBool::new(false);
// [A] Bytes allocated less bytes freed since `start`; wraps.
static LIVE_BYTES: AtomicUsize = AtomicUsize::new(0);

struct Counting;

/// Counts from now on.
pub(crate) fn start() {
    // ORDERING: Relaxed; the threads to be counted are woken after it, which publishes it.
    COUNTING.store(true, Ordering::Relaxed);
}

/// Bytes that are live now and were not at `start`.
pub(crate) fn stop() -> usize {
    // ORDERING: Relaxed; a late allocation may be counted or not.
    COUNTING.store(false, Ordering::Relaxed);
    // ORDERING: Relaxed; the caller has waited for the tasks whose bytes it wants.
    LIVE_BYTES.load(Ordering::Relaxed)
}

fn add(bytes: usize) {
    // ORDERING: Relaxed; a flag that guards nothing.
    if COUNTING.load(Ordering::Relaxed) {
        // ORDERING: Relaxed; a count that guards nothing.
        LIVE_BYTES.fetch_add(bytes, Ordering::Relaxed);
    }
}

// SAFETY: I1.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        // SAFETY: I1: `layout` is the caller's, of non-zero size by its promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        // SAFETY: I1: `layout` is the caller's, of non-zero size by its promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        add(size.wrapping_sub(layout.size()));
        // SAFETY: I1: `block` came from `System` with `layout`, by the caller's promise.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        add(layout.size().wrapping_neg());
        // SAFETY: I1: `block` came from `System` with `layout`, by the caller's promise.
        unsafe { System.dealloc(block, layout) }
    }
}
