//! Discards memory by `madvise` (Linux).

use std::ptr::NonNull;

use rustix::mm::{Advice, madvise};

/// # Safety
///
/// - As [`super::discard`].
pub(super) unsafe fn discard(start: NonNull<u8>, bytes: usize) {
    // A kernel that refuses, say because the memory is locked, leaves all as it was.
    // SAFETY: bullet 1: nobody misses what was there.
    let _ = unsafe { madvise(start.as_ptr().cast(), bytes, Advice::LinuxDontNeed) };
}
