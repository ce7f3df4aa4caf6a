//! A scope that cancels itself when something falls due, and has no memory of its own until then.

use std::cell::OnceCell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use rt_primitive::sync::Arc;

use crate::cancel::frame::{self, FrameKind, LazyNode};
use crate::cancel::node::ScopeNode;
use crate::cancel::reason::Reason;
use crate::cancel::scope::{AfterPending, after_pending, ended_by_its_token};

/// The scope of a future with a deadline, such as that of `rt::time::timeout`.
///
/// A leaf of the runtime's own kind: whoever writes another kind of timeout uses it, so that
/// regions within are told when the time is over, and may clean up.
///
/// ```
/// # use rt_core::{CancelExt, DueScope, Reason, ReasonKind};
/// # use std::task::{Context, Poll, Waker};
/// let mut scope = DueScope::new();
/// let mut future = std::pin::pin!(async { std::future::pending::<()>().catch_cancel().await });
/// let mut cx = Context::from_waker(Waker::noop());
/// let due = |_: &mut Context<'_>| Poll::Ready(Reason::new(ReasonKind::Deadline));
/// // The region is told, and returns its token: so the future has ended by the deadline.
/// assert!(matches!(scope.poll(future.as_mut(), &mut cx, due), Poll::Ready(None)));
/// ```
#[derive(Debug, Default)]
pub struct DueScope {
    /// Made when a token counts in it, or there is a request that somebody inside is to hear of.
    node: Option<Arc<ScopeNode>>,
}

impl DueScope {
    /// A scope that was not cancelled.
    ///
    /// ```
    /// static UNUSED: fn() -> rt_core::DueScope = rt_core::DueScope::new;
    /// ```
    pub const fn new() -> DueScope {
        DueScope { node: None }
    }

    /// Polls `future` in the scope. While it is pending, `due` says whether the scope is to be
    /// cancelled; after that it is not called again.
    ///
    /// `Some` is a value, which wins. `None` says that the scope was cancelled, and that the caller
    /// is to drop the future: it is pending and protected by nothing, or has ended with a token.
    ///
    /// ```
    /// use rt_core::DueScope;
    /// use std::{future::ready, pin::pin, task::{Context, Poll, Waker}};
    ///
    /// let mut scope = DueScope::new();
    /// let mut cx = Context::from_waker(Waker::noop());
    /// let never = |_: &mut Context<'_>| Poll::Pending;
    /// assert_eq!(scope.poll(pin!(ready(7)), &mut cx, never), Poll::Ready(Some(7)));
    /// ```
    pub fn poll<F: Future>(
        &mut self,
        mut future: Pin<&mut F>,
        cx: &mut Context<'_>,
        due: impl FnOnce(&mut Context<'_>) -> Poll<Reason>,
    ) -> Poll<Option<F::Output>> {
        let node = self.node.take().map_or_else(OnceCell::new, OnceCell::from);
        let polled = poll_within(&node, future.as_mut(), cx, due);
        self.node = node.into_inner();
        polled
    }
}

fn poll_within<F: Future>(
    node: &LazyNode,
    mut future: Pin<&mut F>,
    cx: &mut Context<'_>,
    due: impl FnOnce(&mut Context<'_>) -> Poll<Reason>,
) -> Poll<Option<F::Output>> {
    let mut due = Some(due);
    // Two rounds at most: a request that falls due in the first is heard of in the second.
    loop {
        let (polled, signals) = frame::within(FrameKind::Scope(node), || future.as_mut().poll(cx));
        if let Poll::Ready(output) = polled {
            let is_value = !node.get().is_some_and(|node| ended_by_its_token(node));
            return Poll::Ready(is_value.then_some(output));
        }
        let asked_at = node.get().map_or(0, |node| node.asked_at());
        if asked_at == 0 {
            let Some(due) = due.take() else { return Poll::Pending };
            let Poll::Ready(reason) = due(cx) else { return Poll::Pending };
            if node.get().is_none() && signals.have_all_heard_of(u64::MAX) {
                // Nobody inside would hear of it, and no token was ever delivered there.
                return Poll::Ready(None);
            }
            node.get_or_init(|| Arc::new(ScopeNode::new())).ask_once(reason);
        }
        let Some(node) = node.get() else { return Poll::Pending };
        match after_pending(node, node.asked_at(), signals) {
            AfterPending::Wait => return Poll::Pending,
            AfterPending::Again => {}
            AfterPending::Drop => return Poll::Ready(None),
        }
    }
}
