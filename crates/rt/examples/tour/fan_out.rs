//! Many tasks that compute, on one worker and on all of them.

use std::sync::mpsc;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use rt::runtime::{Builder, Metrics};

const TASKS: u64 = 2_000;
const NUMBERS_PER_TASK: u64 = 1_500;

/// What one run gave.
struct Run {
    workers: usize,
    primes: usize,
    wall: Duration,
    metrics: Metrics,
}

pub(crate) fn cores() {
    let all = available_parallelism().map_or(1, usize::from);
    let numbers = TASKS * NUMBERS_PER_TASK;
    println!("    {TASKS} tasks count the primes below {numbers}");
    println!();
    println!("    {:<12}{:>10}{:>10}{:>12}{:>12}", "", "seconds", "speed-up", "polls", "stolen");

    let one = measure(1);
    print(&one, one.wall);
    if all == 1 {
        println!("    (this machine has one core)");
        return;
    }
    let many = measure(all);
    print(&many, one.wall);
    assert_eq!(one.primes, many.primes, "the same ranges hold the same primes");
    println!();
    println!(
        "    Both found {} primes. Each task is polled once, and the task that joins",
        one.primes
    );
    println!("    them once more whenever it has to wait.");
}

/// Starts a runtime for one fan-out.
///
/// This thread waits in a channel: inside `block_on` it would help, and be one worker more.
fn measure(workers: usize) -> Run {
    let runtime = Builder::new_multi_thread()
        .worker_threads(workers)
        .build()
        .unwrap_or_else(|error| panic!("cannot start the runtime: {error}"));
    let (tell, told) = mpsc::channel();
    let start = Instant::now();
    drop(runtime.spawn(async move {
        let _ = tell.send(fan_out().await);
    }));
    let primes = told.recv().expect("the fan-out does not panic");
    Run { workers, primes, wall: start.elapsed(), metrics: runtime.metrics() }
}

/// A task for each range, and the sum of what they find.
async fn fan_out() -> usize {
    let tasks: Vec<_> =
        (0..TASKS).map(|task| rt::spawn(count_primes(task * NUMBERS_PER_TASK))).collect();
    let mut primes = 0;
    for task in tasks {
        primes += task.await.expect("counting primes does not panic");
    }
    primes
}

async fn count_primes(first: u64) -> usize {
    (first..first + NUMBERS_PER_TASK).filter(|&number| is_prime(number)).count()
}

fn is_prime(number: u64) -> bool {
    let mut divisors = (2..).take_while(|divisor| divisor * divisor <= number);
    number >= 2 && divisors.all(|divisor| number % divisor != 0)
}

fn print(run: &Run, one: Duration) {
    let name =
        if run.workers == 1 { "1 worker".into() } else { format!("{} workers", run.workers) };
    let wall = run.wall.as_secs_f64();
    let speed_up = one.as_secs_f64() / wall;
    println!("    {name:<12}{wall:>10.3}{speed_up:>10.2}");
    for (number, worker) in run.metrics.workers.iter().enumerate() {
        let name = format!("  worker {number}");
        println!("    {name:<12}{:>20}{:>12}{:>12}", "", worker.polls, worker.tasks_stolen);
    }
}
