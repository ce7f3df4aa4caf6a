//! How late sleeps end: not a race, but what the promise "never early" costs at the other end.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rt_primitive::atomic::{AtomicU64, Ordering};

use crate::{
    latch::Latch,
    measure::{warm, wrong},
    peer::{Peer, Rt, Smol, Tokio, inside},
    watchdog::Watchdog,
};

/// Sleeps of one measurement.
const SLEEPS: usize = 100_000;

/// How many tasks share them, with what their number is called.
const SHAPES: [(usize, &str); 2] =
    [(SLEEPS, "100 000 tasks at once"), (1_000, "1 000 tasks, one sleep after another")];

/// A table of how late the sleeps of each peer end, in microseconds.
pub(crate) fn lateness(workers: usize) -> String {
    let mut table = format!(
        "Lateness of {SLEEPS} sleeps of 1 to 100 ms, in µs, workers {workers}\n\n\
         | tasks | peer | p50 | p99 | max |\n|---|---|---|---|---|\n"
    );
    for (tasks, shape) in SHAPES {
        table += &row::<Rt>(workers, tasks, shape);
        table += &row::<Tokio>(workers, tasks, shape);
        table += &row::<Smol>(workers, tasks, shape);
    }
    table
}

fn row<P: Peer>(workers: usize, tasks: usize, shape: &str) -> String {
    let _watchdog = Watchdog::new(format!("lateness on {}", P::NAME));
    let runtime = P::start(workers);
    warm::<P>(&runtime);
    let mut late = measure::<P>(&runtime, tasks);
    late.sort_unstable();
    let at = |percent: usize| late[(late.len() - 1) * percent / 100] / 1_000;
    format!("| {shape} | {} | {} | {} | {} |\n", P::NAME, at(50), at(99), at(100))
}

/// How late each sleep ended, in nanoseconds.
fn measure<P: Peer>(runtime: &P::Runtime, tasks: usize) -> Vec<u64> {
    let late: Arc<[AtomicU64]> = (0..SLEEPS).map(|_| AtomicU64::new(0)).collect();
    let latch = Latch::new(tasks);
    let (slots, done) = (late.clone(), latch.clone());
    inside::<P, _>(runtime, async move {
        for first in 0..tasks {
            let (slots, done) = (slots.clone(), done.clone());
            P::detach(P::spawn(async move {
                for number in (first..SLEEPS).step_by(tasks) {
                    // 1 to 100 ms, not in whole ones, and mixed.
                    let micros = 1_000 + number as u64 * 7_919 % 99_000;
                    let duration = Duration::from_micros(micros);
                    let start = Instant::now();
                    P::sleep(duration).await;
                    let Some(late) = start.elapsed().checked_sub(duration) else {
                        wrong("a sleep ended early");
                    };
                    // ORDERING: Relaxed; the latch hands it over.
                    slots[number].store(late.as_nanos() as u64, Ordering::Relaxed);
                }
                done.count_down();
            }));
        }
    });
    latch.wait();
    // ORDERING: Relaxed; as above.
    late.iter().map(|late| late.load(Ordering::Relaxed)).collect()
}
