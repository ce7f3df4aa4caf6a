//! The token that a region gets: an error, and a licence to clean up.

use std::error::Error;
use std::fmt;
use std::task::Waker;

use crate::cancel::frame::{self, NodeRef};
use crate::cancel::reason::{Reason, ReasonKind};
use rt_primitive::contain::contain;

/// Says that a region was cancelled, and protects the clean-up for as long as it lives.
///
/// While the token exists, code may wait: nothing is dropped under it. Let it be dropped, and what
/// was cancelled is dropped at its next suspension, so a cancellation may be delayed by clean-up
/// but not lost by a careless `.ok()`. Returned as an error with `?`, it still protects on the way
/// up; a task that returns it has ended cancelled. To go on for good, [`acknowledge`] it.
///
/// asyncio: `CancelledError`.
///
/// ```
/// # use rt_core::{CancelExt, Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     let task = rt_core::spawn(async {
///         let cancelled = std::future::pending::<()>().catch_cancel().await.unwrap_err();
///         rt_core::yield_now().await; // clean-up, which may wait
///         Err::<(), _>(cancelled)
///     });
///     rt_core::yield_now().await;
///     task.cancel();
///     assert!(task.await.unwrap_err().is_cancelled());
/// });
/// ```
///
/// [`acknowledge`]: Cancelled::acknowledge
#[doc(alias = "CancelledError")]
#[must_use = "dropping it lets the cancelled code be dropped at its next suspension"]
pub struct Cancelled(Box<Delivered>);

struct Delivered {
    /// What counts the token, the innermost first.
    nodes: Vec<NodeRef>,
    reason: Reason,
    /// The task itself had been asked when the token was delivered.
    is_of_task: bool,
    /// Wakes who polled the region, and so what is around it.
    waker: Waker,
}

impl Cancelled {
    /// The token of a region that the calling thread polls, for the request with this number.
    pub(crate) fn deliver(request: u64, waker: &Waker) -> Cancelled {
        let nodes = frame::nodes();
        let mut reason = None;
        let mut is_of_task = false;
        for node in &nodes {
            node.node().add_token();
            reason = reason.or_else(|| node.node().reason());
            let is_heard = (1..=request).contains(&node.node().asked_at());
            is_of_task |= is_heard && matches!(node, NodeRef::Task(_));
        }
        let reason = reason.unwrap_or_else(|| Reason::new(ReasonKind::Explicit));
        Cancelled(Box::new(Delivered { nodes, reason, is_of_task, waker: waker.clone() }))
    }

    /// Why it was cancelled; of several requests, why the first one was made.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use rt_core::{CancelExt, ReasonKind};
    ///
    /// let task = rt_core::spawn(async {
    ///     let token = std::future::pending::<()>().catch_cancel().await.unwrap_err();
    ///     let kind = token.reason().kind();
    ///     rt_core::uncancel();
    ///     kind
    /// });
    /// rt_core::yield_now().await;
    /// task.cancel();
    /// assert_eq!(task.await.unwrap(), ReasonKind::Explicit);
    /// # });
    /// ```
    pub fn reason(&self) -> &Reason {
        &self.0.reason
    }

    /// Takes one request to the task back, to go on for good; returns how many are left.
    ///
    /// Once none is left the task is not cancelled any more. A scope, a group or a deadline that
    /// was cancelled stays so, and a token that was delivered for one takes nothing back.
    ///
    /// asyncio: `task.uncancel`.
    ///
    /// ```
    /// # use rt_core::{CancelExt, Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// executor.block_on(async {
    ///     let stubborn = rt_core::spawn(async {
    ///         let cancelled = std::future::pending::<()>().catch_cancel().await.unwrap_err();
    ///         assert_eq!(cancelled.acknowledge(), 0);
    ///         rt_core::yield_now().await;
    ///         42
    ///     });
    ///     rt_core::yield_now().await;
    ///     stubborn.cancel();
    ///     assert_eq!(stubborn.await.unwrap(), 42);
    /// });
    /// ```
    #[doc(alias = "uncancel")]
    pub fn acknowledge(self) -> usize {
        match self.0.nodes.last() {
            Some(task @ NodeRef::Task(_)) if self.0.is_of_task => task.node().withdraw(),
            Some(task @ NodeRef::Task(_)) => task.node().outstanding(),
            Some(NodeRef::Scope(_)) | None => 0,
        }
    }
}

impl Drop for Cancelled {
    fn drop(&mut self) {
        for node in &self.0.nodes {
            node.node().remove_token();
        }
        // What was protected may be due to be dropped now (I3 of node.rs).
        if !rt_primitive::mutant!("cancel.token_goes_silently") {
            contain(|| self.0.waker.wake_by_ref());
        }
    }
}

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.reason.fmt(f)
    }
}

impl fmt::Debug for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cancelled").field(&self.0.reason).finish()
    }
}

impl Error for Cancelled {}
