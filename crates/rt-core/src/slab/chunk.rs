//! A chunk: memory of pages that were got from the allocator in one piece.
//!
//! A heap gets its first pages one at a time. One that has many of them is in a burst, and gets the
//! next in pieces of 2 MiB that the system may back with one huge page each: by 4 KiB at a time the
//! memory of a burst costs more than its tasks (`docs/decisions/0019`).
//!
//! # Invariants
//!
//! - I1: a chunk begins at a multiple of its size. Each page in it holds a count of it, and so does
//!   the heap that still cuts pages from it: its memory is freed after the last page's.
//! - I2: a piece of a chunk is cut once, by the owner of the heap.
//!
//! Model: `a_chunk_is_freed_after_both_its_pages`.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::{Cell, RefCell};
use std::ptr::NonNull;

use rt_primitive::atomic::{AtomicBool, Ordering};
use rt_primitive::sync::Arc;
use rt_primitive::{MODEL, memory};

/// Bytes of a page, header included.
pub(crate) const PAGE_BYTES: usize = 64 << 10;

/// Pages that a heap gets one at a time, at the least.
const SINGLE_PAGES: usize = if MODEL { 1 } else { 32 };

/// Pages in a chunk of more than one.
pub(crate) const CHUNK_PAGES: usize = if MODEL { 2 } else { 32 };

/// Memory of one page, or of many.
pub(crate) struct Chunk {
    // [C] Where it begins (I1).
    start: NonNull<u8>,
    // [C] How many pages fit.
    pages: usize,
    // [A] True once a page of several was given back.
    is_broken_up: AtomicBool,
}

// SAFETY: I1 and I2: it hands out each piece once, and its memory may be freed anywhere.
unsafe impl Send for Chunk {}
// SAFETY: as above.
unsafe impl Sync for Chunk {}

impl Chunk {
    fn new(pages: usize) -> Chunk {
        let layout = layout(pages);
        // SAFETY: the duty of `alloc`: a chunk has a page, so the layout is not empty.
        let start = unsafe { alloc(layout) };
        let Some(start) = NonNull::new(start) else { handle_alloc_error(layout) };
        if pages > 1 {
            memory::want_huge_pages(start, layout.size());
        }
        Chunk { start, pages, is_broken_up: AtomicBool::new(false) }
    }

    fn page(&self, number: usize) -> NonNull<u8> {
        debug_assert!(number < self.pages, "page {number} of {}", self.pages);
        // SAFETY: I1: the chunk is as long as its pages together.
        unsafe { self.start.add(number * PAGE_BYTES) }
    }

    /// Lets the system take the memory of a page.
    ///
    /// # Safety
    ///
    /// - `page` is a page of this chunk that nobody reads any more.
    pub(crate) unsafe fn discard(&self, page: NonNull<u8>) {
        // ORDERING: Relaxed; a hint is given once, or by two threads at once.
        if self.pages > 1 && !self.is_broken_up.swap(true, Ordering::Relaxed) {
            // Or the system might fill the hole again, to have a huge page once more.
            memory::want_no_huge_pages(self.start, layout(self.pages).size());
        }
        // SAFETY: bullet 1: nobody misses what is there, and a page of ours is whole pages of the
        // system.
        unsafe { memory::discard(page, PAGE_BYTES) }
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with this layout, and no page of it is left (I1).
        unsafe { dealloc(self.start.as_ptr(), layout(self.pages)) }
    }
}

fn layout(pages: usize) -> Layout {
    let bytes = pages * PAGE_BYTES;
    Layout::from_size_align(bytes, bytes).expect("a chunk is a power of two")
}

/// What a heap cuts its pages from.
pub(crate) struct Supply {
    // [O] A chunk that is not used up.
    chunk: RefCell<Option<Arc<Chunk>>>,
    // [O] How many pages of it are cut (I2).
    cut: Cell<usize>,
}

impl Supply {
    pub(crate) fn new() -> Supply {
        Supply { chunk: RefCell::new(None), cut: Cell::new(0) }
    }

    /// The memory of a page for a heap that has `pages`, and the chunk it is in.
    pub(crate) fn cut(&self, pages: usize) -> (Arc<Chunk>, NonNull<u8>) {
        let mut chunk = self.chunk.borrow_mut();
        if chunk.is_none() {
            if pages < SINGLE_PAGES {
                let single = Chunk::new(1);
                let page = single.page(0);
                return (Arc::new(single), page);
            }
            self.cut.set(0);
        }
        let whole = chunk.get_or_insert_with(|| Arc::new(Chunk::new(CHUNK_PAGES))).clone();
        let page = whole.page(self.cut.get());
        self.cut.set(self.cut.get() + 1);
        if self.cut.get() == CHUNK_PAGES {
            *chunk = None;
        }
        (whole, page)
    }

    /// Gives up the chunk: no page is cut from it any more.
    pub(crate) fn end(&self) {
        *self.chunk.borrow_mut() = None;
    }
}
