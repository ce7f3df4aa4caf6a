//! A clock that tests own: stop it, start it, move it.

use crate::clock::HandError;
use crate::timers::Timers;
use rt_core::{YieldNow, with_driver, yield_now};
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// Stops the clock of the current runtime.
///
/// From then on [`Instant::now`](crate::Instant::now) stands still inside the runtime, at the start
/// of a millisecond of its clock. When every task waits, and nothing goes on outside, time jumps to
/// the next deadline: hours pass at once, in order. [`advance`] moves it as well.
///
/// Tasks are waited for wherever they are, on every kind of runtime. What other threads do is not
/// known: they hold up the jump by a guard, which `rt::testing::external` makes. A thread that was
/// pushing a task while the clock stopped may still be jumped over. The clocks of other runtimes,
/// and [`std::time::Instant`], go on.
///
/// ```
/// # use rt_core::{Config, Executor, GUESTS};
/// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
/// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
/// # executor.block_on(async {
/// use rt_time::{Instant, pause, sleep};
/// use std::time::Duration;
///
/// pause();
/// let start = Instant::now();
/// let day = Duration::from_secs(24 * 60 * 60);
/// sleep(day).await; // takes no time at all
/// assert_eq!(start.elapsed(), day);
/// # });
/// ```
///
/// # Panics
///
/// When the clock stands still already, and outside a runtime with timers.
#[track_caller]
pub fn pause() {
    change("stop", Timers::stop_clock);
}

/// Lets the clock of the current runtime go on, from where it stood.
///
/// ```
/// # use rt_core::{Config, Executor, GUESTS};
/// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
/// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
/// # executor.block_on(async {
/// use rt_time::{Instant, advance, pause, resume};
/// use std::time::Duration;
///
/// let start = Instant::now();
/// pause();
/// advance(Duration::from_secs(60)).await;
/// resume();
/// assert!(start.elapsed() >= Duration::from_secs(60));
/// # });
/// ```
///
/// # Panics
///
/// When the clock does not stand still, and outside a runtime with timers.
#[track_caller]
pub fn resume() {
    change("start", Timers::start_clock);
}

/// Moves the clock of the current runtime, which must stand still, by `duration`.
///
/// Time is moved at the first poll, in one go. Whoever waited for a moment in between is woken, and
/// gets its turn when the calling task lets it: the future yields once. To pass through each
/// deadline in order, sleep instead: then time jumps from one to the next.
///
/// ```
/// # use rt_core::{Config, Executor, GUESTS};
/// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
/// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
/// # executor.block_on(async {
/// use rt_time::{Instant, advance, pause};
/// use std::time::Duration;
///
/// pause();
/// let start = Instant::now();
/// advance(Duration::from_millis(1_500)).await;
/// assert_eq!(start.elapsed(), Duration::from_millis(1_500));
/// # });
/// ```
///
/// # Panics
///
/// When it is polled while the clock moves by itself, outside a runtime with timers, or when no
/// instant is that far away.
///
/// # Cancel safety
///
/// Once polled it has moved the clock.
#[track_caller]
pub fn advance(duration: Duration) -> Advance {
    Advance { duration: Some(duration), yielding: yield_now(), made_at: Location::caller() }
}

/// The future of [`advance`].
///
/// ```
/// # use rt_core::{Config, Executor, GUESTS};
/// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
/// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
/// # executor.block_on(async {
/// use rt_time::{Advance, advance, pause};
/// use std::time::Duration;
///
/// pause();
/// let hour: Advance = advance(Duration::from_secs(3_600));
/// hour.await; // it moves the clock when it is polled
/// # });
/// ```
#[derive(Debug)]
#[must_use = "the clock is moved only when this is awaited"]
pub struct Advance {
    /// Until the clock has been moved.
    duration: Option<Duration>,
    yielding: YieldNow,
    made_at: &'static Location<'static>,
}

impl Future for Advance {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(duration) = self.duration.take() {
            let moved = with_driver(|timers: &Timers, _| timers.advance_clock(duration));
            match moved {
                Ok(Ok(())) => {}
                Ok(Err(error)) => refuse("move", error, self.made_at),
                Err(error) => panic!("cannot move the clock at {}: {error}", self.made_at),
            }
        }
        Pin::new(&mut self.yielding).poll(cx)
    }
}

/// Changes how the clock goes, and tells the threads, which may sleep until a moment that comes at
/// another time now.
#[track_caller]
fn change(what: &str, change: impl FnOnce(&Timers) -> Result<(), HandError>) {
    let changed = with_driver(|timers: &Timers, place| {
        change(timers)?;
        place.clock_changed();
        Ok(())
    });
    match changed {
        Ok(Ok(())) => {}
        Ok(Err(error)) => refuse(what, error, Location::caller()),
        Err(error) => panic!("cannot {what} the clock at {}: {error}", Location::caller()),
    }
}

#[cold]
fn refuse(what: &str, error: HandError, at: &Location<'_>) -> ! {
    let reason = match error {
        HandError::StandsStill => "it stands still already; call `resume` first",
        HandError::Moves => "it moves by itself; call `pause` first",
        HandError::TooFar => "no instant is that far away; ask for less",
    };
    panic!("cannot {what} the clock at {at}: {reason}")
}
