//! A worker's deque: its owner pushes and pops, thieves take half from the other end.
//!
//! # Protocol
//!
//! The deque is crossbeam's (its twin under a model checker). A hint beside it says whether it may
//! hold anything, so that a thief passes an empty victim without a fence; the hint is only a hint,
//! and the last look before a worker sleeps does not use it.
//!
//! # Invariants
//!
//! - I1: one thread at a time has the `LocalQueue`; any thread may have the `Victim`.
//! - I2: at most LOCAL_CAPACITY nodes wait here: a push beyond that moves half to the injector.
//!
//! Model: `an_overflow_meets_a_thief`. Proptest: `tests/prop/local.rs`.

use std::cell::Cell;

use rt_primitive::CachePadded;
use rt_primitive::atomic::{AtomicBool, Ordering};
use rt_primitive::deque::{Steal, Stealer, Worker};
use rt_primitive::perturb;
use rt_primitive::sync::Arc;

use crate::config::LOCAL_CAPACITY;
use crate::queue::{Chain, Linked};

/// The owner's half.
pub(crate) struct LocalQueue<T> {
    // [O] The end that only its owner has (I1).
    deque: Worker<T>,
    // [O] At least the length; the length itself shrinks behind our back.
    len_max: Cell<usize>,
    // [O] What `hint` says.
    hinted: Cell<bool>,
    // [A] Whether the deque may hold anything; the owner writes it.
    hint: Arc<CachePadded<AtomicBool>>,
}

/// The thieves' half.
pub(crate) struct Victim<T> {
    // [A] The end that any thread may take from.
    stealer: Stealer<T>,
    // [A] The owner's `hint`.
    hint: Arc<CachePadded<AtomicBool>>,
}

/// A new deque, both halves.
pub(crate) fn local_queue<T: Linked>() -> (LocalQueue<T>, Victim<T>) {
    let deque = Worker::new_fifo();
    let stealer = deque.stealer();
    let hint = Arc::new(CachePadded::new(AtomicBool::new(false)));
    let owner =
        LocalQueue { deque, len_max: Cell::new(0), hinted: Cell::new(false), hint: hint.clone() };
    (owner, Victim { stealer, hint })
}

impl<T: Linked> LocalQueue<T> {
    /// Adds a node; `overflow` gets the older half first if the deque is full (I2).
    pub(crate) fn push(&self, node: T, overflow: impl FnOnce(Chain<T>)) {
        if self.len_max.get() >= LOCAL_CAPACITY {
            self.len_max.set(self.deque.len());
            if self.len_max.get() >= LOCAL_CAPACITY {
                if let Some(half) = self.pop_chain(LOCAL_CAPACITY / 2) {
                    overflow(half);
                }
                self.len_max.set(self.deque.len());
            }
        }
        self.len_max.set(self.len_max.get() + 1);
        self.deque.push(node);
        perturb!();
        if !self.hinted.get() {
            self.set_hint(true);
        }
    }

    /// Takes the oldest node.
    pub(crate) fn pop(&self) -> Option<T> {
        if !self.hinted.get() {
            return None;
        }
        let node = self.deque.pop();
        if node.is_none() {
            self.len_max.set(0);
            perturb!();
            self.set_hint(false);
        }
        node
    }

    /// Takes up to `max` of the oldest nodes as one chain.
    pub(crate) fn pop_chain(&self, max: usize) -> Option<Chain<T>> {
        let mut chain = Chain::one(self.pop()?);
        while chain.len < max {
            let Some(node) = self.pop() else { break };
            chain.push(node);
        }
        Some(chain)
    }

    /// Nodes that may be pushed without an overflow; counted anew.
    pub(crate) fn room(&self) -> usize {
        self.len_max.set(self.deque.len());
        LOCAL_CAPACITY - self.len_max.get().min(LOCAL_CAPACITY)
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.hinted.get() || self.deque.is_empty()
    }

    /// Takes about half of what `victim` has: one node to run, the rest into this deque.
    ///
    /// The second value is how many nodes moved, the one to run included, as far as other thieves
    /// did not take from this deque meanwhile.
    pub(crate) fn steal_from(&self, victim: &Victim<T>) -> Steal<(T, usize)> {
        let limit = (LOCAL_CAPACITY / 2).min(self.room()).max(1);
        let before = self.len_max.get();
        match victim.stealer.steal_batch_with_limit_and_pop(&self.deque, limit) {
            Steal::Success(node) => {
                perturb!();
                self.len_max.set(self.deque.len());
                if self.len_max.get() > 0 && !self.hinted.get() {
                    self.set_hint(true);
                }
                Steal::Success((node, 1 + self.len_max.get().saturating_sub(before)))
            }
            Steal::Empty => Steal::Empty,
            Steal::Retry => Steal::Retry,
        }
    }

    fn set_hint(&self, may_hold: bool) {
        self.hinted.set(may_hold);
        // ORDERING: Relaxed; a hint. Who must not miss a node looks at the deque after a fence.
        self.hint.store(may_hold, Ordering::Relaxed);
    }
}

impl<T: Linked> Victim<T> {
    /// Whether a theft is worth trying.
    pub(crate) fn looks_empty(&self) -> bool {
        // ORDERING: Relaxed; a hint, see `set_hint`.
        !self.hint.load(Ordering::Relaxed)
    }

    /// Takes the oldest node; any thread.
    pub(crate) fn steal(&self) -> Steal<T> {
        self.stealer.steal()
    }

    /// Exact after a fence that pairs with the pusher's.
    pub(crate) fn is_empty(&self) -> bool {
        self.stealer.is_empty()
    }

    /// A reading of the length, out of date as soon as it is made.
    pub(crate) fn len(&self) -> usize {
        self.stealer.len()
    }
}
