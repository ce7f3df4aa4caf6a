//! Task memory, and with it the list of all tasks.
//!
//! Each worker, guest and foreign heap has pages of its own; a slot is freed by a bit in the header
//! of its page, never by a write to the slot. So freeing a task that another thread allocated
//! touches no line of the task, and up to 64 such frees are one exchange. A slot keeps its state
//! word for the life of the page, so walking the pages lists the tasks.

pub(crate) mod chunk;
pub(crate) mod class;
pub(crate) mod heap;
pub(crate) mod orphans;
pub(crate) mod page;

use std::cell::Cell;
use std::ptr::{self, NonNull};

pub(crate) use class::{SLOT_ALIGN, SLOT_BYTES_MAX};
pub(crate) use heap::Heap;
use page::Page;

rt_primitive::thread_local! {
    /// The heap that the calling thread owns, while it drives a worker or guest slot.
    static OWN_HEAP: Cell<*const Heap> = Cell::new(ptr::null());
}

/// Names the heap whose owner the calling thread is from now on, or none; gives the one before.
pub(crate) fn replace_own_heap(heap: *const Heap) -> *const Heap {
    OWN_HEAP.try_with(|own| own.replace(heap)).unwrap_or(ptr::null())
}

/// Frees a slot: nothing may touch what was in it any more, except its state word.
///
/// # Safety
///
/// - `slot` came from `Heap::allocate` and is freed once.
pub(crate) unsafe fn free(slot: NonNull<()>) {
    let page = Page::of(slot);
    // A thread whose locals are gone owns no heap.
    let own = OWN_HEAP.try_with(Cell::get).unwrap_or(ptr::null());
    // SAFETY: a heap stays where it is while a thread owns it (`heap.rs` I1).
    match unsafe { own.as_ref() } {
        None => page.give_back(page.place_of(slot)),
        Some(own) => own.free(page, slot),
    }
}

/// What the pages of a slot's heap keep alive: the pointer given to `Heap::allocate`.
///
/// # Safety
///
/// - `slot` came from `Heap::allocate` and is not freed.
pub(crate) unsafe fn owner_of(slot: NonNull<()>) -> *const () {
    Page::of(slot).owner()
}
