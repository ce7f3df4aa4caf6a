//! Work in other processes: one of them crashes, one hangs, and this program goes on.

use rt::pool::{ProcessPool, worker};
use rt::time::{Duration, interval};

rt::job! {
    /// How many primes there are below `bound`, the slow way.
    fn primes(bound: u32) -> usize {
        (2..bound).filter(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0)).count()
    }
    with { idempotent: true }
}

/// Ends its process, as a bug in a C library might.
fn crash() -> u32 {
    std::process::abort()
}

/// Never ends, unless it is told that nobody waits any more.
fn hang() -> u32 {
    while !worker::is_cancelled() {}
    0
}

#[rt::main]
async fn main() {
    println!("main runs once: in the workers it never does");
    let ticker = rt::spawn(async {
        let mut ticks = interval(Duration::from_millis(10));
        loop {
            ticks.tick().await; // the runtime has nothing to do but this
        }
    });

    let pool = ProcessPool::builder().workers(2).build().unwrap();
    println!("primes: {}", pool.job::<primes>((20_000,)).await.unwrap());
    println!("the same, here: {}", primes(20_000));

    let error = pool.run(crash, ()).await.unwrap_err();
    println!("a crash: {}", error.as_crash().unwrap().how);

    let error = pool.run(hang, ()).timeout(Duration::from_millis(50)).await.unwrap_err();
    println!("a hang: {error}");

    let squares = pool.map(|n: u64| n * n, 1..=1_000).collect().await;
    println!("squares: {}", squares.into_iter().map(Result::unwrap).sum::<u64>());
    pool.close().await;
    ticker.abort();
}
