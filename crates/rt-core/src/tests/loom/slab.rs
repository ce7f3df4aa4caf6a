//! Task memory: a slot freed on another thread is reused once, with everything done to it visible.

use std::ptr::NonNull;

use rt_primitive::cell::UnsafeCell;
use rt_primitive::model;
use rt_primitive::sync::Arc;

use crate::slab::page::Page;
use crate::slab::{self, Heap, orphans};

/// What a model keeps in a slot.
type Content = UnsafeCell<u8>;

unsafe fn vacate(slot: NonNull<()>) {
    // SAFETY: a fresh slot, larger than a cell.
    unsafe { slot.cast::<Content>().write(UnsafeCell::new(0)) };
}

fn touch(slot: NonNull<()>) {
    // SAFETY: written by `vacate`; the page stays while the heap has it.
    unsafe { slot.cast::<Content>().as_ref() }.with_mut(|_| ());
}

struct Slot(NonNull<()>);

// SAFETY: the model hands the slot over.
unsafe impl Send for Slot {}

/// Another thread frees two slots while the owner allocates.
///
/// Mutants: slab.take_keeps_bits, slab.give_back_relaxed
#[test]
fn a_slot_freed_elsewhere_is_reused_once() {
    model::check("a_slot_freed_elsewhere_is_reused_once", Some(3), |order| {
        let heap = Arc::new(Heap::new(vacate));
        let owner = Arc::new(());
        // A page has four slots in a model.
        let slots: Vec<Slot> = (0..4).map(|_| Slot(heap.allocate(64, &owner))).collect();
        let page = Page::of(slots[0].0);
        let kept: Vec<usize> = slots[2..].iter().map(|slot| slot.0.addr().get()).collect();
        let mut freed = slots;
        freed.truncate(2);
        let (allocator, counted) = (heap.clone(), owner.clone());
        let (a, b) = model::spawn2(
            order,
            move || {
                let slots: Vec<Slot> =
                    (0..2).map(|_| Slot(allocator.allocate(64, &counted))).collect();
                slots.iter().for_each(|slot| touch(slot.0));
                slots
            },
            move || {
                for slot in &freed {
                    touch(slot.0);
                    // SAFETY: allocated above, freed once.
                    unsafe { slab::free(slot.0) };
                }
            },
        );
        let mut all = kept;
        all.extend(a.join().unwrap().iter().map(|slot| slot.0.addr().get()));
        b.join().unwrap();
        // The owner may have made a second page; it gets the rest of the first one back too.
        all.extend((0..2).map(|_| heap.allocate(64, &owner).addr().get()));
        let len = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), len, "I2: a slot was handed out twice");
        for &slot in &all {
            let slot = NonNull::new(page_slot(page, slot)).unwrap();
            // SAFETY: allocated, freed once.
            unsafe { slab::free(slot) };
        }
        heap.release_pages();
    });
}

/// The slot with this address; its own page may be another than `page`.
fn page_slot(page: &Page, address: usize) -> *mut () {
    std::ptr::from_ref(page).cast_mut().cast::<()>().with_addr(address)
}

/// Two pages of one chunk lose their last slot, one while its heap looks for unused pages and ends,
/// the other by another thread: the chunk is freed after both, which loom's count of what leaks
/// tells.
///
/// Mutants: slab.keeps_its_chunk
#[test]
fn a_chunk_is_freed_after_both_its_pages() {
    model::check("a_chunk_is_freed_after_both_its_pages", Some(3), |order| {
        let heap = Arc::new(Heap::new(vacate));
        let owner = Arc::new(());
        let slots: Vec<Slot> = (0..12).map(|_| Slot(heap.allocate(64, &owner))).collect();
        assert_eq!(heap.page_count(), 3, "four slots a page, and the first page is single");
        let (ends, mut rest) = (heap.clone(), slots);
        let last = rest.split_off(11);
        for slot in &rest {
            // SAFETY: allocated above, freed once.
            unsafe { slab::free(slot.0) };
        }
        let (a, b) = model::spawn2(
            order,
            move || {
                ends.return_unused(1);
                ends.release_pages();
            },
            // SAFETY: allocated above, freed once.
            move || unsafe { slab::free(last[0].0) },
        );
        a.join().unwrap();
        b.join().unwrap();
        assert_eq!(orphans::sweep(), 0, "the last slot is free");
        assert_eq!(Arc::strong_count(&owner), 1, "page.rs I4: each page gave its count back");
    });
}
