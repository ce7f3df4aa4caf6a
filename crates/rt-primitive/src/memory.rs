//! What the system is told about memory: that nobody needs it, or how it is best backed.

use std::ptr::NonNull;

#[cfg(all(target_os = "linux", not(any(rt_loom, rt_shuttle))))]
#[path = "memory/linux.rs"]
mod system;
#[cfg(any(not(target_os = "linux"), rt_loom, rt_shuttle))]
#[path = "memory/none.rs"]
mod system;

/// Lets the system take the memory behind these addresses, which stay the caller's: what is there
/// is lost, and who writes there gets fresh memory.
///
/// An allocator keeps most of what is freed for the next to come. What was discarded before it was
/// freed is kept as addresses only. It is a hint, and on some systems none that is heard.
///
/// ```
/// use std::alloc::{Layout, alloc, dealloc};
/// use std::ptr::NonNull;
///
/// let layout = Layout::from_size_align(64 << 10, 64 << 10).unwrap();
/// // SAFETY: the layout is not empty.
/// let block = NonNull::new(unsafe { alloc(layout) }).expect("there is memory");
/// // SAFETY: nobody has read or written the block, and nobody will.
/// unsafe { rt_primitive::memory::discard(block, layout.size()) };
/// // SAFETY: allocated above with this layout.
/// unsafe { dealloc(block.as_ptr(), layout) };
/// ```
///
/// # Safety
///
/// - The block is the caller's alone, and begins and ends where pages of the system do.
/// - Nobody reads it before it is written again, or freed.
pub unsafe fn discard(start: NonNull<u8>, bytes: usize) {
    // SAFETY: bullets 1 and 2.
    unsafe { system::discard(start, bytes) }
}

/// Tells the system that all of this memory will be used soon, so that it may back it by huge
/// pages, each at one stroke. A hint, for a block that begins and ends where huge pages do.
pub fn want_huge_pages(start: NonNull<u8>, bytes: usize) {
    system::want_huge_pages(start, bytes);
}

/// Takes back [`want_huge_pages`], for memory that is going to be discarded piece by piece.
pub fn want_no_huge_pages(start: NonNull<u8>, bytes: usize) {
    system::want_no_huge_pages(start, bytes);
}
