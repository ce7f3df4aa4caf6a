//! Pages whose runtime has gone while handles or wakers still held tasks in them.
//!
//! # Invariants
//!
//! - I1: a page here has no owner; only who has it out of the list under the lock frees it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::slab::page::Page;

struct Orphan(&'static Page);

// SAFETY: I1: without an owner only the atomic part of a page is used, and its freeing is
// exclusive.
unsafe impl Send for Orphan {}

static ORPHANS: Mutex<Vec<Orphan>> = Mutex::new(Vec::new());

/// Frees a page that its heap gives up, or keeps it until its last slot is free.
pub(super) fn free_or_adopt(page: &'static Page) {
    if page.is_unused() {
        // SAFETY: the heap gave the page up and nobody holds a slot of it (`page.rs` I4).
        unsafe { Page::free_memory(page) };
    } else {
        lock().push(Orphan(page));
    }
}

/// Frees the orphans whose last slot has been freed since; gives the number of those left.
pub(crate) fn sweep() -> usize {
    // Looked at outside the lock, so that a model checker may switch threads meanwhile.
    let orphans = std::mem::take(&mut *lock());
    let (unused, used): (Vec<Orphan>, Vec<Orphan>) =
        orphans.into_iter().partition(|orphan| orphan.0.is_unused());
    for orphan in unused {
        // SAFETY: I1, and nobody holds a slot of it (`page.rs` I4).
        unsafe { Page::free_memory(orphan.0) };
    }
    let mut orphans = lock();
    orphans.extend(used);
    orphans.len()
}

fn lock() -> MutexGuard<'static, Vec<Orphan>> {
    ORPHANS.lock().unwrap_or_else(PoisonError::into_inner)
}
