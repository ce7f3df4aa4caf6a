//! The regions, scopes and masks that the calling thread is polling through, the innermost first.
//!
//! The list is made anew by each poll, so a future that is moved between two polls belongs to where
//! it is polled. What is further in reports outwards when it has been polled: which requests were
//! delivered there, which the regions there have looked at, and whether a mask holds them off.
//!
//! # Invariants
//!
//! - I1: the thread's list links frames on its own stack, each of which unlinks itself when its
//!   poll ends, also by a panic. What a frame borrows lives longer than that.

use std::cell::{Cell, OnceCell};
use std::ptr::NonNull;
use std::task::Poll;

use rt_primitive::mutant;
use rt_primitive::sync::Arc;

use crate::cancel::node::ScopeNode;
use crate::context;
use crate::task::header::TaskPtr;
use crate::task::reference::TaskRef;

/// A node that is made when it is first needed: a scope that is never cancelled has none.
pub(crate) type LazyNode = OnceCell<Arc<ScopeNode>>;

/// What a future is to those inside it.
#[derive(Clone, Copy)]
pub(crate) enum FrameKind<'a> {
    /// It catches what is cancelled around it.
    Region,
    /// It holds off what is cancelled around it.
    Mask,
    /// It is cancelled itself.
    Scope(&'a LazyNode),
}

impl FrameKind<'_> {
    /// Whether requests from outside do not pass.
    fn is_closed(self) -> bool {
        match self {
            FrameKind::Region => false,
            FrameKind::Mask => true,
            FrameKind::Scope(node) => node.get().is_some_and(|node| node.is_shielded()),
        }
    }
}

/// What a poll reports of the requests around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signals {
    /// The latest request that was delivered further in, in this poll.
    pub(crate) told: u64,
    /// Every region further in has looked, and found no request after this one.
    pub(crate) looked_at: u64,
    /// A mask further in has not ended.
    pub(crate) is_held: bool,
}

impl Signals {
    pub(crate) const NONE: Signals = Signals { told: 0, looked_at: u64::MAX, is_held: false };

    fn and(self, other: Signals) -> Signals {
        Signals {
            told: self.told.max(other.told),
            looked_at: self.looked_at.min(other.looked_at),
            is_held: self.is_held || other.is_held,
        }
    }

    /// True when nothing further in can hear of the request with this number: all of it that wants
    /// to has heard.
    pub(crate) fn have_all_heard_of(self, request: u64) -> bool {
        !self.is_held && (self.looked_at >= request || mutant!("cancel.forces_the_blind"))
    }
}

/// One entry of the list.
pub(crate) struct Frame<'a> {
    outside: Link,
    kind: FrameKind<'a>,
    signals: Cell<Signals>,
}

/// A frame of the calling thread (I1).
pub(crate) type Link = Option<NonNull<Frame<'static>>>;

/// Unlinks a frame when it is dropped.
struct Linked {
    outside: Link,
}

impl Drop for Linked {
    fn drop(&mut self) {
        context::with(|thread| thread.frame.set(self.outside));
    }
}

/// Polls what is inside such a frame; returns what it reports, and reports it to the outside.
pub(crate) fn within<T>(kind: FrameKind<'_>, poll: impl FnOnce() -> Poll<T>) -> (Poll<T>, Signals) {
    let outside = innermost();
    let frame = Frame { outside, kind, signals: Cell::new(Signals::NONE) };
    let linked = Linked { outside };
    context::with(|thread| thread.frame.set(Some(NonNull::from(&frame).cast())));
    let polled = poll();
    drop(linked);
    let signals = frame.signals.get();
    if kind.is_closed() {
        report(Signals { is_held: polled.is_pending(), ..Signals::NONE });
    } else {
        report(signals);
    }
    (polled, signals)
}

/// Reports to the innermost frame, or to the task if there is none.
pub(crate) fn report(signals: Signals) {
    context::with(|thread| {
        let place = match thread.frame.get() {
            // SAFETY: I1: it is linked.
            Some(frame) => &unsafe { frame.as_ref() }.signals,
            None => &thread.signals,
        };
        place.set(place.get().and(signals));
    });
}

/// A node around the calling code.
pub(crate) enum Around<'a> {
    Scope(&'a LazyNode),
    Task(TaskPtr),
}

impl Around<'_> {
    /// Calls `f` with the node, if it may hold anything. That of a task may once its word says so:
    /// a region that knew before the word did would end the task before it is known to be asked.
    fn map<R>(&self, f: impl FnOnce(&ScopeNode) -> R) -> Option<R> {
        match self {
            Around::Scope(node) => node.get().map(|node| f(node)),
            Around::Task(task) => {
                let is_asked = task.state().load().is_asked();
                let rare = if is_asked { task.header().rare.get() } else { None };
                rare.map(|rare| f(&rare.cancel.node))
            }
        }
    }
}

/// Calls `visit` with each node whose requests concern the calling code, until it says stop.
fn walk(mut visit: impl FnMut(Around<'_>) -> bool) {
    let mut link = innermost();
    while let Some(frame) = link {
        // SAFETY: I1: it is linked.
        let frame = unsafe { frame.as_ref() };
        if let FrameKind::Scope(node) = frame.kind {
            if visit(Around::Scope(node)) {
                return;
            }
        }
        if frame.kind.is_closed() {
            return;
        }
        link = frame.outside;
    }
    if let Some(task) = context::current_task() {
        visit(Around::Task(task));
    }
}

/// The number of the latest request that concerns the calling code; 0 if there is none.
pub(crate) fn latest_request() -> u64 {
    let mut latest = 0;
    walk(|around| {
        latest = latest.max(around.map(ScopeNode::asked_at).unwrap_or(0));
        false
    });
    latest
}

/// True if a token counts at a node around the calling code: it cleans up.
pub(crate) fn is_cleaning_up() -> bool {
    let mut is_so = false;
    walk(|around| {
        is_so = around.map(ScopeNode::has_tokens) == Some(true);
        is_so
    });
    is_so
}

/// A node that somebody keeps.
#[derive(Debug)]
pub(crate) enum NodeRef {
    Scope(Arc<ScopeNode>),
    Task(TaskRef),
}

impl NodeRef {
    pub(crate) fn node(&self) -> &ScopeNode {
        match self {
            NodeRef::Scope(node) => node,
            NodeRef::Task(task) => &task.ptr().header().rare.get_or_make().cancel.node,
        }
    }
}

/// The nodes around the calling code, the innermost first, made if need be.
pub(crate) fn nodes() -> Vec<NodeRef> {
    let mut nodes = Vec::new();
    walk(|around| {
        nodes.push(match around {
            Around::Scope(node) => {
                NodeRef::Scope(node.get_or_init(|| Arc::new(ScopeNode::new())).clone())
            }
            Around::Task(task) => NodeRef::Task(TaskRef::new(task)),
        });
        false
    });
    nodes
}

fn innermost() -> Link {
    context::with(|thread| thread.frame.get()).flatten()
}
