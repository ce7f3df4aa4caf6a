//! Two heaps against a map of the slots in use.

use std::collections::{BTreeMap, BTreeSet};
use std::ptr::{self, NonNull};
use std::sync::{Mutex, PoisonError};

use proptest::collection::vec;
use proptest::prelude::*;
use rt_primitive::sync::Arc;

use crate::slab::class::{CLASS_BYTES, class_of};
use crate::slab::heap::UNUSED_KEPT;
use crate::slab::page::Page;
use crate::slab::{self, Heap, SLOT_ALIGN, SLOT_BYTES_MAX, orphans};

/// The orphans are the process's, and each case here counts them.
static CASES: Mutex<()> = Mutex::new(());

#[derive(Clone, Copy, Debug)]
enum Op {
    /// So many slots of so many bytes, from this heap.
    Allocate { heap: usize, len: usize, bytes: usize },
    /// The slot in use with this number, counted round and round.
    Free { number: usize, by: Freer },
    /// What this heap's owner keeps of the other's.
    GiveBack { heap: usize },
    /// At most so many unused pages of this heap are returned.
    Return { heap: usize, max: usize },
}

/// Which thread frees a slot.
#[derive(Clone, Copy, Debug)]
enum Freer {
    /// The owner of the slot's heap.
    Owner,
    /// The owner of the other heap.
    OtherOwner,
    /// One that owns no heap.
    Stranger,
}

fn any_op(bytes: impl Strategy<Value = usize>) -> impl Strategy<Value = Op> {
    let heap = || 0usize..2;
    let len = prop_oneof![3 => 1usize..4, 1 => 1usize..50];
    let by = prop_oneof![Just(Freer::Owner), Just(Freer::OtherOwner), Just(Freer::Stranger)];
    prop_oneof![
        2 => (heap(), len, bytes).prop_map(|(heap, len, bytes)| Op::Allocate { heap, len, bytes }),
        6 => (any::<usize>(), by).prop_map(|(number, by)| Op::Free { number, by }),
        1 => heap().prop_map(|heap| Op::GiveBack { heap }),
        1 => (heap(), 0usize..4).prop_map(|(heap, max)| Op::Return { heap, max }),
    ]
}

unsafe fn vacate(slot: NonNull<()>) {
    // SAFETY: a fresh slot is larger than a word, and nobody else's.
    unsafe { slot.cast::<usize>().write(0) };
}

/// A slot in use.
#[derive(Clone, Copy)]
struct Used {
    slot: NonNull<()>,
    heap: usize,
    bytes: usize,
}

struct Pair {
    heaps: [Heap; 2],
    owner: Arc<()>,
    /// By address.
    used: BTreeMap<usize, Used>,
}

impl Pair {
    fn new() -> Pair {
        let heaps = [Heap::new(vacate), Heap::new(vacate)];
        Pair { heaps, owner: Arc::new(()), used: BTreeMap::new() }
    }

    fn apply(&mut self, op: Op) {
        match op {
            Op::Allocate { heap, len, bytes } => {
                (0..len).for_each(|_| self.allocate(heap, bytes));
            }
            Op::Free { number, by } => self.free(number, by),
            Op::GiveBack { heap } => self.heaps[heap].give_back_pending(),
            Op::Return { heap, max } => self.return_unused(heap, max),
        }
    }

    /// A new slot lies beside those in use, not over them.
    fn allocate(&mut self, heap: usize, bytes: usize) {
        let slot = self.heaps[heap].allocate(bytes, &self.owner);
        let bytes = CLASS_BYTES[class_of(bytes)];
        let address = slot.addr().get();
        assert_eq!(address % SLOT_ALIGN, 0);
        let below = self.used.range(..=address).next_back();
        assert!(below.is_none_or(|(&start, below)| start + below.bytes <= address), "I2: twice");
        let above = self.used.range(address..).next();
        assert!(above.is_none_or(|(&start, _)| address + bytes <= start), "I2: overlap");
        self.used.insert(address, Used { slot, heap, bytes });
    }

    fn free(&mut self, number: usize, by: Freer) {
        if self.used.is_empty() {
            return;
        }
        let number = number % self.used.len();
        let address = *self.used.keys().nth(number).expect("fewer than there are");
        let used = self.used.remove(&address).expect("just found");
        let own: *const Heap = match by {
            Freer::Owner => &self.heaps[used.heap],
            Freer::OtherOwner => &self.heaps[1 - used.heap],
            Freer::Stranger => ptr::null(),
        };
        slab::replace_own_heap(own);
        // SAFETY: bullet 1 of `free`: the slot was in the map of those in use, and is not any more.
        unsafe { slab::free(used.slot) };
        slab::replace_own_heap(ptr::null());
    }

    /// Pages that are returned are gone from the list and the count, and one is left for each slot
    /// in use.
    fn return_unused(&self, heap: usize, max: usize) {
        let before = self.heaps[heap].page_count();
        let returned = self.heaps[heap].return_unused(max);
        assert!(returned <= max, "{returned} pages, {max} at most");
        let pages = self.pages(heap);
        assert_eq!(pages.len() + returned, before);
        assert_eq!(pages.len(), self.heaps[heap].page_count());
        let mut used = self.used.values().filter(|used| used.heap == heap);
        assert!(used.all(|used| pages.contains_key(&ptr::from_ref(Page::of(used.slot)).addr())));
    }

    /// A walk meets each slot in use once, and none twice.
    fn check_walk(&self) {
        for (number, heap) in self.heaps.iter().enumerate() {
            let mut met = BTreeSet::new();
            heap.for_each_slot(|slot| assert!(met.insert(slot.addr().get()), "met twice"));
            let mut used = self.used.iter().filter(|(_, used)| used.heap == number);
            assert!(used.all(|(address, _)| met.contains(address)), "I3: not met");
        }
    }

    /// How many slots each page of a heap has, by the page's address.
    fn pages(&self, heap: usize) -> BTreeMap<usize, usize> {
        let mut pages = BTreeMap::new();
        self.heaps[heap].for_each_slot(|slot| {
            let page = Page::of(slot);
            pages.insert(ptr::from_ref(page).addr(), page.slots);
        });
        pages
    }

    /// With nothing in use, no more pages stay than a heap keeps for the tasks to come.
    fn return_all(&mut self) {
        while !self.used.is_empty() {
            self.free(0, Freer::Stranger);
        }
        self.heaps.iter().for_each(Heap::give_back_pending);
        for heap in &self.heaps {
            heap.return_unused(usize::MAX / 2);
            assert!(heap.page_count() <= UNUSED_KEPT, "{} pages stay", heap.page_count());
        }
    }

    /// The heaps give up their pages while slots are in use; the last of these frees its page.
    fn release(mut self) {
        self.heaps.iter().for_each(Heap::release_pages);
        while !self.used.is_empty() {
            self.free(0, Freer::Stranger);
        }
        assert_eq!(orphans::sweep(), 0, "I4: a page without a slot in use was not freed");
        assert_eq!(Arc::strong_count(&self.owner), 1, "I4: a page's count was not given back");
    }
}

proptest! {
    #[test]
    fn a_slot_has_one_user_at_a_time(
        ops in vec(any_op(1..=SLOT_BYTES_MAX), 0..120),
    ) {
        let _alone = CASES.lock().unwrap_or_else(PoisonError::into_inner);
        let mut pair = Pair::new();
        for op in ops {
            pair.apply(op);
            pair.check_walk();
        }
        pair.release();
    }

    #[test]
    fn what_is_used_no_more_is_returned(ops in vec(any_op(1..=SLOT_BYTES_MAX), 0..120)) {
        let _alone = CASES.lock().unwrap_or_else(PoisonError::into_inner);
        let mut pair = Pair::new();
        for op in ops {
            pair.apply(op);
        }
        pair.return_all();
        pair.release();
    }

    #[test]
    fn freed_slots_are_reused_before_a_page_is_added(
        ops in prop_oneof![Just(64), Just(512), Just(SLOT_BYTES_MAX)]
            .prop_flat_map(|bytes| vec(any_op(Just(bytes)), 0..400)),
    ) {
        const USED_MAX: usize = 150;
        // What the other owner has freed and not given back: bits of one word.
        const PENDING_MAX: usize = 64;
        let _alone = CASES.lock().unwrap_or_else(PoisonError::into_inner);
        let mut pair = Pair::new();
        for mut op in ops {
            if let Op::Allocate { len, .. } = &mut op {
                *len = (*len).min(USED_MAX - pair.used.len());
            }
            pair.apply(op);
        }
        for heap in 0..2 {
            let pages = pair.pages(heap);
            // A page is added when each has less than one slot in eight to offer.
            let slots = pages.values().next().copied().unwrap_or(1);
            let pages_max = (USED_MAX + PENDING_MAX) / (slots - slots / 8) + 1;
            prop_assert!(pages.len() <= pages_max, "{} pages for {USED_MAX} slots", pages.len());
        }
        pair.release();
    }
}
