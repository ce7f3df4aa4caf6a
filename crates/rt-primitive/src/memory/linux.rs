//! Tells the system by `madvise` (Linux).

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

pub(super) fn want_huge_pages(start: NonNull<u8>, bytes: usize) {
    hint(start, bytes, Advice::LinuxHugepage);
}

pub(super) fn want_no_huge_pages(start: NonNull<u8>, bytes: usize) {
    hint(start, bytes, Advice::LinuxNoHugepage);
}

/// Gives an advice about how memory is backed. A kernel without huge pages refuses it.
fn hint(start: NonNull<u8>, bytes: usize, advice: Advice) {
    // SAFETY: the duty of `madvise`: these two advices change nothing of what anybody reads.
    let _ = unsafe { madvise(start.as_ptr().cast(), bytes, advice) };
}
