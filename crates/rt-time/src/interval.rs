//! Ticks at a steady pace.

use crate::instant::Instant;
use crate::sleep::{FirstPoll, Sleep};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// How late a tick may be before it counts as missed.
const LATE: Duration = Duration::from_millis(5);

/// Ticks now, and then once each `period`.
///
/// The pace does not drift: each tick is due one period after the one before *was due*. What
/// happens when a tick is missed is up to [`Interval::set_missed_tick_behavior`].
///
/// ```
/// # use rt_core::{Config, Executor, GUESTS};
/// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
/// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
/// # executor.block_on(async {
/// use rt_time::interval;
/// use std::time::Duration;
///
/// let mut ticks = interval(Duration::from_millis(2));
/// let first = ticks.tick().await; // at once
/// let second = ticks.tick().await;
/// assert_eq!(second - first, Duration::from_millis(2));
/// # });
/// ```
///
/// # Panics
///
/// When `period` is zero.
#[track_caller]
pub fn interval(period: Duration) -> Interval {
    interval_at(Instant::now(), period)
}

/// Ticks at `start`, and then once each `period`. See [`interval()`].
///
/// ```
/// use rt_time::{Instant, interval_at};
/// use std::time::Duration;
///
/// let minute = Duration::from_secs(60);
/// let minutes = interval_at(Instant::now() + minute, minute);
/// assert_eq!(minutes.period(), minute);
/// ```
///
/// # Panics
///
/// When `period` is zero.
#[track_caller]
pub fn interval_at(start: Instant, period: Duration) -> Interval {
    assert!(!period.is_zero(), "the period of an interval is zero; ask for more");
    let sleep = Box::pin(Sleep::new(start, FirstPoll::CheckClock));
    Interval { sleep, period, behavior: MissedTickBehavior::default() }
}

/// What an [`Interval`] does when a tick is taken more than 5 milliseconds late.
///
/// With a period of 10 and a task that is busy from 12 to 34, the ticks that follow are due at:
///
/// | behaviour | taken | then due at |
/// |---|---|---|
/// | `Burst` | 34 (due at 20) | 30, 40, 50 |
/// | `Delay` | 34 (due at 20) | 44, 54, 64 |
/// | `Skip` | 34 (due at 20) | 40, 50, 60 |
///
/// ```
/// use rt_time::{MissedTickBehavior, interval};
///
/// let mut ticks = interval(std::time::Duration::from_secs(1));
/// assert_eq!(ticks.missed_tick_behavior(), MissedTickBehavior::Burst);
/// ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissedTickBehavior {
    /// Ticks as fast as it can until it has caught up: no tick is left out.
    #[default]
    Burst,
    /// Ticks one period after the late tick was taken, and so on: no two are closer than a period.
    Delay,
    /// Leaves out what was missed, and keeps to multiples of the period.
    Skip,
}

/// Ticks at a steady pace; made by [`interval()`] and [`interval_at()`].
///
/// ```
/// use rt_time::{Interval, interval};
/// use std::time::Duration;
///
/// /// Says each minute that it is alive.
/// struct Heartbeat(Interval);
///
/// let heartbeat = Heartbeat(interval(Duration::from_secs(60)));
/// assert_eq!(heartbeat.0.period(), Duration::from_secs(60));
/// ```
#[derive(Debug)]
pub struct Interval {
    /// Until the next tick.
    sleep: Pin<Box<Sleep>>,
    period: Duration,
    behavior: MissedTickBehavior,
}

/// The future of [`Interval::tick`].
///
/// ```
/// # use rt_core::{Config, Executor, GUESTS};
/// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
/// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
/// # executor.block_on(async {
/// use rt_time::{IntervalTick, interval};
///
/// let mut ticks = interval(std::time::Duration::from_secs(1));
/// let first: IntervalTick<'_> = ticks.tick();
/// first.await; // at once
/// # });
/// ```
#[derive(Debug)]
#[must_use = "a tick does nothing unless it is awaited or polled"]
pub struct IntervalTick<'a> {
    interval: &'a mut Interval,
}

impl Interval {
    /// Waits for the next tick; returns when it was due.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, GUESTS};
    /// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
    /// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
    /// # executor.block_on(async {
    /// use rt_time::interval;
    /// use std::time::Duration;
    ///
    /// let mut ticks = interval(Duration::from_millis(1));
    /// for _ in 0..3 {
    ///     ticks.tick().await; // at once, then a millisecond apart
    /// }
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// When it is polled outside a runtime with timers.
    ///
    /// # Cancel safety
    ///
    /// A tick that was not returned is not lost: the next call waits for the same one.
    pub fn tick(&mut self) -> IntervalTick<'_> {
        IntervalTick { interval: self }
    }

    /// What [`Interval::tick`] does, for a future that is written by hand.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, GUESTS};
    /// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
    /// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
    /// # executor.block_on(async {
    /// use rt_time::interval;
    /// use std::{future::poll_fn, time::Duration};
    ///
    /// let mut ticks = interval(Duration::from_millis(1));
    /// let first = poll_fn(|cx| ticks.poll_tick(cx)).await;
    /// let second = poll_fn(|cx| ticks.poll_tick(cx)).await;
    /// assert_eq!(second - first, Duration::from_millis(1));
    /// # });
    /// ```
    pub fn poll_tick(&mut self, cx: &mut Context<'_>) -> Poll<Instant> {
        ready!(self.sleep.as_mut().poll(cx));
        let due = self.sleep.deadline();
        let next = self.behavior.next(due, Instant::now(), self.period);
        self.reset_at(next);
        Poll::Ready(due)
    }

    /// Lets the next tick be due one period from now.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, GUESTS};
    /// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
    /// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
    /// # executor.block_on(async {
    /// use rt_time::{Instant, interval, pause};
    /// use std::time::Duration;
    ///
    /// pause();
    /// let second = Duration::from_secs(1);
    /// let mut ticks = interval(second);
    /// ticks.reset(); // so the first is not due at once
    /// let start = Instant::now();
    /// assert_eq!(ticks.tick().await - start, second);
    /// # });
    /// ```
    pub fn reset(&mut self) {
        self.reset_after(self.period);
    }

    /// Lets the next tick be due now.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, GUESTS};
    /// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
    /// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
    /// # executor.block_on(async {
    /// use rt_time::{Instant, interval_at, pause};
    /// use std::time::Duration;
    ///
    /// pause();
    /// let start = Instant::now();
    /// let mut ticks = interval_at(start + Duration::from_secs(60), Duration::from_secs(60));
    /// ticks.reset_immediately();
    /// assert_eq!(ticks.tick().await, start);
    /// # });
    /// ```
    pub fn reset_immediately(&mut self) {
        self.reset_after(Duration::ZERO);
    }

    /// Lets the next tick be due `after` from now, and the others follow it.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, GUESTS};
    /// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
    /// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
    /// # executor.block_on(async {
    /// use rt_time::{Instant, interval, pause};
    /// use std::time::Duration;
    ///
    /// pause();
    /// let start = Instant::now();
    /// let mut ticks = interval(Duration::from_secs(60));
    /// ticks.reset_after(Duration::from_secs(5));
    /// assert_eq!(ticks.tick().await - start, Duration::from_secs(5));
    /// # });
    /// ```
    pub fn reset_after(&mut self, after: Duration) {
        self.reset_at(Instant::now().add_or_far(after));
    }

    /// Lets the next tick be due at `deadline`, and the others follow it.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, GUESTS};
    /// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
    /// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
    /// # executor.block_on(async {
    /// use rt_time::{Instant, interval, pause};
    /// use std::time::Duration;
    ///
    /// pause();
    /// let noon = Instant::now() + Duration::from_secs(600);
    /// let mut ticks = interval(Duration::from_secs(60));
    /// ticks.reset_at(noon);
    /// assert_eq!(ticks.tick().await, noon);
    /// # });
    /// ```
    pub fn reset_at(&mut self, deadline: Instant) {
        self.sleep.as_mut().reset(deadline);
    }

    /// The time from one tick to the next.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// assert_eq!(rt_time::interval(Duration::from_secs(1)).period(), Duration::from_secs(1));
    /// ```
    pub fn period(&self) -> Duration {
        self.period
    }

    /// What happens when a tick is missed.
    ///
    /// ```
    /// use rt_time::{MissedTickBehavior, interval};
    ///
    /// let ticks = interval(std::time::Duration::from_secs(1));
    /// assert_eq!(ticks.missed_tick_behavior(), MissedTickBehavior::Burst);
    /// ```
    pub fn missed_tick_behavior(&self) -> MissedTickBehavior {
        self.behavior
    }

    /// Chooses what happens when a tick is missed.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, GUESTS};
    /// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
    /// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
    /// # executor.block_on(async {
    /// use rt_time::{MissedTickBehavior, advance, interval, pause};
    /// use std::time::Duration;
    ///
    /// pause();
    /// let second = Duration::from_secs(1);
    /// let mut ticks = interval(second);
    /// ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    /// let first = ticks.tick().await;
    /// advance(5 * second).await; // four ticks are missed, and one is late
    /// ticks.tick().await;
    /// assert_eq!(ticks.tick().await - first, 6 * second);
    /// # });
    /// ```
    pub fn set_missed_tick_behavior(&mut self, behavior: MissedTickBehavior) {
        self.behavior = behavior;
    }
}

impl Future for IntervalTick<'_> {
    type Output = Instant;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Instant> {
        self.interval.poll_tick(cx)
    }
}

impl MissedTickBehavior {
    /// When the next tick is due, if one that was due at `due` was taken at `now`.
    pub(crate) fn next(self, due: Instant, now: Instant, period: Duration) -> Instant {
        let late = now.saturating_duration_since(due);
        match self {
            MissedTickBehavior::Delay if late > LATE => now.add_or_far(period),
            MissedTickBehavior::Skip if late > LATE => {
                now.add_or_far(period - remainder(late, period))
            }
            _ => due.add_or_far(period),
        }
    }
}

/// What is left of `time` after whole periods.
fn remainder(time: Duration, period: Duration) -> Duration {
    const SECOND: u128 = 1_000_000_000;
    let rest = time.as_nanos() % period.as_nanos();
    Duration::new((rest / SECOND) as u64, (rest % SECOND) as u32)
}
