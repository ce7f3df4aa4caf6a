//! Benches of timers that fire, then of timers that do not.

use std::time::{Duration, Instant};

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
