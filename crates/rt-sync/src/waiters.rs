//! The one queue on which all that waits in this crate stands: oldest first, without allocation.
//!
//! A future that may wait has a [`Waiter`] in it, bound to the [`WaitQueue`] of its lock. What the
//! waiter asks for, and later what it gets, is its payload. `node.rs` has the protocol between who
//! waits and who serves.
//!
//! ```text
//! first poll     try without the queue; else `prepare`, lock, look again, `push`
//! later polls    `poll_served`: the payload, once somebody has served it
//! who gives      lock, `serve_if` or a whole `serve_while`, unlock, wake
//! drop           lock, `withdraw`; if it had been served, `take_served` and pass it on
//! ```
//!
//! Wakers are foreign code, and may come back to this queue: none is cloned, woken or dropped under
//! the lock. The same goes for payloads and for what the lock guards besides, if they are a user's.
//!
//! A queue that gets rid of its waiters in batches releases the lock in between. Who came after the
//! begin has a later ticket and is not served with the others.

mod chain;
mod look;
mod node;

use chain::Chain;
use node::{Content, Node, NodeRef};
use rt_primitive::sync::{TryLock, TryLockGuard};
use rt_primitive::wakers::WakeBatch;
use rt_primitive::{MODEL, mutant};
use std::mem;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::ptr;
use std::task::{Context, Poll, Waker};

pub(crate) use node::Stage;
pub(crate) use rt_primitive::wakers::wake;

/// Waiters that are served before the lock is released for a moment.
const BATCH: usize = if MODEL { 2 } else { 16 };

/// Those who wait, oldest first, each with a payload `P`; a value `D` is under the same lock.
pub(crate) struct WaitQueue<P, D = ()> {
    contents: TryLock<Contents<P, D>>,
}

/// What the lock of a [`WaitQueue`] guards.
struct Contents<P, D> {
    chain: Chain<P>,
    /// The ticket of the next waiter that is queued.
    next_ticket: u64,
    data: D,
}

/// The lock of a [`WaitQueue`], held. It derefs to the value that the lock guards besides.
#[must_use = "dropping the guard unlocks at once"]
pub(crate) struct QueueGuard<'q, P, D> {
    queue: &'q WaitQueue<P, D>,
    contents: TryLockGuard<'q, Contents<P, D>>,
}

/// A place in a queue, in the future that waits.
pub(crate) struct Waiter<'q, P, D = ()> {
    queue: &'q WaitQueue<P, D>,
    node: Node<P>,
}

impl<P, D> WaitQueue<P, D> {
    rt_primitive::const_fn! {
        /// A queue of nobody.
        pub(crate) fn new(data: D) -> Self {
            let contents = Contents { chain: Chain::new(), next_ticket: 0, data };
            WaitQueue { contents: TryLock::new(contents) }
        }
    }

    /// Takes the lock. It is held for a few instructions, and never while foreign code runs.
    #[inline]
    pub(crate) fn lock(&self) -> QueueGuard<'_, P, D> {
        QueueGuard { queue: self, contents: self.contents.lock() }
    }

    /// The lock, if nobody has it: to show what is in there.
    pub(crate) fn try_lock(&self) -> Option<QueueGuard<'_, P, D>> {
        Some(QueueGuard { queue: self, contents: self.contents.try_lock()? })
    }
}

impl<'q, P, D> QueueGuard<'q, P, D> {
    /// True when nobody waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.contents.chain.first().is_none()
    }

    /// Queues `waiter`, which was prepared, behind all others.
    pub(crate) fn push(&mut self, waiter: Pin<&Waiter<'q, P, D>>) {
        let node = self.admit(waiter);
        self.contents.chain.push(node);
    }

    /// Queues `waiter`, which was prepared, in front of all others.
    pub(crate) fn push_in_front(&mut self, waiter: Pin<&Waiter<'q, P, D>>) {
        let node = self.admit(waiter);
        self.contents.chain.push_in_front(node);
    }

    /// Readies a node for the chain.
    fn admit(&mut self, waiter: Pin<&Waiter<'q, P, D>>) -> NodeRef<P> {
        let node = self.node_of(waiter.get_ref());
        assert!(!node.node().is_queued(), "a waiter is queued once");
        let ticket = self.contents.next_ticket;
        self.contents.next_ticket += 1;
        node.with(|content| {
            assert!(content.waker.is_some(), "a waiter is prepared before it is queued");
            content.ticket = ticket;
        });
        node.node().enter();
        node
    }

    /// Takes `waiter` out, which is its owner's again; false if it was not queued, because it is at
    /// rest or has been served.
    pub(crate) fn withdraw(&mut self, waiter: &Waiter<'q, P, D>) -> bool {
        let node = self.node_of(waiter);
        if !node.node().is_queued() && !mutant!("waiters.withdraw_no_recheck") {
            return false;
        }
        self.contents.chain.remove(node);
        node.node().leave(Stage::Rest);
        true
    }

    /// Looks at the payload of the youngest waiter, and maybe changes it; `None` if nobody waits.
    pub(crate) fn with_youngest<R>(&mut self, look: impl FnOnce(&mut P) -> R) -> Option<R> {
        let node = self.contents.chain.last()?;
        Some(node.with(|content| look(payload(content))))
    }

    /// Serves the oldest waiter if `give` agrees, which may leave something in the payload.
    ///
    /// Returns whom to wake once the lock is released; `None` if nobody waits, or `give` refused.
    pub(crate) fn serve_if(&mut self, give: impl FnOnce(&mut P, &mut D) -> bool) -> Option<Waker> {
        let node = self.contents.chain.first()?;
        self.serve_node(node, give)
    }

    /// As [`serve_if`](Self::serve_if), but the youngest waiter.
    pub(crate) fn serve_youngest_if(
        &mut self,
        give: impl FnOnce(&mut P, &mut D) -> bool,
    ) -> Option<Waker> {
        let node = self.contents.chain.last()?;
        self.serve_node(node, give)
    }

    fn serve_node(
        &mut self,
        node: NodeRef<P>,
        give: impl FnOnce(&mut P, &mut D) -> bool,
    ) -> Option<Waker> {
        let data = &mut self.contents.data;
        if !node.with(|content| give(payload(content), data)) {
            return None;
        }
        self.contents.chain.remove(node);
        Some(node.serve())
    }

    /// Serves from the oldest on, while there is one and `give` agrees, and wakes them all.
    ///
    /// The lock is released for each batch; `before_unlock` is called each time just before.
    pub(crate) fn serve_while(
        self,
        give: impl FnMut(&mut P, &mut D) -> bool,
        before_unlock: impl FnMut(&mut Self),
    ) {
        self.serve_until(u64::MAX, give, before_unlock);
    }

    /// Serves all who wait now, and none who comes while this goes on; otherwise as
    /// [`serve_while`](Self::serve_while).
    pub(crate) fn serve_all(
        self,
        mut give: impl FnMut(&mut P, &mut D),
        before_unlock: impl FnMut(&mut Self),
    ) {
        let end = self.contents.next_ticket;
        let give = |payload: &mut P, data: &mut D| {
            give(payload, data);
            true
        };
        self.serve_until(end, give, before_unlock);
    }

    /// Serves those whose ticket is before `end`.
    fn serve_until(
        mut self,
        end: u64,
        mut give: impl FnMut(&mut P, &mut D) -> bool,
        mut before_unlock: impl FnMut(&mut Self),
    ) {
        let queue = self.queue;
        loop {
            let mut batch = WakeBatch::<BATCH>::new();
            while !batch.is_full() {
                let Some(node) = self.contents.chain.first() else { break };
                if node.with(|content| content.ticket) >= end {
                    break;
                }
                let Some(waker) = self.serve_node(node, &mut give) else { break };
                batch.push(waker);
            }
            before_unlock(&mut self);
            drop(self);
            let may_be_more = batch.is_full();
            batch.wake_all();
            if !may_be_more {
                return;
            }
            self = queue.lock();
        }
    }

    fn node_of(&self, waiter: &Waiter<'q, P, D>) -> NodeRef<P> {
        assert!(ptr::eq(self.queue, waiter.queue), "a waiter is used with its own queue");
        // SAFETY: the second bullet: the lock of its queue is held for as long as `self` lives. The
        // first: `push` and `push_in_front` have it pinned, and its drop takes it out.
        unsafe { NodeRef::new(&waiter.node) }
    }
}

impl<P, D> Deref for QueueGuard<'_, P, D> {
    type Target = D;

    fn deref(&self) -> &D {
        &self.contents.data
    }
}

impl<P, D> DerefMut for QueueGuard<'_, P, D> {
    fn deref_mut(&mut self) -> &mut D {
        &mut self.contents.data
    }
}

impl<'q, P, D> Waiter<'q, P, D> {
    /// A waiter at rest. Costs nothing but the memory.
    #[inline]
    pub(crate) fn new(queue: &'q WaitQueue<P, D>) -> Self {
        Waiter { queue, node: Node::new() }
    }

    /// Where it stands; it may have been served since, if it was queued.
    #[inline]
    pub(crate) fn stage(&self) -> Stage {
        self.node.stage()
    }

    /// Readies a waiter that is not queued: `push` it next, under the lock.
    ///
    /// Call it before the lock is taken: it clones the waker, and drops what was left from before.
    pub(crate) fn prepare(self: Pin<&mut Self>, payload: P, cx: &Context<'_>) {
        let node = self.node();
        let content = node.content();
        content.payload = Some(payload);
        content.waker = Some(cx.waker().clone());
        node.rest();
    }

    /// What a waiter was given that had been queued, and it is at rest. Pending if it has not been
    /// served; then the task of `cx` is the one that will be woken.
    pub(crate) fn poll_served(mut self: Pin<&mut Self>, cx: &Context<'_>) -> Poll<P> {
        let is_queued = self.stage() == Stage::Queued;
        if is_queued && !self.will_wake(cx.waker()) && !mutant!("waiters.keep_old_waker") {
            // Refused when it has been served since; either way one waker is left over.
            drop(self.replace_waker(cx.waker().clone()));
        }
        match self.as_mut().take_served() {
            Some(payload) => Poll::Ready(payload),
            None => Poll::Pending,
        }
    }

    /// True when `waker` need not be put in: it is there, or nothing will be woken any more.
    fn will_wake(&self, waker: &Waker) -> bool {
        let queue = self.queue.lock();
        let node = queue.node_of(self);
        !node.node().is_queued()
            || node.with(|content| content.waker.as_ref().is_some_and(|old| old.will_wake(waker)))
    }

    /// Gives a queued waiter another waker, and returns the one that is not needed.
    fn replace_waker(&self, waker: Waker) -> Waker {
        let queue = self.queue.lock();
        let node = queue.node_of(self);
        if !node.node().is_queued() {
            return waker;
        }
        node.with(|content| content.waker.replace(waker)).expect("I3 of `node`: it has a waker")
    }

    /// What a served waiter was given, and it is at rest; `None` if it has not been served.
    pub(crate) fn take_served(self: Pin<&mut Self>) -> Option<P> {
        if self.stage() != Stage::Served {
            return None;
        }
        let node = self.node();
        node.rest();
        mem::take(&mut node.content().payload)
    }

    /// The payload of a waiter that is not queued, such as one that was just withdrawn.
    pub(crate) fn take_payload(self: Pin<&mut Self>) -> Option<P> {
        mem::take(&mut self.node().content().payload)
    }

    fn node(self: Pin<&mut Self>) -> &mut Node<P> {
        // SAFETY: the duty of get_unchecked_mut: the node is not moved.
        let waiter = unsafe { self.get_unchecked_mut() };
        &mut waiter.node
    }
}

impl<P, D> Drop for Waiter<'_, P, D> {
    /// Takes the node out (I4 of `node`). The futures do so themselves, since more follows from it
    /// for them; this is for a future that was dropped in a panic.
    fn drop(&mut self) {
        if self.stage() == Stage::Queued {
            self.queue.lock().withdraw(self);
        }
    }
}

/// The payload of a queued node.
fn payload<P>(content: &mut Content<P>) -> &mut P {
    content.payload.as_mut().expect("a queued waiter has a payload")
}
