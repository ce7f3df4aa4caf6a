//! The injector: the queue that any thread may push to and any worker takes from in batches.
//!
//! # Protocol
//!
//! Pushers put whole chains onto a stack with one exchange. A taker, under a short lock, swaps the
//! stack out, turns it round behind the older nodes in its list, and takes its share from the
//! front. So the order is first in, first out, and a push never waits.
//!
//! Closing swaps the stack for a mark that no push gets past: a push before it is drained by the
//! closer, a push after it gets its chain back.
//!
//! # Invariants
//!
//! - I1: a node is linked into the stack or the list at most once; its `next` is this queue's until
//!   it is handed out.
//! - I2: `listed` is the length of the list whenever the lock is free.
//! - I3: once the stack is CLOSED it stays so.
//!
//! Models: `the_injector_hands_out_each_task_once`, `a_closed_injector_gives_the_task_back`.
//! Proptest: `tests/prop/injector.rs`.

use std::fmt;
use std::ptr;

use rt_primitive::CachePadded;
use rt_primitive::atomic::{AtomicPtr, AtomicUsize, Ordering};
use rt_primitive::sync::Mutex;
use rt_primitive::{mutant, perturb};

use crate::queue::{Chain, Linked};

/// The stack's head once the injector is closed: an address that no node has.
const CLOSED: *mut () = ptr::without_provenance_mut(1);

/// A first-in first-out queue with many pushers and takers.
pub(crate) struct Injector<T> {
    // [A] Newest node, null, or CLOSED.
    stack: CachePadded<AtomicPtr<()>>,
    // [A] Written under the lock (I2).
    listed: CachePadded<AtomicUsize>,
    // [L]
    list: Mutex<Option<Chain<T>>>,
}

impl<T: Linked> Injector<T> {
    pub(crate) fn new() -> Injector<T> {
        Injector {
            stack: CachePadded::new(AtomicPtr::new(ptr::null_mut())),
            listed: CachePadded::new(AtomicUsize::new(0)),
            list: Mutex::new(None),
        }
    }

    /// Adds a chain; the caller then fences and looks for a sleeper to wake.
    ///
    /// # Errors
    ///
    /// The chain itself, oldest first, once the injector is closed.
    pub(crate) fn push(&self, chain: Chain<T>) -> Result<(), Chain<T>> {
        // The stack has the newest on top, so the chain goes in back to front.
        let oldest = chain.first;
        let newest = reverse(chain);
        // ORDERING: Relaxed; the exchange below decides.
        let mut head = self.stack.load(Ordering::Relaxed);
        loop {
            if head == CLOSED {
                let last = Chain { first: newest, last: oldest, len: chain.len };
                oldest.set_next(None);
                let first = reverse(last);
                return Err(Chain { first, last: newest, len: chain.len });
            }
            // SAFETY: I1: neither null nor CLOSED, so it is a node.
            oldest.set_next((!head.is_null()).then(|| unsafe { T::from_raw(head) }));
            perturb!();
            let order = mutant!("injector.push_relaxed", Ordering::Release => Ordering::Relaxed);
            // ORDERING: Release; pairs with the Acquire of the taker's swap, which sees the chain's
            // content and links, and those of earlier pushes: this exchange continues their release
            // sequence. Relaxed on failure; the next round decides.
            match self.stack.compare_exchange_weak(head, newest.as_raw(), order, Ordering::Relaxed)
            {
                Ok(_) => return Ok(()),
                Err(found) => head = found,
            }
        }
    }

    /// Takes up to `max` of the oldest nodes, and no more than a fair share among `takers`.
    ///
    /// The second value is true when nodes were left behind: then the caller fences and looks for a
    /// sleeper, which may have gone to sleep while they were in neither place.
    pub(crate) fn take(&self, takers: usize, max: usize) -> (Option<Chain<T>>, bool) {
        if self.is_empty() {
            return (None, false);
        }
        let mut list = self.list.lock();
        if let Some(newer) = self.unstack(ptr::null_mut()) {
            append(&mut list, newer);
        }
        perturb!();
        let len = list.map_or(0, |list| list.len);
        let share = (len / takers + 1).min(max).min(len);
        let taken = split(&mut list, share);
        // ORDERING: Relaxed; the lock publishes the list. Who reads an old value here while the
        // stack is empty already is woken by the caller, if nodes were left behind.
        self.listed.store(len - share, Ordering::Relaxed);
        perturb!();
        (taken, len > share)
    }

    /// Refuses pushes from now on, and takes all that is left.
    pub(crate) fn close(&self) -> Option<Chain<T>> {
        let mut list = self.list.lock();
        let mark = mutant!("injector.close_leaves_open", CLOSED => ptr::null_mut());
        if let Some(newer) = self.unstack(mark) {
            append(&mut list, newer);
        }
        // ORDERING: Relaxed; as in `take`.
        self.listed.store(0, Ordering::Relaxed);
        list.take()
    }

    /// True when there is nothing to take; exact after a fence that pairs with the pusher's.
    pub(crate) fn is_empty(&self) -> bool {
        // ORDERING: Relaxed; the caller's fence makes it exact, and nothing is read through it.
        let stack = self.stack.load(Ordering::Relaxed);
        // ORDERING: Relaxed; as above.
        (stack.is_null() || stack == CLOSED) && self.listed.load(Ordering::Relaxed) == 0
    }

    /// Nodes taken from the stack but not yet handed out: a lower bound of the length.
    pub(crate) fn listed(&self) -> usize {
        // ORDERING: Relaxed; a statistic.
        self.listed.load(Ordering::Relaxed)
    }

    /// Swaps the stack for `mark` and turns it into a chain, oldest first.
    fn unstack(&self, mark: *mut ()) -> Option<Chain<T>> {
        // ORDERING: Relaxed; a look before the exchange, which decides.
        if self.stack.load(Ordering::Relaxed) == CLOSED {
            return None;
        }
        // ORDERING: Acquire; pairs with the Release of each push: the content and links are
        // visible.
        let head = self.stack.swap(mark, Ordering::Acquire);
        if head.is_null() {
            return None;
        }
        // SAFETY: I1: neither null nor CLOSED (I3, under the lock), so it is a node.
        let newest = unsafe { T::from_raw(head) };
        let mut len = 1;
        let mut oldest = newest;
        while let Some(older) = oldest.next() {
            oldest = older;
            len += 1;
        }
        reverse(Chain { first: newest, last: oldest, len });
        Some(Chain { first: oldest, last: newest, len })
    }
}

impl<T> fmt::Debug for Injector<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Injector").finish_non_exhaustive()
    }
}

/// Turns the links round; the old last node is the new first, and is given back.
fn reverse<T: Linked>(chain: Chain<T>) -> T {
    let mut done = None;
    let mut node = chain.first;
    for _ in 1..chain.len {
        let next = node.next().expect("I1: a chain has as many nodes as it says");
        node.set_next(done);
        done = Some(node);
        node = next;
    }
    node.set_next(done);
    node
}

/// Puts `newer` behind what is in `list`.
fn append<T: Linked>(list: &mut Option<Chain<T>>, newer: Chain<T>) {
    *list = Some(match list.take() {
        None => newer,
        Some(older) => {
            older.last.set_next(Some(newer.first));
            Chain { first: older.first, last: newer.last, len: older.len + newer.len }
        }
    });
}

/// Takes the first `n` nodes off `list`.
fn split<T: Linked>(list: &mut Option<Chain<T>>, n: usize) -> Option<Chain<T>> {
    let whole = (*list)?;
    if n == whole.len {
        return list.take();
    }
    let mut last = whole.first;
    for _ in 1..n {
        last = last.next().expect("I1: a chain has as many nodes as it says");
    }
    let rest = last.next().expect("I1: a chain has as many nodes as it says");
    last.set_next(None);
    *list = Some(Chain { first: rest, last: whole.last, len: whole.len - n });
    Some(Chain { first: whole.first, last, len: n })
}
