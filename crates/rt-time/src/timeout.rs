//! A limit on how long a future may take.

use crate::effective::{Bound, within};
use crate::instant::Instant;
use crate::sleep::Sleep;
use pin_project_lite::pin_project;
use rt_core::{DueScope, Reason, ReasonKind};
use std::error::Error;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::io;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// Waits for `future`, but no longer than `duration`.
///
/// The future is polled first, so one that is ready wins over the limit, and costs neither a timer
/// nor a look at the clock. The limit counts from when the future first has to wait; to count from
/// another moment, such as the call, use [`timeout_at`]. With `Duration::ZERO` the future is polled
/// once. When the limit is met, it is cancelled: regions in it may clean up, which this waits for,
/// and a value that comes all the same wins. Without one it is dropped with the [`Timeout`] at
/// once.
///
/// asyncio: `asyncio.wait_for()`, `asyncio.timeout()`.
///
/// ```
/// # use rt_core::{Config, Executor, GUESTS};
/// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
/// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
/// # executor.block_on(async {
/// use rt_time::timeout;
/// use std::future::{pending, ready};
/// use std::time::Duration;
///
/// assert_eq!(timeout(Duration::from_secs(1), ready(42)).await, Ok(42));
/// assert!(timeout(Duration::from_millis(1), pending::<()>()).await.is_err());
/// # });
/// ```
///
/// # Errors
///
/// [`Elapsed`] when the limit was met first.
///
/// # Panics
///
/// When it is polled outside a runtime with timers, and `future` is not ready at once.
///
/// # Cancel safety
///
/// As the future's own: a drop drops it, and takes the timer back.
#[doc(alias = "wait_for")]
#[track_caller]
pub fn timeout<F: IntoFuture>(duration: Duration, future: F) -> Timeout<F::IntoFuture> {
    let limit = Limit::After { duration, made_at: Location::caller() };
    Timeout { future: future.into_future(), limit, scope: DueScope::new() }
}

/// Waits for `future`, but no longer than until `deadline`. asyncio: `asyncio.timeout_at()`.
///
/// The future is polled first, and once even when `deadline` has passed.
///
/// ```
/// # use rt_core::{Config, Executor, GUESTS};
/// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
/// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
/// # executor.block_on(async {
/// use rt_time::{Instant, timeout_at};
/// use std::future::{pending, ready};
/// use std::time::Duration;
///
/// // One deadline for several steps.
/// let deadline = Instant::now() + Duration::from_millis(1);
/// assert_eq!(timeout_at(deadline, ready(42)).await, Ok(42));
/// assert!(timeout_at(deadline, pending::<()>()).await.is_err());
/// # });
/// ```
///
/// # Errors
///
/// [`Elapsed`] when the deadline was met first.
///
/// # Panics
///
/// When it is polled outside a runtime with timers, and `future` is not ready at once.
///
/// # Cancel safety
///
/// As the future's own: a drop drops it, and takes the timer back.
#[track_caller]
pub fn timeout_at<F: IntoFuture>(deadline: Instant, future: F) -> Timeout<F::IntoFuture> {
    let limit = Limit::Set { sleep: Sleep::checked(deadline, Location::caller()) };
    Timeout { future: future.into_future(), limit, scope: DueScope::new() }
}

pin_project! {
    /// The future of [`timeout()`] and [`timeout_at()`].
    ///
    /// ```
    /// # use rt_core::{Config, Executor, GUESTS};
    /// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
    /// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
    /// # executor.block_on(async {
    /// use rt_time::{Timeout, timeout};
    /// use std::{future::Ready, future::ready, time::Duration};
    ///
    /// let limited: Timeout<Ready<u32>> = timeout(Duration::from_secs(1), ready(7));
    /// assert_eq!(limited.await, Ok(7));
    /// # });
    /// ```
    #[derive(Debug)]
    #[must_use = "a timeout does nothing unless it is awaited or polled"]
    pub struct Timeout<F> {
        // [O] What is limited.
        #[pin]
        future: F,
        // [O] At rest until the future has been pending once.
        #[pin]
        limit: Limit,
        // [O] Cancelled when the limit is met.
        scope: DueScope,
    }
}

pin_project! {
    /// When a future is stopped.
    #[project = LimitView]
    #[derive(Debug)]
    enum Limit {
        /// So long after it first has to wait.
        After { duration: Duration, made_at: &'static Location<'static> },
        /// When this ends.
        Set {
            #[pin]
            sleep: Sleep,
        },
    }
}

impl Limit {
    /// The limit as the code inside may know it.
    fn bound(&self) -> Bound {
        match self {
            Limit::After { duration, .. } => Bound::After(*duration),
            Limit::Set { sleep } => Bound::At(sleep.deadline()),
        }
    }

    /// Ready when the future, which has to wait, is to be stopped.
    fn poll_met(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if let Limit::After { duration, made_at } = *self {
            let deadline = Instant::now().add_or_far(duration);
            self.set(Limit::Set { sleep: Sleep::checked(deadline, made_at).just_made(duration) });
        }
        match self.project() {
            LimitView::Set { sleep } => sleep.poll_elapsed(cx),
            LimitView::After { .. } => unreachable!("set above"),
        }
    }
}

impl<F> Timeout<F> {
    /// The future that is limited.
    ///
    /// ```
    /// use rt_time::timeout;
    /// use std::{future::Pending, future::pending, time::Duration};
    ///
    /// let limited = timeout(Duration::from_secs(1), pending::<()>());
    /// let inside: &Pending<()> = limited.get_ref();
    /// ```
    pub fn get_ref(&self) -> &F {
        &self.future
    }

    /// The future that is limited, to change it.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, GUESTS};
    /// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
    /// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
    /// # executor.block_on(async {
    /// use std::{future::ready, time::Duration};
    ///
    /// let mut limited = rt_time::timeout(Duration::from_secs(1), ready("before"));
    /// *limited.get_mut() = ready("after");
    /// assert_eq!(limited.await, Ok("after"));
    /// # });
    /// ```
    pub fn get_mut(&mut self) -> &mut F {
        &mut self.future
    }

    /// The future without its limit.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, GUESTS};
    /// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
    /// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
    /// # executor.block_on(async {
    /// use std::{future::ready, time::Duration};
    ///
    /// let limited = rt_time::timeout(Duration::from_secs(1), ready(7));
    /// assert_eq!(limited.into_inner().await, 7); // as long as it takes
    /// # });
    /// ```
    pub fn into_inner(self) -> F {
        self.future
    }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let (scope, limit) = (this.scope, this.limit);
        let bound = limit.bound();
        // Without a look at the budget: a future that always spends it could not be stopped.
        let due =
            |cx: &mut Context<'_>| limit.poll_met(cx).map(|()| Reason::new(ReasonKind::Deadline));
        let ended = ready!(within(bound, || scope.poll(this.future, cx, due)));
        Poll::Ready(ended.ok_or(Elapsed::new()))
    }
}

/// The error of a [`timeout()`] whose limit was met. asyncio: `TimeoutError`.
///
/// ```
/// # use rt_core::{Config, Executor, GUESTS};
/// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
/// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
/// # executor.block_on(async {
/// use std::{future::pending, io, time::Duration};
///
/// let late = rt_time::timeout(Duration::from_millis(1), pending::<()>()).await;
/// let error = io::Error::from(late.unwrap_err()); // so `?` works in code that returns those
/// assert_eq!(error.kind(), io::ErrorKind::TimedOut);
/// # });
/// ```
#[doc(alias = "TimeoutError")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed(());

impl Elapsed {
    pub(crate) fn new() -> Elapsed {
        Elapsed(())
    }
}

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("deadline has elapsed")
    }
}

impl Error for Elapsed {}

impl From<Elapsed> for io::Error {
    fn from(elapsed: Elapsed) -> io::Error {
        io::Error::new(io::ErrorKind::TimedOut, elapsed)
    }
}
