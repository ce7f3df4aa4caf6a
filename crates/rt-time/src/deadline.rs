//! A limit that the limited code can see and move.

use crate::effective::{Bound, within};
use crate::instant::Instant;
use crate::sleep::Sleep;
use crate::timeout::{Elapsed, Timeout, timeout};
use pin_project_lite::pin_project;
use rt_core::{DueScope, Reason, ReasonKind};
use rt_primitive::sync::Mutex;
use std::error::Error;
use std::fmt;
use std::future::{Future, IntoFuture, poll_fn};
use std::panic::Location;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// Runs `body`, but no longer than until `when`; the body may look at its deadline, and move it.
///
/// It is polled first, so one that is ready wins over the limit. When the deadline is met, it is
/// cancelled: regions in it may clean up, which this waits for, and else it is dropped where it
/// waits. `None` is no deadline, until the body sets one.
///
/// asyncio: `asyncio.timeout_at()`, with `when()`, `reschedule()` and `expired()`.
///
/// ```
/// # use rt_core::{Config, Executor, GUESTS};
/// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
/// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
/// # executor.block_on(async {
/// use rt_time::{Instant, sleep, with_deadline};
/// use std::time::Duration;
///
/// let start = Instant::now();
/// let done = with_deadline(start + Duration::from_millis(5), async |deadline| {
///     // There is more to do than was thought.
///     deadline.reschedule(start + Duration::from_secs(60)).unwrap();
///     sleep(Duration::from_millis(10)).await;
///     42
/// });
/// assert_eq!(done.await, Ok(42));
/// # });
/// ```
///
/// # Errors
///
/// [`Elapsed`] when the deadline was met first.
///
/// # Panics
///
/// When it is polled outside a runtime with timers, and the body is not ready at once.
///
/// # Cancel safety
///
/// As the body's own: a drop drops it, and takes the timer back.
#[doc(alias = "timeout_at")]
#[track_caller]
pub fn with_deadline<T, F>(
    when: impl Into<Option<Instant>>,
    body: F,
) -> impl Future<Output = Result<T, Elapsed>>
where
    F: AsyncFnOnce(&Deadline) -> T,
{
    let deadline = Deadline::new(when.into());
    let made_at = Location::caller();
    async move {
        let mut sleep = pin!(Sleep::checked(Instant::now(), made_at));
        let mut body = pin!(body(&deadline));
        let mut scope = DueScope::new();
        poll_fn(|cx| {
            let due = |cx: &mut Context<'_>| {
                // The body may have moved it just now.
                let Some(when) = deadline.when() else { return Poll::Pending };
                if sleep.deadline() != when {
                    sleep.as_mut().reset(when);
                }
                ready!(sleep.as_mut().poll_elapsed(cx));
                deadline.expire();
                Poll::Ready(Reason::new(ReasonKind::Deadline))
            };
            let bound = deadline.when().map_or(Bound::Never, Bound::At);
            let ended = within(bound, || scope.poll(body.as_mut(), cx, due));
            ended.map(|output| output.ok_or(Elapsed::new()))
        })
        .await
    }
}

/// Waits for `future`, but no longer than `duration`; `None` when that was not enough.
///
/// As [`timeout()`], also in when it begins to count, for code that goes on either way. trio:
/// `move_on_after`.
///
/// ```
/// # use rt_core::{Config, Executor, GUESTS};
/// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
/// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
/// # executor.block_on(async {
/// use rt_time::move_on_after;
/// use std::time::Duration;
///
/// let slow = std::future::pending::<u32>();
/// assert_eq!(move_on_after(Duration::from_millis(1), slow).await, None);
/// # });
/// ```
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
pub fn move_on_after<F: IntoFuture>(duration: Duration, future: F) -> MoveOnAfter<F::IntoFuture> {
    MoveOnAfter { timeout: timeout(duration, future) }
}

pin_project! {
    /// The future of [`move_on_after()`].
    ///
    /// ```
    /// # use rt_core::{Config, Executor, GUESTS};
    /// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
    /// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
    /// # executor.block_on(async {
    /// use rt_time::{MoveOnAfter, move_on_after};
    /// use std::{future::Ready, future::ready, time::Duration};
    ///
    /// let quick: MoveOnAfter<Ready<u32>> = move_on_after(Duration::from_secs(1), ready(7));
    /// assert_eq!(quick.await, Some(7));
    /// # });
    /// ```
    #[derive(Debug)]
    #[must_use = "futures do nothing unless awaited"]
    pub struct MoveOnAfter<F> {
        #[pin]
        timeout: Timeout<F>,
    }
}

impl<F: Future> Future for MoveOnAfter<F> {
    type Output = Option<F::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().timeout.poll(cx).map(Result::ok)
    }
}

/// The deadline of the body of a [`with_deadline()`], as the body sees it.
///
/// ```
/// # use rt_core::{Config, Executor, GUESTS};
/// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
/// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
/// # executor.block_on(async {
/// use rt_time::{Deadline, with_deadline};
///
/// async fn has_time(deadline: &Deadline) -> bool {
///     deadline.when().is_none()
/// }
/// assert_eq!(with_deadline(None, has_time).await, Ok(true));
/// # });
/// ```
#[derive(Debug)]
pub struct Deadline {
    // [L] Used by the one task that polls the body, whose parts may lie on other threads' stacks.
    limit: Mutex<Limit>,
}

/// When the body is stopped.
#[derive(Clone, Copy, Debug)]
struct Limit {
    when: Option<Instant>,
    is_expired: bool,
}

impl Deadline {
    fn new(when: Option<Instant>) -> Deadline {
        Deadline { limit: Mutex::new(Limit { when, is_expired: false }) }
    }

    /// When the body is stopped; `None` for never.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, GUESTS};
    /// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
    /// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
    /// # executor.block_on(async {
    /// use rt_time::{Instant, with_deadline};
    /// use std::time::Duration;
    ///
    /// let limit = Instant::now() + Duration::from_secs(60);
    /// let seen = with_deadline(limit, async |deadline| deadline.when());
    /// assert_eq!(seen.await, Ok(Some(limit)));
    /// # });
    /// ```
    pub fn when(&self) -> Option<Instant> {
        self.limit.lock().when
    }

    /// Moves the deadline, or takes it away. One that has passed stops the body when it waits next.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, GUESTS};
    /// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
    /// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
    /// # executor.block_on(async {
    /// use rt_time::{Instant, sleep, with_deadline};
    /// use std::time::Duration;
    ///
    /// let work = with_deadline(None, async |deadline| {
    ///     // From here on there is no time left.
    ///     deadline.reschedule(Instant::now()).unwrap();
    ///     sleep(Duration::from_secs(60)).await;
    /// });
    /// assert!(work.await.is_err());
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// [`DeadlineExpired`] when the deadline has stopped the body already.
    pub fn reschedule(&self, when: impl Into<Option<Instant>>) -> Result<(), DeadlineExpired> {
        let mut limit = self.limit.lock();
        match limit.when {
            Some(expired) if limit.is_expired => Err(DeadlineExpired { expired }),
            _ => {
                limit.when = when.into();
                Ok(())
            }
        }
    }

    /// True once the deadline has passed: the body is stopped when it waits next, or was.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, GUESTS};
    /// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
    /// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
    /// # executor.block_on(async {
    /// use rt_time::{Instant, with_deadline};
    /// use std::time::Duration;
    ///
    /// let past = Instant::now();
    /// let seen = with_deadline(past, async |deadline| deadline.expired());
    /// assert_eq!(seen.await, Ok(true)); // a body that does not wait is not stopped
    /// # });
    /// ```
    pub fn expired(&self) -> bool {
        let limit = *self.limit.lock();
        limit.is_expired || limit.when.is_some_and(|when| when <= Instant::now())
    }

    /// Notes that the body is stopped.
    fn expire(&self) {
        self.limit.lock().is_expired = true;
    }
}

/// The error of [`Deadline::reschedule`]: too late.
///
/// ```
/// # use rt_core::{Config, Executor, GUESTS};
/// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
/// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
/// # executor.block_on(async {
/// use rt_core::CancelExt;
/// use rt_time::{Instant, with_deadline};
///
/// let late = with_deadline(Instant::now(), async |deadline| {
///     let stopped = std::future::pending::<()>().catch_cancel().await;
///     assert!(stopped.is_err());
///     deadline.reschedule(None) // the clean-up cannot have its way
/// });
/// assert!(late.await.unwrap().is_err());
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadlineExpired {
    /// The deadline that was met.
    pub expired: Instant,
}

impl fmt::Display for DeadlineExpired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let late = self.expired.elapsed();
        write!(f, "the deadline was met {late:?} ago, and cannot be moved; move it before that")
    }
}

impl Error for DeadlineExpired {}
