//! A part of a task that can be cancelled by itself.

use std::cell::OnceCell;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use rt_primitive::mutant;
use rt_primitive::sync::Arc;

use crate::cancel::frame::{self, FrameKind, LazyNode, Signals};
use crate::cancel::node::ScopeNode;
use crate::cancel::reason::Reason;

/// Cancels what runs in a scope; made by [`scope`].
///
/// It can be cloned, and used from any task or thread, also once the scope has ended.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::Scope;
///
/// async fn give_up(scope: Scope) {
///     scope.cancel();
///     std::future::pending().await
/// }
/// assert!(rt_core::scope(give_up).await.is_err());
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct Scope {
    node: Arc<ScopeNode>,
}

/// Runs a part of the task that can be cancelled without the rest.
///
/// The body gets the handle by which it, or whoever it gives it to, cancels it. It is cancelled as
/// a task is: regions in it are told first, and may clean up. asyncio has no such thing; trio:
/// `CancelScope`.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     let ended = rt_core::scope(async |scope| {
///         rt_core::spawn(async move { scope.cancel() });
///         std::future::pending::<()>().await
///     });
///     assert!(ended.await.is_err());
/// });
/// ```
///
/// # Errors
///
/// [`ScopeCancelled`] if the scope was cancelled, and the body was dropped or returned a token. A
/// body that returns a value all the same wins.
///
/// # Cancel safety
///
/// As the body's own.
pub fn scope<Fut: Future>(body: impl FnOnce(Scope) -> Fut) -> Scoped<Fut> {
    let node = Arc::new(ScopeNode::new());
    let inside = Some(body(Scope { node: node.clone() }));
    Scoped { inside, node: OnceCell::from(node) }
}

impl Scope {
    /// Asks the scope to end; false if that was done before. Does not wait.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let ended = rt_core::scope(async |scope| {
    ///     assert!(scope.cancel());
    ///     assert!(!scope.cancel()); // it was
    ///     std::future::pending::<()>().await
    /// });
    /// assert!(ended.await.is_err());
    /// # });
    /// ```
    #[track_caller]
    pub fn cancel(&self) -> bool {
        self.cancel_with(Reason::explicit())
    }

    /// As [`cancel`](Scope::cancel), and says why.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use rt_core::Reason;
    ///
    /// let ended = rt_core::scope(async |scope| {
    ///     scope.cancel_with(Reason::text("found it"));
    ///     std::future::pending::<()>().await
    /// });
    /// assert_eq!(ended.await.unwrap_err().reason().unwrap().as_text(), Some("found it"));
    /// # });
    /// ```
    pub fn cancel_with(&self, reason: Reason) -> bool {
        self.node.ask_once(reason)
    }

    /// True once the scope was asked to end. It may still clean up.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let seen = rt_core::scope(async |scope| {
    ///     scope.cancel();
    ///     scope.is_cancelled()
    /// });
    /// assert!(seen.await.unwrap()); // a value wins over the request
    /// # });
    /// ```
    pub fn is_cancelled(&self) -> bool {
        self.node.asked_at() != 0
    }

    /// Why it was asked to end, if it was.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let seen = rt_core::scope(async |scope| scope.reason().is_none());
    /// assert!(seen.await.unwrap());
    /// # });
    /// ```
    pub fn reason(&self) -> Option<Reason> {
        self.node.reason()
    }

    /// Holds off, or lets in, what is cancelled around the scope; the scope itself can be cancelled
    /// all the while. A request that waits is delivered as soon as it is let in.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let ended = rt_core::scope(async |outer| {
    ///     rt_core::scope(async |inner| {
    ///         inner.set_shielded(true);
    ///         outer.cancel();
    ///         rt_core::yield_now().await; // goes on
    ///         inner.set_shielded(false);
    ///     })
    ///     .await
    /// });
    /// assert!(ended.await.is_ok());
    /// # });
    /// ```
    pub fn set_shielded(&self, is_shielded: bool) {
        self.node.set_shielded(is_shielded);
    }

    /// Whether the scope holds off what is cancelled around it.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let seen = rt_core::scope(async |scope| {
    ///     scope.set_shielded(true);
    ///     scope.is_shielded()
    /// });
    /// assert!(seen.await.unwrap());
    /// # });
    /// ```
    pub fn is_shielded(&self) -> bool {
        self.node.is_shielded()
    }
}

pin_project! {
    /// The future of [`scope`].
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use rt_core::{Scoped, scope};
    /// use std::future::{Ready, ready};
    ///
    /// let part: Scoped<Ready<u32>> = scope(|_| ready(7));
    /// assert_eq!(part.await.unwrap(), 7);
    /// # });
    /// ```
    #[derive(Debug)]
    #[must_use = "futures do nothing unless awaited"]
    pub struct Scoped<F> {
        // [O] Gone once the scope has ended.
        #[pin]
        inside: Option<F>,
        // [C] There from the start.
        node: LazyNode,
    }
}

impl<F: Future> Future for Scoped<F> {
    type Output = Result<F::Output, ScopeCancelled>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let node = this.node.get().expect("a scope of its own has its node from the start");
        // A request that comes in the first round is heard of in the second: there is but one.
        loop {
            let inside = this.inside.as_mut().as_pin_mut();
            let inside = inside.expect("a scope was polled after it had ended");
            let (polled, signals) = frame::within(FrameKind::Scope(this.node), || inside.poll(cx));
            if let Poll::Ready(output) = polled {
                this.inside.set(None);
                if !ended_by_its_token(node) {
                    return Poll::Ready(Ok(output));
                }
            } else {
                let asked_at = node.leave_waker(cx.waker());
                match after_pending(node, asked_at, signals) {
                    AfterPending::Wait => return Poll::Pending,
                    AfterPending::Again => continue,
                    AfterPending::Drop => this.inside.set(None),
                }
            }
            return Poll::Ready(Err(ScopeCancelled { reason: node.reason() }));
        }
    }
}

/// What a scope does whose inside is pending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AfterPending {
    /// Nothing: it was not cancelled, or its inside still cleans up.
    Wait,
    /// Polls it again: there are regions in it that have not heard.
    Again,
    /// Drops it.
    Drop,
}

/// Decides for a scope that was asked to end with this number, or 0.
pub(crate) fn after_pending(node: &ScopeNode, asked_at: u64, signals: Signals) -> AfterPending {
    if asked_at == 0 || signals.is_held {
        AfterPending::Wait
    } else if !signals.have_all_heard_of(asked_at) {
        AfterPending::Again
    } else if node.has_tokens() && !mutant!("cancel.ignores_tokens") {
        AfterPending::Wait
    } else {
        AfterPending::Drop
    }
}

/// True if the inside of a cancelled scope ended while a token lived in it: the output holds it,
/// and so is no value, but the end of the cancellation. Whoever is cancelled further out as well
/// gets the token.
pub(crate) fn ended_by_its_token(node: &ScopeNode) -> bool {
    node.asked_at() != 0 && node.has_tokens() && frame::latest_request() == 0
}

/// A scope was cancelled before its body had a value.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     let ended = rt_core::scope(async |scope| {
///         scope.cancel();
///         std::future::pending::<()>().await
///     });
///     println!("{}", ended.await.unwrap_err());
/// });
/// ```
#[derive(Clone, Debug)]
pub struct ScopeCancelled {
    reason: Option<Reason>,
}

impl ScopeCancelled {
    /// Why.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use rt_core::ReasonKind;
    ///
    /// let ended = rt_core::scope(async |scope| {
    ///     scope.cancel();
    ///     std::future::pending::<()>().await
    /// });
    /// let cancelled = ended.await.unwrap_err();
    /// assert_eq!(cancelled.reason().unwrap().kind(), ReasonKind::Explicit);
    /// # });
    /// ```
    pub fn reason(&self) -> Option<&Reason> {
        self.reason.as_ref()
    }
}

impl fmt::Display for ScopeCancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Some(reason) => write!(f, "scope {reason}"),
            None => f.write_str("scope cancelled"),
        }
    }
}

impl Error for ScopeCancelled {}
