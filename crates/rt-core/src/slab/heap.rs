//! A heap: the pages one thread at a time allocates tasks from.
//!
//! # Protocol
//!
//! The owner takes a slot from the stack of those it freed last, or a bit of the word in hand. When
//! both are used up it takes another word of the page in hand, then of the next page in the ring
//! that has enough to offer, then of a new page. Other threads never touch a heap: they give slots
//! back to the page (`page.rs`), where the owner finds them with the next word it takes.
//!
//! Nothing tells that a page has fallen empty: a free is one bit and must not cost more. So the
//! owner looks for such pages now and then, and gives them back to the system but for a few.
//!
//! # Invariants
//!
//! - I1: one thread at a time owns the heap: it alone calls anything but `walk` and
//!   `for_each_slot`. The heap stays where it is while it has pages.
//! - I2: who takes pages out of `pages`, in `return_unused` or `release_pages`, has the lock
//!   `walks`. A walker has it too; or it is the owner; or it is one of those that `release_pages`
//!   comes after, and `return_unused` is kept out by `keep_pages`, or by what its caller looks at.
//! - I3: what is on a stack is a free slot of this heap; bits in hand are free slots of a word of
//!   the page in hand.
//!
//! Models: `a_slot_freed_elsewhere_is_reused_once`, `a_walk_meets_the_shutdown`,
//! `a_walk_meets_a_return`, `a_return_meets_who_ends_the_tasks`.
//! Proptest: `tests/prop/slab.rs`.

use std::cell::Cell;
use std::fmt;
use std::ptr::{self, NonNull};

use rt_primitive::atomic::{AtomicPtr, Ordering};
use rt_primitive::cell::UnsafeCell;
use rt_primitive::sync::{Arc, Mutex};
use rt_primitive::{MODEL, Tally, mutant};

use crate::slab::chunk::Supply;
use crate::slab::class::{CLASSES, class_of};
use crate::slab::orphans;
use crate::slab::page::{Page, Place, WORDS};

/// Slots the owner freed last, reused first while they are warm. Few in a model, whose threads have
/// small stacks, on which an executor is made.
const STACK: usize = if MODEL { 8 } else { 32 };

/// A page with fewer than one usable slot in this many is passed over: it would cost a scan a
/// handful.
const NEARLY_FULL: usize = 8;

/// Pages looked at before a new one is made.
const PAGES_LOOKED_AT: usize = 64;

/// Pages without a slot in use that a heap keeps for the tasks to come.
pub(crate) const UNUSED_KEPT: usize = if MODEL { 0 } else { 4 };

/// Where the owner allocates slots of one size.
struct ClassHeap {
    // [O] The page in hand, or null.
    page: Cell<*const Page>,
    // [O] The word in hand.
    word: Cell<usize>,
    // [O] Its free slots not handed out yet (I3).
    bits: Cell<u64>,
    // [O] How much of `stack` is in use.
    stacked: Cell<usize>,
    // [O] The slots freed last, the latest on top (I3).
    stack: [Cell<*mut ()>; STACK],
}

/// The pages one thread at a time allocates from.
pub(crate) struct Heap {
    // [C] Makes a fresh slot's state word.
    vacate: unsafe fn(NonNull<()>),
    // [O] Where slots of each size come from.
    classes: [ClassHeap; CLASSES],
    // [O] Where pages come from.
    supply: Supply,
    // [O] Frees for a page of another heap, not given back yet.
    pending: Cell<Option<(&'static Page, Place)>>,
    // [A] The newest page; written by the owner (I2).
    pages: AtomicPtr<Page>,
    // [O] How many pages there are; read by anybody.
    page_count: Tally,
    // [L] Held by who walks, and by who takes pages away; true once none are returned (I2).
    walks: Mutex<bool>,
    // [L] Nothing: it tells the model checker who walks, and who takes the pages away.
    walked: UnsafeCell<()>,
}

// SAFETY: I1: the owner's fields are used by one thread at a time; who passes the heap on does it
// under a lock or through a claim.
unsafe impl Sync for Heap {}
// SAFETY: as above.
unsafe impl Send for Heap {}

impl Heap {
    /// A heap without pages; `vacate` writes the state word of a fresh slot.
    pub(crate) fn new(vacate: unsafe fn(NonNull<()>)) -> Heap {
        Heap {
            vacate,
            classes: std::array::from_fn(|_| ClassHeap {
                page: Cell::new(ptr::null()),
                word: Cell::new(0),
                bits: Cell::new(0),
                stacked: Cell::new(0),
                stack: [const { Cell::new(ptr::null_mut()) }; STACK],
            }),
            supply: Supply::new(),
            pending: Cell::new(None),
            pages: AtomicPtr::new(ptr::null_mut()),
            page_count: Tally::new(),
            walks: Mutex::new(false),
            walked: UnsafeCell::new(()),
        }
    }

    /// A slot of at least `bytes`, in a page that keeps `owner` alive.
    #[inline]
    pub(crate) fn allocate<O>(&self, bytes: usize, owner: &Arc<O>) -> NonNull<()> {
        let class = &self.classes[class_of(bytes)];
        let stacked = class.stacked.get();
        if stacked > 0 {
            class.stacked.set(stacked - 1);
            let slot = class.stack[stacked - 1].get();
            // SAFETY: I3: what is on the stack is a slot, which is never null.
            return unsafe { NonNull::new_unchecked(slot) };
        }
        if class.bits.get() == 0 {
            self.refill(class, class_of(bytes), owner);
        }
        let bits = class.bits.get();
        class.bits.set(bits & (bits - 1));
        // SAFETY: I3 and I2: the bits in hand are those of a page in hand, which stays.
        let page = unsafe { &*class.page.get() };
        page.slot(class.word.get() * 64 + bits.trailing_zeros() as usize)
    }

    /// Takes the free slots of another word in hand: of this page, of another, of a new one.
    #[cold]
    fn refill<O>(&self, class: &ClassHeap, number: usize, owner: &Arc<O>) {
        let mut word = class.word.get() + 1;
        loop {
            // SAFETY: pages stay while the heap is in use (I2).
            let Some(page) = (unsafe { class.page.get().as_ref() }) else {
                self.add_page(class, number, owner);
                word = 0;
                continue;
            };
            while word < WORDS {
                let bits = page.take_word(word);
                if bits != 0 {
                    class.word.set(word);
                    class.bits.set(bits);
                    return;
                }
                word += 1;
            }
            match next_usable(page) {
                Some(next) => class.page.set(next),
                None => self.add_page(class, number, owner),
            }
            word = 0;
        }
    }

    /// Puts a new page in hand and into the ring of its class.
    fn add_page<O>(&self, class: &ClassHeap, number: usize, owner: &Arc<O>) {
        // ORDERING: Relaxed; only the owner writes it.
        let older = self.pages.load(Ordering::Relaxed);
        let memory = self.supply.cut(self.page_count());
        let page = Page::new(memory, self, number, owner.clone(), self.vacate, older);
        class.add_to_ring(page);
        class.page.set(page);
        self.page_count.add(1);
        // ORDERING: Release; pairs with the Acquire in `for_each_slot`: the walker reads the
        // header.
        self.pages.store(ptr::from_ref(page).cast_mut(), Ordering::Release);
    }

    /// Frees a slot, as the owner of this heap; the slot may be another heap's.
    #[inline]
    pub(crate) fn free(&self, page: &'static Page, slot: NonNull<()>) {
        if page.is_of(self) {
            let class = &self.classes[page.class];
            let stacked = class.stacked.get();
            if stacked < STACK {
                class.stack[stacked].set(slot.as_ptr());
                class.stacked.set(stacked + 1);
            } else {
                let place = page.place_of(slot);
                page.free[place.word].set(page.free[place.word].get() | place.mask);
            }
            return;
        }
        let place = page.place_of(slot);
        match self.pending.get() {
            Some((same, pending)) if ptr::eq(same, page) && pending.word == place.word => {
                let mask = pending.mask | place.mask;
                self.pending.set(Some((page, Place { word: place.word, mask })));
            }
            _ => {
                self.give_back_pending();
                self.pending.set(Some((page, place)));
            }
        }
    }

    /// Gives back the frees that were kept to be given back together; before the owner parks.
    pub(crate) fn give_back_pending(&self) {
        if let Some((page, place)) = self.pending.take() {
            page.give_back(place);
        }
    }

    /// Calls `f` with every slot that has a state word; any thread, at any time.
    pub(crate) fn walk(&self, f: impl FnMut(NonNull<()>)) {
        let _walk = self.walks.lock();
        self.for_each_slot(f);
    }

    /// The same without the lock, for the owner, or a thread that `release_pages` comes after (I2).
    pub(crate) fn for_each_slot(&self, mut f: impl FnMut(NonNull<()>)) {
        self.walked.with(|_| {
            // ORDERING: Acquire; pairs with the Release in `add_page`.
            let mut page: *const Page = self.pages.load(Ordering::Acquire);
            // SAFETY: I2: a page in the list stays.
            while let Some(this) = unsafe { page.as_ref() } {
                (0..this.ready_slots()).for_each(|number| f(this.slot(number)));
                page = this.older.get();
            }
        });
    }

    /// How many pages there are, or were a moment ago; any thread.
    pub(crate) fn page_count(&self) -> usize {
        self.page_count.get() as usize
    }

    /// No page is returned any more before `release_pages`: others are going to walk without the
    /// lock. Any thread.
    pub(crate) fn keep_pages(&self) {
        if !mutant!("slab.keep_no_pages") {
            *self.walks.lock() = true;
        }
    }

    /// Frees pages without a slot in use, but for a few and at most `max` of them; the owner calls
    /// it now and then. Gives their number.
    pub(crate) fn return_unused(&self, max: usize) -> usize {
        let walks = (!mutant!("slab.return_unlocked")).then(|| self.walks.lock());
        if walks.as_deref() == Some(&true) {
            return 0;
        }
        self.classes.iter().for_each(|class| self.put_back(class));
        self.walked.with_mut(|_| ());
        // ORDERING: Relaxed; only the owner writes it, and walkers are kept out.
        let mut page: *const Page = self.pages.load(Ordering::Relaxed);
        let (mut unused, mut last_kept): (usize, Option<&Page>) = (0, None);
        // SAFETY: I2: a page in the list stays until it is freed below.
        while let Some(this) = unsafe { page.as_ref() } {
            page = this.older.get();
            if this.is_unused() || mutant!("slab.return_in_use") {
                unused += 1;
                if (UNUSED_KEPT + 1..=UNUSED_KEPT + max).contains(&unused) {
                    // SAFETY: the only owner looks, and nobody holds a slot of it (`page.rs` I4).
                    unsafe { Page::free_memory(this) };
                    continue;
                }
            }
            match last_kept {
                Some(last) => last.older.set(this),
                // ORDERING: Relaxed; walkers are kept out, and the lock tells the next.
                None => self.pages.store(ptr::from_ref(this).cast_mut(), Ordering::Relaxed),
            }
            last_kept = Some(this);
            self.classes[this.class].add_to_ring(this);
        }
        match last_kept {
            Some(last) => last.older.set(ptr::null()),
            // ORDERING: Relaxed; as above.
            None => self.pages.store(ptr::null_mut(), Ordering::Relaxed),
        }
        let returned = unused.saturating_sub(UNUSED_KEPT).min(max);
        self.page_count.set(self.page_count.get() - returned as u64);
        returned
    }

    /// Frees every page; those with slots in use when the last of these is freed. The owner calls
    /// it, after which nobody allocates here any more, and walkers find nothing.
    pub(crate) fn release_pages(&self) {
        self.give_back_pending();
        self.classes.iter().for_each(|class| self.put_back(class));
        let walks = (!mutant!("slab.release_unlocked")).then(|| self.walks.lock());
        self.walked.with_mut(|_| ());
        // ORDERING: Relaxed; only the owner writes it, and walkers are kept out.
        let mut page: *const Page = self.pages.load(Ordering::Relaxed);
        // ORDERING: Relaxed; as above.
        self.pages.store(ptr::null_mut(), Ordering::Relaxed);
        self.page_count.set(0);
        // SAFETY: I2: a page in the list stays until it is freed or adopted below.
        while let Some(this) = unsafe { page.as_ref() } {
            page = this.older.get();
            orphans::free_or_adopt(this);
        }
        drop(walks);
        self.supply.end();
        orphans::sweep();
    }

    /// Turns the slots in hand and on the stack back into bits, and takes no page in hand.
    fn put_back(&self, class: &ClassHeap) {
        // SAFETY: pages stay while the heap is in use (I2).
        if let Some(page) = unsafe { class.page.get().as_ref() } {
            let word = &page.free[class.word.get()];
            word.set(word.get() | class.bits.replace(0));
        }
        for slot in &class.stack[..class.stacked.replace(0)] {
            let slot = NonNull::new(slot.get()).expect("`free` stacks slots");
            let page = Page::of(slot);
            let place = page.place_of(slot);
            page.free[place.word].set(page.free[place.word].get() | place.mask);
        }
        class.page.set(ptr::null());
        class.word.set(0);
    }
}

impl fmt::Debug for Heap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Heap").finish_non_exhaustive()
    }
}

impl ClassHeap {
    /// Puts a page behind the one in hand, or in hand.
    fn add_to_ring(&self, page: &Page) {
        // SAFETY: pages stay while the heap is in use (`heap.rs` I2).
        match unsafe { self.page.get().as_ref() } {
            Some(last) => page.ring.set(last.ring.replace(page)),
            None => {
                page.ring.set(page);
                self.page.set(page);
            }
        }
    }
}

/// The next page of the ring that is worth a scan.
fn next_usable(page: &Page) -> Option<&Page> {
    let mut next = page;
    for _ in 0..PAGES_LOOKED_AT {
        // SAFETY: the ring links pages of one heap, which stay while it is in use (`heap.rs` I2).
        next = unsafe { &*next.ring.get() };
        if next.usable() * NEARLY_FULL >= next.slots {
            return Some(next);
        }
        if ptr::eq(next, page) {
            return None;
        }
    }
    None
}
