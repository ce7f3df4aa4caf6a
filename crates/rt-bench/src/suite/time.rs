//! Benches of timers: that fire, that do not, that are set anew, and that tick.

use std::{
    future::poll_fn,
    pin::Pin,
    task::Poll,
    time::{Duration, Instant},
};

use super::Work;
use crate::{
    latch::Latch,
    measure::wrong,
    peer::{Peer, inside},
};

pub(crate) struct SleepFire;

impl Work for SleepFire {
    const NAME: &'static str = "sleep_fire";
    const DOES: &'static str = "100 000 tasks that sleep for 1 to 100 ms each";

    fn run<P: Peer>(runtime: &P::Runtime) {
        const TASKS: usize = 100_000;
        let latch = Latch::new(TASKS);
        let tasks = latch.clone();
        inside::<P, _>(runtime, async move {
            for number in 0..TASKS {
                let latch = tasks.clone();
                let duration = Duration::from_millis(1 + number as u64 % 100);
                P::detach(P::spawn(async move {
                    let start = Instant::now();
                    P::sleep(duration).await;
                    if start.elapsed() < duration {
                        wrong("a sleep ended early");
                    }
                    latch.count_down();
                }));
            }
        });
        latch.wait();
    }
}

pub(crate) struct TimeoutUnfired;

impl Work for TimeoutUnfired {
    const NAME: &'static str = "timeout_unfired";
    const DOES: &'static str = "100 tasks that put 5 000 times a timeout of 10 s over one yield";

    fn run<P: Peer>(runtime: &P::Runtime) {
        const TASKS: usize = 100;
        const LIMIT: Duration = Duration::from_secs(10);
        let latch = Latch::new(TASKS);
        let tasks = latch.clone();
        inside::<P, _>(runtime, async move {
            for _ in 0..TASKS {
                let latch = tasks.clone();
                P::detach(P::spawn(async move {
                    for _ in 0..5_000 {
                        if P::timeout(LIMIT, P::yield_now()).await.is_none() {
                            wrong("a timeout of 10 s fired");
                        }
                    }
                    latch.count_down();
                }));
            }
        });
        latch.wait();
    }
}

/// A timer, polled once, so that it is among those that wait.
async fn waiting<P: Peer>(duration: Duration) -> Pin<Box<P::Timer>> {
    let mut timer = Box::pin(P::timer(duration));
    poll_once::<P>(&mut timer).await;
    timer
}

/// Polls a timer that is not due.
async fn poll_once<P: Peer>(timer: &mut Pin<Box<P::Timer>>) {
    poll_fn(|cx| match timer.as_mut().poll(cx) {
        Poll::Ready(_) => wrong("a timer of seconds fired at once"),
        Poll::Pending => Poll::Ready(()),
    })
    .await;
}

/// Seconds from now, and not always as many.
fn seconds(number: usize) -> Duration {
    Duration::from_millis(10_000 + number as u64 * 37 % 60_000)
}

pub(crate) struct TimerReset;

impl Work for TimerReset {
    const NAME: &'static str = "timer_reset";
    const DOES: &'static str = "one timer that is set anew, and polled, 500 000 times";

    fn run<P: Peer>(runtime: &P::Runtime) {
        inside::<P, _>(runtime, async {
            let mut timer = waiting::<P>(seconds(0)).await;
            for number in 0..500_000 {
                P::reset(timer.as_mut(), seconds(number));
                poll_once::<P>(&mut timer).await;
            }
        });
    }
}

pub(crate) struct TimersLive;

impl Work for TimersLive {
    const NAME: &'static str = "timers_100k_live";
    const DOES: &'static str =
        "among 100 000 timers that wait, 500 000 times one is dropped and another begins";

    fn run<P: Peer>(runtime: &P::Runtime) {
        const LIVE: usize = 100_000;
        inside::<P, _>(runtime, async {
            let mut live = Vec::with_capacity(LIVE);
            for number in 0..LIVE {
                live.push(waiting::<P>(seconds(number)).await);
            }
            for number in 0..500_000 {
                live[number % LIVE] = waiting::<P>(seconds(number)).await;
            }
        });
    }
}

pub(crate) struct IntervalTick;

impl Work for IntervalTick {
    const NAME: &'static str = "interval_tick";
    const DOES: &'static str = "an interval that makes up for 500 000 ticks";

    fn run<P: Peer>(runtime: &P::Runtime) {
        const TICKS: usize = 500_000;
        let period = Duration::from_micros(10);
        // So long ago that all of them are due.
        let start = Instant::now().checked_sub(period * TICKS as u32);
        let Some(start) = start else { wrong("the machine has just been started; wait 5 s") };
        inside::<P, _>(runtime, P::ticks(start, period, TICKS));
    }
}
