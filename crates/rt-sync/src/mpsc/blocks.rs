//! The slots of a channel, in a list of blocks that grows at one end and is used up at the other.
//!
//! # Protocol
//!
//! Senders claim positions in the tail word; whoever claims the first of a block does so under the
//! lock of `growth`, and first makes the block, unless the receiver has made it to wait there. So
//! while the tail is within a block, `last` is that block, and a sender that read `last` between a
//! look at the tail and its claim of the same position has the right one.
//!
//! A slot is empty, waited for, or ready. Who claimed it writes the value and swaps `READY` in; if
//! the receiver waited there, it is to be woken. The receiver empties the slot. Once it has left
//! the last slot of a block, nobody else is in that block: the receiver gives it back, for later.
//!
//! # Invariants
//!
//! - I1: a slot's value belongs to who claimed its position until `READY`, then to the receiver.
//! - I2: a block lives until the receiver leaves it for the next one; it does so only when each of
//!   its slots was published and emptied. `first` and `last` are never null.
//! - I3: `first` is the receiver's alone; `last` and `next` are written under the lock of `growth`.
//! - I4: the blocks from `first` on are linked by `next`, up to `last`, and each starts where the
//!   one before ends.
//!
//! Model: `a_block_ends_under_two_senders`

use super::tail::Position;
use rt_primitive::MODEL;
use rt_primitive::atomic::{AtomicPtr, AtomicU8, AtomicU64, Ordering};
use rt_primitive::cell::UnsafeCell;
use rt_primitive::mutant;
use rt_primitive::sync::{Mutex, MutexGuard};
use std::mem::{self, MaybeUninit};
use std::ptr;

const EMPTY: u8 = 0;
/// Empty, and the receiver waits for it.
const WAITING: u8 = 1;
const READY: u8 = 2;

/// A place for one value.
pub(super) struct Slot<T> {
    // [A] `EMPTY`, `WAITING` or `READY`.
    state: AtomicU8,
    // [O] See I1.
    value: UnsafeCell<MaybeUninit<T>>,
}

// SAFETY: I1: the value is reached by one thread at a time, so `T: Send` is enough.
unsafe impl<T: Send> Sync for Slot<T> {}

/// Some slots in a row.
pub(super) struct Block<T> {
    // [O] The number of the first slot. Written before the block is linked.
    start: AtomicU64,
    // [A] The block after this one, or null (I3).
    next: AtomicPtr<Block<T>>,
    // [C]
    slots: Box<[Slot<T>]>,
}

/// See the head of the file.
pub(super) struct Blocks<T> {
    // [O] The block that the receiver is in (I3).
    first: AtomicPtr<Block<T>>,
    // [A] The block that senders are in (I3).
    last: AtomicPtr<Block<T>>,
    // [L] What it takes to add a block.
    growth: Mutex<Growth<T>>,
}

/// What the lock of [`Blocks`] guards.
pub(super) struct Growth<T> {
    /// Where the next block will start.
    next_start: Position,
    /// A block that was used up.
    spare: Option<Box<Block<T>>>,
}

/// How many slots a block has: some 4 KiB of them, and a power of two.
pub(super) const fn slots_in_block<T>() -> usize {
    if MODEL {
        return 2;
    }
    let fitting = 4096 / mem::size_of::<Slot<T>>();
    match fitting {
        32.. => 32,
        16.. => 16,
        8.. => 8,
        _ => 4,
    }
}

impl<T> Slot<T> {
    /// Publishes `value`; true if the receiver waited for it and is to be woken.
    ///
    /// # Safety
    ///
    /// - The caller has claimed the slot, and has not published yet.
    #[inline]
    pub(super) unsafe fn publish(&self, value: T) -> bool {
        self.value.with_mut(|slot| {
            // SAFETY: bullet 1, with I1: the value is the caller's.
            unsafe { slot.cast::<T>().write(value) };
        });
        let order = mutant!("mpsc.publish_relaxed", Ordering::AcqRel => Ordering::Relaxed);
        // ORDERING: AcqRel; Release pairs with Acquire in `take`, for the value; Acquire pairs with
        // `wait`, for the waker that the receiver has left.
        self.state.swap(READY, order) == WAITING
    }

    /// Takes the value out, if it is there.
    ///
    /// # Safety
    ///
    /// - The caller is the receiver, and this is the slot that it looks at.
    #[inline]
    pub(super) unsafe fn take(&self) -> Option<T> {
        let order = mutant!("mpsc.take_relaxed", Ordering::Acquire => Ordering::Relaxed);
        // ORDERING: Acquire; pairs with Release in `publish`; the value is visible.
        if self.state.load(order) != READY {
            return None;
        }
        let value = self.value.with(|slot| {
            // SAFETY: bullet 1, with I1: it is ready, and taken once, since the slot is emptied.
            unsafe { slot.cast::<T>().read() }
        });
        // ORDERING: Relaxed; who claims the slot next got its block through the lock of `growth`.
        self.state.store(EMPTY, Ordering::Relaxed);
        Some(value)
    }

    /// The receiver waits for this slot; false if it is ready.
    pub(super) fn wait(&self) -> bool {
        if mutant!("mpsc.wait_unsaid") {
            return true;
        }
        // ORDERING: Release pairs with Acquire in `publish`; the waker is in its cell before.
        // Relaxed on failure: `take` looks again.
        let waits =
            self.state.compare_exchange(EMPTY, WAITING, Ordering::Release, Ordering::Relaxed);
        !matches!(waits, Err(READY))
    }
}

impl<T> Block<T> {
    fn new() -> Box<Block<T>> {
        let empty =
            || Slot { state: AtomicU8::new(EMPTY), value: UnsafeCell::new(MaybeUninit::uninit()) };
        Box::new(Block {
            start: AtomicU64::new(0),
            next: AtomicPtr::new(ptr::null_mut()),
            slots: (0..slots_in_block::<T>()).map(|_| empty()).collect(),
        })
    }

    fn start(&self) -> Position {
        // ORDERING: Relaxed; written before the block was linked, and read by who got it by a link.
        Position::from_number(self.start.load(Ordering::Relaxed))
    }

    #[inline]
    pub(super) fn slot(&self, position: Position) -> &Slot<T> {
        // A power of two, and a divisor of the number of positions: no block wraps.
        &self.slots[position.number() as usize % slots_in_block::<T>()]
    }
}

impl<T> Blocks<T> {
    pub(super) fn new() -> Blocks<T> {
        let block = Box::into_raw(Block::new());
        let next_start = Position::FIRST.plus(slots_in_block::<T>());
        Blocks {
            first: AtomicPtr::new(block),
            last: AtomicPtr::new(block),
            growth: Mutex::new(Growth { next_start, spare: None }),
        }
    }

    /// The block that senders are in. It is followed only by who then claims a slot in it.
    #[inline]
    pub(super) fn last(&self) -> *const Block<T> {
        // ORDERING: Acquire; pairs with Release in `grow_to`; the block's slots are visible.
        self.last.load(Ordering::Acquire)
    }

    /// True when the block of `position` may have to be made first.
    #[inline]
    pub(super) fn is_at_edge(position: Position) -> bool {
        position.number() as usize % slots_in_block::<T>() == 0
    }

    /// Keeps others from adding blocks, and from claiming the first slot of one.
    pub(super) fn lock(&self) -> MutexGuard<'_, Growth<T>> {
        self.growth.lock()
    }

    /// Makes the block that starts at `position`, unless it is there. The caller has the lock, and
    /// has seen that all positions before are claimed, and this one is not.
    pub(super) fn grow_to(&self, position: Position, growth: &mut Growth<T>) {
        if growth.next_start != position {
            return;
        }
        growth.next_start = position.plus(slots_in_block::<T>());
        let block = growth.spare.take().unwrap_or_else(Block::new);
        // ORDERING: Relaxed; the block is linked below.
        block.start.store(position.number(), Ordering::Relaxed);
        // ORDERING: Relaxed; the block is linked below.
        block.next.store(ptr::null_mut(), Ordering::Relaxed);
        let block = Box::into_raw(block);
        // ORDERING: Relaxed; only who has the lock writes `last`.
        let before = self.last.load(Ordering::Relaxed);
        // ORDERING: Release; pairs with Acquire in `last`.
        self.last.store(block, Ordering::Release);
        // SAFETY: I2: the receiver cannot leave this block, since it has no next one yet.
        let before = unsafe { &*before };
        // ORDERING: Release; pairs with Acquire in `block_at`; the block is visible.
        before.next.store(block, Ordering::Release);
    }

    /// The block with the slot that the receiver looks at, if it was made.
    ///
    /// # Safety
    ///
    /// - The caller is the receiver, and `head` the slot that it looks at.
    #[inline]
    pub(super) unsafe fn block_at(&self, head: Position) -> Option<&Block<T>> {
        // ORDERING: Relaxed; only the receiver writes `first` (I3).
        let first = self.first.load(Ordering::Relaxed);
        // SAFETY: I2: the receiver has not left it.
        let block = unsafe { &*first };
        if head.since(block.start()) < slots_in_block::<T>() {
            return Some(block);
        }
        // ORDERING: Acquire; pairs with Release in `grow_to`; the block is visible.
        let next = block.next.load(Ordering::Acquire);
        if next.is_null() {
            return None;
        }
        // ORDERING: Relaxed; as above.
        self.first.store(next, Ordering::Relaxed);
        // SAFETY: I2: the receiver leaves it, all of its slots were emptied, and it has a next one,
        // so nobody else is in it; it was made from a box.
        let used_up = unsafe { Box::from_raw(first) };
        self.growth.lock().spare = Some(used_up);
        // SAFETY: I2: the receiver is in it now.
        Some(unsafe { &*next })
    }
}

impl<T> Drop for Blocks<T> {
    /// Frees the blocks. Values that are left were taken out by the channel.
    fn drop(&mut self) {
        // ORDERING: Relaxed; `&mut self`: nobody else is here.
        let mut block = self.first.load(Ordering::Relaxed);
        while !block.is_null() {
            // SAFETY: I2, I4: each block of the list was made from a box, and is freed once.
            let owned = unsafe { Box::from_raw(block) };
            // ORDERING: Relaxed; as above.
            block = owned.next.load(Ordering::Relaxed);
        }
    }
}
