//! A page: slots of one size, and one bit for each that says whether it is free.
//!
//! # Protocol
//!
//! The owner of the page's heap keeps its own bits in plain cells. Whoever else frees a slot sets
//! its bit in `given_back`, where the owner collects a word at a time. A word's slots get their
//! state words when the owner first takes it, and `words_ready` tells walkers so.
//!
//! # Invariants
//!
//! - I1: a page lies at a multiple of PAGE_BYTES, so a slot's address tells its page.
//! - I2: a slot is in one place only: in use, or as a bit in `free`, `given_back`, the owner's word
//!   in hand, its stack, or some thread's mask of frees not yet given back.
//! - I3: slots of words below `words_ready` hold a valid state word, whoever reads it.
//! - I4: a page holds one count of its owner and one of its chunk, given back when the page is
//!   freed; it is freed by who has it alone, when every slot is free. A slot that is free stays so
//!   unless the owner takes it, and who gave it back touches the page no more.
//!
//! Models: `a_slot_freed_elsewhere_is_reused_once`, `a_page_is_returned_after_its_last_slot`.

use std::cell::Cell;
use std::mem::size_of;
use std::ptr::{self, NonNull};

use rt_primitive::atomic::{AtomicU64, AtomicUsize, Ordering};
use rt_primitive::cell::UnsafeCell;
use rt_primitive::sync::Arc;
use rt_primitive::{CachePadded, MODEL, mutant, perturb};

use crate::slab::chunk::{Chunk, PAGE_BYTES};
use crate::slab::class::{CLASS_BYTES, slots_per_page};
use crate::slab::heap::Heap;

/// Words of free bits.
pub(crate) const WORDS: usize = if MODEL { 1 } else { 16 };

/// Bytes before the first slot.
const HEADER_BYTES: usize = size_of::<Page>().next_multiple_of(64);

/// Which bit of which word stands for a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) word: usize,
    pub(crate) mask: u64,
}

/// The header of a page; the slots follow it.
#[repr(C, align(64))]
pub(crate) struct Page {
    // [C] Who allocates here.
    heap: *const Heap,
    // [C] What `owner_of` gives; counted, see I4.
    owner: *const (),
    // [C] Gives that count back.
    drop_owner: unsafe fn(*const ()),
    // [C] What it lies in; counted, see I4.
    chunk: *const Chunk,
    // [C] Slot size class.
    pub(crate) class: usize,
    // [C] How many slots follow.
    pub(crate) slots: usize,
    // [C] Makes a slot's state word.
    vacate: unsafe fn(NonNull<()>),
    // [L] The next of all the heap's pages, for walkers (`heap.rs` I2).
    pub(crate) older: Cell<*const Page>,
    // [O] The next page of the same class, in a ring.
    pub(crate) ring: Cell<*const Page>,
    // [O] Free slots that the owner knows of.
    pub(crate) free: [Cell<u64>; WORDS],
    // [A] Written by the owner (I3).
    words_ready: AtomicUsize,
    // [L] Nothing: it tells the model checker who gives a slot back, and who frees the page.
    used: UnsafeCell<()>,
    // [A] Free slots that others gave back.
    given_back: CachePadded<[AtomicU64; WORDS]>,
}

impl Page {
    /// A page with no slot ready, which keeps `owner` alive, and is at `memory` in the chunk.
    pub(crate) fn new<O>(
        (chunk, memory): (Arc<Chunk>, NonNull<u8>),
        heap: &Heap,
        class: usize,
        owner: Arc<O>,
        vacate: unsafe fn(NonNull<()>),
        older: *const Page,
    ) -> &'static Page {
        let memory = memory.cast::<Page>().as_ptr();
        let page = Page {
            heap,
            owner: Arc::into_raw(owner).cast(),
            drop_owner: drop_arc::<O>,
            chunk: Arc::into_raw(chunk),
            class,
            slots: slots_per_page(class, PAGE_BYTES - HEADER_BYTES, WORDS * 64),
            vacate,
            older: Cell::new(older),
            ring: Cell::new(memory),
            free: [const { Cell::new(0) }; WORDS],
            words_ready: AtomicUsize::new(0),
            used: UnsafeCell::new(()),
            given_back: CachePadded::new(std::array::from_fn(|_| AtomicU64::new(0))),
        };
        // SAFETY: I1: memory that was cut once, larger than a header and aligned for more than one.
        unsafe { memory.write(page) };
        // SAFETY: just written; it stays until `free_memory`, which has the page alone (I4).
        unsafe { &*memory }
    }

    /// The page of a slot (I1).
    pub(crate) fn of<'a>(slot: NonNull<()>) -> &'a Page {
        let page = slot.as_ptr().map_addr(|address| address & !(PAGE_BYTES - 1));
        // SAFETY: I1: a slot's page begins there, and outlives its slots in use (I4).
        unsafe { &*page.cast::<Page>() }
    }

    pub(crate) fn owner(&self) -> *const () {
        self.owner
    }

    pub(crate) fn is_of(&self, heap: &Heap) -> bool {
        ptr::eq(self.heap, heap)
    }

    /// The slot with this number.
    pub(crate) fn slot(&self, number: usize) -> NonNull<()> {
        debug_assert!(number < self.slots, "slot {number} of {}", self.slots);
        let offset = HEADER_BYTES + number * CLASS_BYTES[self.class];
        // SAFETY: I1: the page's memory goes on behind its header, and the slot is within it.
        unsafe { NonNull::from(self).cast::<u8>().byte_add(offset) }.cast()
    }

    pub(crate) fn place_of(&self, slot: NonNull<()>) -> Place {
        let offset = slot.addr().get() - NonNull::from(self).addr().get() - HEADER_BYTES;
        let number = offset / CLASS_BYTES[self.class];
        Place { word: number / 64, mask: 1 << (number % 64) }
    }

    /// Gives slots back that the owner of another heap, or nobody's thread, has freed.
    pub(crate) fn give_back(&self, place: Place) {
        self.used.with(|_| ());
        // ORDERING: Release; pairs with the Acquire in `take_word`: the owner reuses the slots
        // after everything this thread did to them.
        let order = mutant!("slab.give_back_relaxed", Ordering::Release => Ordering::Relaxed);
        self.given_back[place.word].fetch_or(place.mask, order);
    }

    /// The owner takes all free slots of a word.
    pub(crate) fn take_word(&self, word: usize) -> u64 {
        let mut bits = self.free[word].replace(0);
        // ORDERING: Relaxed; a look before the exchange.
        if self.given_back[word].load(Ordering::Relaxed) != 0 {
            perturb!();
            // ORDERING: Acquire; pairs with the Release in `give_back`.
            bits |= self.given_back[word].swap(0, Ordering::Acquire);
            if mutant!("slab.take_keeps_bits") {
                self.give_back(Place { word, mask: bits });
            }
        }
        if bits == 0 { self.make_ready(word) } else { bits }
    }

    /// The owner uses a word for the first time: makes its slots vacant, and says so (I3).
    fn make_ready(&self, word: usize) -> u64 {
        // ORDERING: Relaxed; only the owner writes it.
        let ready = self.words_ready.load(Ordering::Relaxed);
        let slots = self.slots.saturating_sub(word * 64).min(64);
        if word != ready || slots == 0 {
            return 0;
        }
        for number in word * 64..word * 64 + slots {
            // SAFETY: I3: nobody reads these slots before `words_ready` says so.
            unsafe { (self.vacate)(self.slot(number)) };
        }
        perturb!();
        // ORDERING: Release; pairs with the Acquire in `ready_slots`: the walker reads state words.
        self.words_ready.store(word + 1, Ordering::Release);
        if slots == 64 { !0 } else { (1 << slots) - 1 }
    }

    /// How many slots hold a state word, for a walker (I3).
    pub(crate) fn ready_slots(&self) -> usize {
        // ORDERING: Acquire; pairs with the Release in `make_ready`.
        (self.words_ready.load(Ordering::Acquire) * 64).min(self.slots)
    }

    /// Slots the owner could use now, counting those never used.
    pub(crate) fn usable(&self) -> usize {
        // ORDERING: Relaxed; an estimate.
        let free: u32 = (0..WORDS).map(|word| self.free_bits(word, Ordering::Relaxed)).sum();
        free as usize + self.slots - self.ready_slots()
    }

    /// True when no slot is in use; the caller is the owner, or there is none any more.
    pub(crate) fn is_unused(&self) -> bool {
        let ready = |word: usize| self.ready_slots().saturating_sub(word * 64).min(64);
        // ORDERING: Acquire; pairs with the Release in `give_back`: the page is freed after all
        // that was done to its slots.
        let order = mutant!("slab.unused_relaxed", Ordering::Acquire => Ordering::Relaxed);
        (0..WORDS).all(|word| self.free_bits(word, order) as usize == ready(word))
    }

    fn free_bits(&self, word: usize, ordering: Ordering) -> u32 {
        // ORDERING: the caller's, who says why.
        (self.free[word].get() | self.given_back[word].load(ordering)).count_ones()
    }

    /// Frees the page and its counts (I4).
    ///
    /// # Safety
    ///
    /// - The caller has the page alone, and no slot is in use.
    pub(crate) unsafe fn free_memory(page: *const Page) {
        // SAFETY: bullet 1.
        let header = unsafe { &*page };
        let (owner, drop_owner) = (header.owner, header.drop_owner);
        header.used.with_mut(|_| ());
        // SAFETY: I4: the page's own count, given back once.
        let chunk = unsafe { Arc::from_raw(header.chunk) };
        // SAFETY: bullet 1: nobody reads the page any more.
        unsafe { chunk.discard(NonNull::from(header).cast()) };
        if mutant!("slab.keeps_its_chunk") {
            std::mem::forget(chunk);
        }
        if mutant!("slab.keeps_its_owner") {
            return;
        }
        // SAFETY: I4: the page's own count, given back once.
        unsafe { drop_owner(owner) };
    }
}

/// # Safety
///
/// - `raw` came from `Arc::<O>::into_raw`, and that count is given back once.
unsafe fn drop_arc<O>(raw: *const ()) {
    // SAFETY: bullet 1.
    drop(unsafe { Arc::from_raw(raw.cast::<O>()) });
}
