//! Waiting for time: sleeps, timeouts, intervals; and a clock that tests own.

/// Waits for a while.
///
/// ```
/// use rt::time::{Duration, Instant, sleep};
///
/// rt::run(async {
///     let start = Instant::now();
///     sleep(Duration::from_millis(5)).await;
///     assert!(start.elapsed() >= Duration::from_millis(5));
/// });
/// ```
#[doc(alias = "asyncio.sleep")]
#[doc(inline)]
pub use rt_time::sleep;

/// Waits for a future, but only for a while.
///
/// ```
/// use rt::time::{Duration, timeout};
///
/// rt::run(async {
///     let slow = std::future::pending::<()>();
///     assert!(timeout(Duration::from_millis(5), slow).await.is_err());
/// });
/// ```
#[doc(alias = "asyncio.wait_for")]
#[doc(inline)]
pub use rt_time::timeout;

/// Stops the clock of the current runtime, which then jumps from deadline to deadline.
///
/// When every task waits, and nothing goes on [outside](crate::testing::external), time jumps to
/// the next deadline. It works on every kind of runtime, and inside that runtime only.
///
/// ```
/// use rt::time::{Duration, Instant, pause, sleep};
///
/// rt::run(async {
///     pause();
///     let start = Instant::now();
///     sleep(Duration::from_secs(3_600)).await; // takes no time at all
///     assert_eq!(start.elapsed(), Duration::from_secs(3_600));
/// });
/// ```
///
/// # Panics
///
/// When the clock stands still already, and outside a runtime.
#[doc(alias = "MockClock")]
#[doc(inline)]
pub use rt_time::pause;

/// Moves a clock that stands still by a duration, all at once.
///
/// ```
/// use rt::time::{Duration, Instant, advance, pause};
///
/// rt::run(async {
///     pause();
///     let start = Instant::now();
///     advance(Duration::from_secs(5)).await;
///     assert_eq!(start.elapsed(), Duration::from_secs(5));
/// });
/// ```
///
/// # Panics
///
/// When the clock moves by itself, and outside a runtime.
#[doc(inline)]
pub use rt_time::advance;

#[doc(inline)]
pub use rt_time::{
    Advance, Deadline, DeadlineExpired, Elapsed, Instant, Interval, IntervalTick,
    MissedTickBehavior, MoveOnAfter, Sleep, Timeout, TimerHandle, call_later, effective_deadline,
    interval, interval_at, move_on_after, resume, sleep_until, timeout_at, with_deadline,
};

pub use std::time::Duration;
