//! A part of a task that can be cancelled by itself, now or by a deadline.

use crate::effective::{Bound, within};
use crate::instant::Instant;
use crate::sleep::Sleep;
use pin_project_lite::pin_project;
use rt_core::{Reason, ReasonKind, ScopeCancelled};
use rt_primitive::contain::{contain, discard};
use rt_primitive::sync::{Arc, Mutex};
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// Cancels what runs in a scope; made by [`scope`].
///
/// It can be cloned, and used from any task or thread, also once the scope has ended.
///
/// ```
/// use rt_time::Scope;
///
/// fn give_up(scope: &Scope) {
///     scope.cancel();
/// }
/// # drop(rt_time::scope(|scope| {
/// give_up(&scope);
/// # async {}
/// # }));
/// ```
#[derive(Clone, Debug)]
pub struct Scope {
    scope: rt_core::Scope,
    limit: Arc<ScopeLimit>,
}

/// When a scope is cancelled, if it has not ended.
#[derive(Debug, Default)]
struct ScopeLimit {
    // [L]
    when: Mutex<When>,
}

#[derive(Debug, Default)]
struct When {
    deadline: Option<Instant>,
    /// Of who polls the scope.
    waker: Option<Waker>,
}

/// Runs a part of the task that can be cancelled without the rest.
///
/// The body gets the handle by which it, or whoever it gives it to, cancels it, or sets it a
/// deadline. It is cancelled as a task is: regions in it are told first, and may clean up. asyncio
/// has no such thing; trio: `CancelScope`.
///
/// ```
/// # use rt_core::{Config, Executor, GUESTS};
/// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
/// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
/// # executor.block_on(async {
/// use rt_core::ReasonKind;
/// use rt_time::{Instant, scope};
/// use std::time::Duration;
///
/// let ended = scope(async |scope| {
///     scope.set_deadline(Instant::now() + Duration::from_millis(1));
///     std::future::pending::<()>().await
/// });
/// assert_eq!(ended.await.unwrap_err().reason().unwrap().kind(), ReasonKind::Deadline);
/// # });
/// ```
///
/// # Errors
///
/// [`ScopeCancelled`] if the scope was cancelled, and the body was dropped or returned a token. A
/// body that returns a value all the same wins.
///
/// # Panics
///
/// When it is polled with a deadline outside a runtime with timers.
///
/// # Cancel safety
///
/// As the body's own.
#[doc(alias = "CancelScope")]
#[track_caller]
pub fn scope<Fut: Future>(body: impl FnOnce(Scope) -> Fut) -> Scoped<Fut> {
    let limit = Arc::<ScopeLimit>::default();
    let mut handle = None;
    let inside = rt_core::scope(|scope| {
        let scope = handle.insert(Scope { scope, limit: limit.clone() });
        body(scope.clone())
    });
    let handle = handle.expect("a scope calls its body at once");
    Scoped { inside, handle, sleep: None, made_at: Location::caller() }
}

impl Scope {
    /// Asks the scope to end; false if that was done before. Does not wait.
    ///
    /// ```
    /// # drop(rt_time::scope(|scope| {
    /// assert!(scope.cancel());
    /// assert!(!scope.cancel());
    /// # async {}
    /// # }));
    /// ```
    #[track_caller]
    pub fn cancel(&self) -> bool {
        self.scope.cancel()
    }

    /// As [`cancel`](Scope::cancel), and says why.
    ///
    /// ```
    /// # drop(rt_time::scope(|scope| {
    /// use rt_core::{Reason, ReasonKind};
    ///
    /// scope.cancel_with(Reason::new(ReasonKind::Shutdown));
    /// assert_eq!(scope.reason().unwrap().kind(), ReasonKind::Shutdown);
    /// # async {}
    /// # }));
    /// ```
    pub fn cancel_with(&self, reason: Reason) -> bool {
        self.scope.cancel_with(reason)
    }

    /// True once the scope was asked to end. It may still clean up.
    ///
    /// ```
    /// # drop(rt_time::scope(|scope| {
    /// assert!(!scope.is_cancelled());
    /// scope.cancel();
    /// assert!(scope.is_cancelled());
    /// # async {}
    /// # }));
    /// ```
    pub fn is_cancelled(&self) -> bool {
        self.scope.is_cancelled()
    }

    /// Why it was asked to end, if it was.
    ///
    /// ```
    /// # drop(rt_time::scope(|scope| {
    /// assert!(scope.reason().is_none());
    /// scope.cancel();
    /// assert!(scope.reason().is_some());
    /// # async {}
    /// # }));
    /// ```
    pub fn reason(&self) -> Option<Reason> {
        self.scope.reason()
    }

    /// When the scope is cancelled; `None` for never. trio: `CancelScope.deadline`.
    ///
    /// ```
    /// # drop(rt_time::scope(|scope| {
    /// assert_eq!(scope.deadline(), None);
    /// # async {}
    /// # }));
    /// ```
    pub fn deadline(&self) -> Option<Instant> {
        self.limit.when.lock().deadline
    }

    /// Sets the deadline, moves it, or takes it away. One that has passed cancels the scope when
    /// its body waits next; a scope that was cancelled stays so.
    ///
    /// ```
    /// # drop(rt_time::scope(|scope| {
    /// let now = rt_time::Instant::now();
    /// scope.set_deadline(now);
    /// assert_eq!(scope.deadline(), Some(now));
    /// scope.set_deadline(None);
    /// # async {}
    /// # }));
    /// ```
    pub fn set_deadline(&self, deadline: impl Into<Option<Instant>>) {
        let mut when = self.limit.when.lock();
        when.deadline = deadline.into();
        let waker = when.waker.take();
        drop(when);
        if let Some(waker) = waker {
            contain(|| waker.wake());
        }
    }

    /// Holds off, or lets in, what is cancelled around the scope; the scope itself can be cancelled
    /// all the while. A request that waits is delivered as soon as it is let in.
    ///
    /// ```
    /// # drop(rt_time::scope(|scope| {
    /// scope.set_shielded(true);
    /// assert!(scope.is_shielded());
    /// # async {}
    /// # }));
    /// ```
    pub fn set_shielded(&self, is_shielded: bool) {
        self.scope.set_shielded(is_shielded);
    }

    /// Whether the scope holds off what is cancelled around it.
    ///
    /// ```
    /// # drop(rt_time::scope(|scope| {
    /// assert!(!scope.is_shielded());
    /// # async {}
    /// # }));
    /// ```
    pub fn is_shielded(&self) -> bool {
        self.scope.is_shielded()
    }
}

impl ScopeLimit {
    /// The deadline; who moves it from now on calls `waker`.
    fn watch(&self, waker: &Waker) -> Option<Instant> {
        let mut when = self.when.lock();
        let is_there = when.waker.as_ref().is_some_and(|old| old.will_wake(waker));
        let old = if is_there { None } else { when.waker.replace(waker.clone()) };
        let deadline = when.deadline;
        drop(when);
        discard(old);
        deadline
    }
}

pin_project! {
    /// The future of [`scope`].
    ///
    /// ```
    /// let scoped: rt_time::Scoped<_> = rt_time::scope(async |_| 7);
    /// # drop(scoped);
    /// ```
    #[derive(Debug)]
    #[must_use = "futures do nothing unless awaited"]
    pub struct Scoped<F> {
        // [O]
        #[pin]
        inside: rt_core::Scoped<F>,
        // [C]
        handle: Scope,
        // [O] Made when there is a deadline first.
        sleep: Option<Pin<Box<Sleep>>>,
        // [C]
        made_at: &'static Location<'static>,
    }
}

impl<F: Future> Future for Scoped<F> {
    type Output = Result<F::Output, ScopeCancelled>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        // Two rounds at most: one that falls due in the first is cancelled in the second.
        loop {
            let bound = this.handle.deadline().map_or(Bound::Never, Bound::At);
            let polled = within(bound, || this.inside.as_mut().poll(cx));
            if polled.is_ready() || this.handle.is_cancelled() {
                return polled;
            }
            let Some(deadline) = this.handle.limit.watch(cx.waker()) else {
                *this.sleep = None;
                return Poll::Pending;
            };
            let made = || Box::pin(Sleep::checked(deadline, this.made_at));
            let sleep = this.sleep.get_or_insert_with(made);
            if sleep.deadline() != deadline {
                sleep.as_mut().reset(deadline);
            }
            if sleep.as_mut().poll_elapsed(cx).is_pending() {
                return Poll::Pending;
            }
            this.handle.cancel_with(Reason::new(ReasonKind::Deadline));
        }
    }
}
