//! The slot for the task that a worker runs next: the first that its present poll made ready.
//!
//! # Protocol
//!
//! The owner puts, which it may do by a plain store, since an empty slot stays empty for others. It
//! takes by exchange, and so does a thief, which may empty the slot of a worker that is inside a
//! long poll. What a poll makes ready after the first goes to the deque, so tasks that are spawned
//! one after the other start in that order.
//!
//! # Invariants
//!
//! - I1: a node is in the slot at most once, and leaves it by one exchange only.
//! - I2: only the owner puts a node in.
//!
//! Model: `the_next_slot_gives_each_task_to_one_taker`.

use std::marker::PhantomData;
use std::ptr;

use rt_primitive::atomic::{AtomicPtr, Ordering};
use rt_primitive::{mutant, perturb};

use crate::queue::Linked;

/// A place for one node.
#[derive(Debug)]
pub(crate) struct NextSlot<T> {
    // [A] Null when empty.
    node: AtomicPtr<()>,
    // [C]
    kind: PhantomData<fn(T) -> T>,
}

impl<T: Linked> NextSlot<T> {
    pub(crate) fn new() -> NextSlot<T> {
        NextSlot { node: AtomicPtr::new(ptr::null_mut()), kind: PhantomData }
    }

    /// Puts `node` in, or gives it back if the slot is taken. Only the owner puts.
    pub(crate) fn put(&self, node: T) -> Result<(), T> {
        if !self.is_empty() {
            return Err(node);
        }
        // ORDERING: Release; pairs with the Acquire of a taker, which sees the node's content. A
        // plain store, since an empty slot stays empty until its owner puts something in (I2).
        let order = mutant!("next.store_relaxed", Ordering::Release => Ordering::Relaxed);
        self.node.store(node.as_raw(), order);
        perturb!();
        Ok(())
    }

    /// Takes what is in; any thread.
    pub(crate) fn take(&self) -> Option<T> {
        if self.is_empty() {
            return None;
        }
        if mutant!("next.take_by_load") {
            // ORDERING: Acquire; the seeded bug is that this is not an exchange.
            let node = self.node.load(Ordering::Acquire);
            perturb!();
            // ORDERING: Relaxed; nothing is published by emptying the slot.
            self.node.store(ptr::null_mut(), Ordering::Relaxed);
            return Self::node(node);
        }
        perturb!();
        // ORDERING: Acquire; pairs with the Release of `put`: the taker sees the node's
        // content.
        Self::node(self.node.swap(ptr::null_mut(), Ordering::Acquire))
    }

    /// A hint; exact for the owner, as far as thieves do not take at this moment.
    pub(crate) fn is_empty(&self) -> bool {
        // ORDERING: Relaxed; a hint, `take` decides.
        self.node.load(Ordering::Relaxed).is_null()
    }

    fn node(raw: *mut ()) -> Option<T> {
        // SAFETY: I1: what is not null came from `as_raw` in `put`.
        (!raw.is_null()).then(|| unsafe { T::from_raw(raw) })
    }
}
