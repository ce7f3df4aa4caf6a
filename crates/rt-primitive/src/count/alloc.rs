//! An allocator that counts and lets the system do the work.
//!
//! # Invariants
//!
//! * I1: each method passes its arguments to the same method of [`System`] unchanged, so the
//!   caller's duties towards [`GlobalAlloc`] are exactly the duties towards `System`.

use std::alloc::{GlobalAlloc, Layout, System};

/// The system's allocator, counted; for a test binary's `#[global_allocator]`.
///
/// ```
/// use rt_primitive::count::{self, CountingAlloc, Snapshot};
///
/// #[global_allocator]
/// static ALLOC: CountingAlloc = CountingAlloc;
///
/// let start = Snapshot::now();
/// drop(std::hint::black_box(Box::new(1)));
/// assert_eq!(start.since().allocations, count::ENABLED as u64);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct CountingAlloc;

// SAFETY: I1: `System` keeps the promises of the trait.
unsafe impl GlobalAlloc for CountingAlloc {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        super::alloc();
        // SAFETY: I1: the caller has done them.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        super::alloc();
        // SAFETY: I1: the caller has done them.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        super::alloc();
        // SAFETY: I1: the caller has done them.
        unsafe { System.realloc(block, layout, new_size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: I1: the caller has done them.
        unsafe { System.dealloc(block, layout) }
    }
}
