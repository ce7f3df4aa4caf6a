//! The part of a waiter that its queue links and serves.
//!
//! # Protocol
//!
//! A node is at rest, queued, or served; `stage` says which. Its owner, who has the waiting future,
//! queues it and may take it back. Whoever has something to give serves it: takes it out of the
//! queue, leaves in its payload what it gets, takes its waker, and stores `SERVED` last of all.
//! Queueing, taking back and serving happen under the lock of the queue. The owner may read a
//! `stage` that is out of date, so it looks again under the lock.
//!
//! # Invariants
//!
//! - I1: while `stage` is `QUEUED`, `content` is touched only under the lock of the queue. While it
//!   is not, `content` is touched only by the owner, who has the waiter to itself.
//! - I2: `stage` comes to `QUEUED` and leaves it only under that lock. Who serves a node touches it
//!   for the last time when it stores `SERVED`.
//! - I3: a node is linked in exactly the queue that its waiter names while `stage` is `QUEUED`, and
//!   then has a waker; else it is linked nowhere.
//! - I4: a queued node is pinned, and the drop of its waiter takes it out, so no link dangles.
//! - I5: a [`NodeRef`] is used only while its node is queued, by who holds the lock.
//!
//! Model: `a_hand_over_meets_a_drop`

use rt_primitive::atomic::{AtomicU8, Ordering};
use rt_primitive::cell::UnsafeCell;
use rt_primitive::mutant;
use std::marker::PhantomPinned;
use std::mem;
use std::ptr::NonNull;
use std::task::Waker;

/// Where a waiter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Not in its queue: it never was, or was taken back, or what it got was taken.
    Rest,
    /// In its queue a moment ago.
    Queued,
    /// Out of its queue, with what it got in its payload.
    Served,
}

const REST: u8 = 0;
const QUEUED: u8 = 1;
const SERVED: u8 = 2;

/// A place in a queue.
pub(super) struct Node<P> {
    // [A] `REST`, `QUEUED` or `SERVED` (I2).
    stage: AtomicU8,
    // [L] What the queue needs (I1).
    content: UnsafeCell<Content<P>>,
    // [C] Takes `Unpin` away (I4).
    _pinned: PhantomPinned,
}

/// The part of a node that the lock of its queue guards.
pub(super) struct Content<P> {
    pub(super) payload: Option<P>,
    pub(super) waker: Option<Waker>,
    /// Its number: each queued node has a greater one than those queued before.
    pub(super) ticket: u64,
    pub(super) previous: Option<NodeRef<P>>,
    pub(super) next: Option<NodeRef<P>>,
}

/// A name for a node, for those who hold the lock of its queue (I5).
pub(super) struct NodeRef<P>(NonNull<Node<P>>);

// SAFETY: I1: `content` is touched by one thread at a time, and what it holds may be sent: the
// payload, a waker, and links that are used under the same rule.
unsafe impl<P: Send> Send for Node<P> {}
// SAFETY: I1: a shared reference gives access to `content` only under the lock.
unsafe impl<P: Send> Sync for Node<P> {}
// SAFETY: I5: a thread can use it only with the lock, and the node is Sync.
unsafe impl<P: Send> Send for NodeRef<P> {}

impl<P> Node<P> {
    /// A node at rest.
    #[inline]
    pub(super) fn new() -> Self {
        let content = Content { payload: None, waker: None, ticket: 0, previous: None, next: None };
        Node {
            stage: AtomicU8::new(REST),
            content: UnsafeCell::new(content),
            _pinned: PhantomPinned,
        }
    }

    /// Where the node stands. For the owner: what is not queued stays so until the owner acts (I2).
    #[inline]
    pub(super) fn stage(&self) -> Stage {
        // ORDERING: Acquire; pairs with Release in `leave`; what was done to `content` before the
        // node left its queue is visible to the owner, who may now touch it.
        match self.stage.load(Ordering::Acquire) {
            REST => Stage::Rest,
            QUEUED => Stage::Queued,
            _ => Stage::Served,
        }
    }

    /// True when the node is in its queue. The caller holds the lock of that queue.
    pub(super) fn is_queued(&self) -> bool {
        // ORDERING: Relaxed; it leaves `QUEUED` only under the lock that the caller holds (I2).
        self.stage.load(Ordering::Relaxed) == QUEUED
    }

    /// Notes that the node was put into its queue. The caller holds the lock of that queue.
    pub(super) fn enter(&self) {
        // ORDERING: Relaxed; who reads this takes the lock before it touches `content`.
        self.stage.store(QUEUED, Ordering::Relaxed);
    }

    /// Notes that the node was taken out of its queue. The caller holds the lock of that queue, and
    /// touches the node no more unless it is the owner.
    pub(super) fn leave(&self, to: Stage) {
        let stage = if to == Stage::Served { SERVED } else { REST };
        let order = mutant!("waiters.leave_relaxed", Ordering::Release => Ordering::Relaxed);
        // ORDERING: Release; pairs with Acquire in `stage`; what was done to `content` is visible
        // with the new stage.
        self.stage.store(stage, order);
    }

    /// Notes that the owner has taken what the node got.
    pub(super) fn rest(&mut self) {
        // ORDERING: Relaxed; the owner alone reads it until it queues the node again.
        self.stage.store(REST, Ordering::Relaxed);
    }

    /// What the queue needs, for the owner of a node that is not queued.
    pub(super) fn content(&mut self) -> &mut Content<P> {
        assert!(self.stage() != Stage::Queued, "I1: a queued node is touched under the lock");
        self.content.with_mut(|content| {
            // SAFETY: I1: not queued, as asserted, and `&mut self` keeps everybody else away.
            unsafe { &mut *content }
        })
    }
}

impl<P> Drop for Node<P> {
    /// Lets a model see a thread that still touches the node, which is freed next.
    fn drop(&mut self) {
        assert!(!self.is_queued(), "I4: the waiter took its node out");
        self.content.with_mut(|_| ());
    }
}

impl<P> NodeRef<P> {
    /// A name for `node`.
    ///
    /// # Safety
    ///
    /// - `node` is neither moved nor dropped while the name is in a queue.
    /// - The name is used only while the lock of the queue that `node` is in, or is being put into,
    ///   is held.
    pub(super) unsafe fn new(node: &Node<P>) -> Self {
        NodeRef(NonNull::from(node))
    }

    /// The node.
    pub(super) fn node(&self) -> &Node<P> {
        // SAFETY: I5: the node is queued, so it lives (I4).
        unsafe { self.0.as_ref() }
    }

    /// Calls `f` with what the lock guards. Never nested for one node.
    pub(super) fn with<R>(self, f: impl FnOnce(&mut Content<P>) -> R) -> R {
        self.node().content.with_mut(|content| {
            // SAFETY: I1: the caller holds the lock (I5), and no call is made within another.
            f(unsafe { &mut *content })
        })
    }

    /// Ends the wait of a node that was just taken out of its queue; returns whom to wake.
    pub(super) fn serve(self) -> Waker {
        if mutant!("waiters.serve_too_early") {
            self.node().leave(Stage::Served);
        }
        let waker = self.with(|content| mem::take(&mut content.waker));
        self.node().leave(Stage::Served);
        waker.expect("I3: a queued node has a waker")
    }
}

impl<P> Clone for NodeRef<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for NodeRef<P> {}

impl<P> PartialEq for NodeRef<P> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
