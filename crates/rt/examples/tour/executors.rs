//! Blocking work on a thread, computing on a pool of threads, and in other processes.

use std::time::Instant;

use rt::pool::{ProcessPool, ThreadPool};
use rt::time::{Duration, sleep};

/// Stands for a call into the system that takes its time.
#[allow(clippy::disallowed_methods, reason = "it stands for a call that blocks")]
fn block() -> &'static str {
    std::thread::sleep(Duration::from_millis(300));
    "read from a file"
}

/// Stands for a computation.
fn compute(numbers: u64) -> u64 {
    (0..numbers).fold(0, |sum, number| sum ^ std::hint::black_box(number * number))
}

/// Goes wrong in a way that no `catch_unwind` helps against.
fn crash(_: u64) -> u64 {
    std::process::abort()
}

pub(crate) fn executors() {
    rt::run(async {
        // It ticks on while the others are at work: no worker is held up.
        let ticker = rt::spawn(async {
            for tick in 0.. {
                sleep(Duration::from_millis(100)).await;
                println!("    tick {tick}");
            }
        });

        let read = rt::task::spawn_blocking(block).await.unwrap();
        println!("    1. default executor, a thread for blocking calls: {read}");

        let threads = ThreadPool::builder().max_threads(2).build().expect("threads start");
        let start = Instant::now();
        let sum = threads.spawn(|| compute(100_000_000)).await.unwrap();
        println!("    2. pool of threads: {sum} in {:.2} s", start.elapsed().as_secs_f64());

        let processes = ProcessPool::builder().workers(2).build().expect("processes start");
        let start = Instant::now();
        let sum = processes.run(compute, (100_000_000,)).await.unwrap();
        println!("    3. pool of processes: {sum} in {:.2} s", start.elapsed().as_secs_f64());
        ticker.abort();
    });
}

pub(crate) fn crash_proof() {
    rt::run(async {
        let processes = ProcessPool::builder().workers(2).build().expect("processes start");
        let error = processes.run(crash, (1,)).await.unwrap_err();
        println!("    a job that crashes its process: {error}");
        let sum = processes.run(compute, (1_000,)).await.unwrap();
        println!("    the pool goes on: {sum}");
    });
}
