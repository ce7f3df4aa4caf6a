//! The queued nodes of one queue, oldest first.
//!
//! # Invariants
//!
//! - I1: links agree: the `next` of a node's `previous` is that node, and the other way round;
//!   `first` has no `previous`, `last` has no `next`, and a chain has both or neither.
//! - I2: tickets grow from `first` to `last`, but for nodes put in front.

use super::node::NodeRef;

/// A list that is linked through its nodes. Only the lock of its queue gives access to it.
pub(super) struct Chain<P> {
    first: Option<NodeRef<P>>,
    last: Option<NodeRef<P>>,
}

impl<P> Chain<P> {
    /// A chain of no nodes.
    pub(super) const fn new() -> Self {
        Chain { first: None, last: None }
    }

    pub(super) fn first(&self) -> Option<NodeRef<P>> {
        self.first
    }

    pub(super) fn last(&self) -> Option<NodeRef<P>> {
        self.last
    }

    /// Adds a node that is in no chain, as the youngest.
    pub(super) fn push(&mut self, node: NodeRef<P>) {
        let previous = self.last.replace(node);
        node.with(|content| (content.previous, content.next) = (previous, None));
        match previous {
            Some(previous) => previous.with(|content| content.next = Some(node)),
            None => self.first = Some(node),
        }
    }

    /// Adds a node that is in no chain, as the oldest.
    pub(super) fn push_in_front(&mut self, node: NodeRef<P>) {
        let next = self.first.replace(node);
        node.with(|content| (content.previous, content.next) = (None, next));
        match next {
            Some(next) => next.with(|content| content.previous = Some(node)),
            None => self.last = Some(node),
        }
    }

    /// Takes out a node of this chain.
    pub(super) fn remove(&mut self, node: NodeRef<P>) {
        let (previous, next) = node.with(|content| (content.previous.take(), content.next.take()));
        match previous {
            Some(previous) => previous.with(|content| content.next = next),
            None => {
                assert!(self.first == Some(node), "I1: a node is taken out of its own chain");
                self.first = next;
            }
        }
        match next {
            Some(next) => next.with(|content| content.previous = previous),
            None => {
                assert!(self.last == Some(node), "I1: a node is taken out of its own chain");
                self.last = previous;
            }
        }
    }
}
