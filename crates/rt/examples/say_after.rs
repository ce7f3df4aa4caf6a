//! Two things waited for one after the other, then both at once.

use rt::time::{Duration, Instant, sleep};

async fn say_after(tenths: u64, what: &str) {
    sleep(Duration::from_millis(100 * tenths)).await;
    println!("{what}");
}

/// Tenths of a second, rounded down: a sleep is never short.
fn tenths_since(start: Instant) -> u128 {
    start.elapsed().as_millis() / 100
}

#[rt::main]
async fn main() {
    let start = Instant::now();
    say_after(1, "hello").await;
    say_after(2, "world").await;
    println!("one after the other: {} tenths of a second", tenths_since(start));

    let start = Instant::now();
    let hello = rt::spawn(say_after(1, "hello"));
    let world = rt::spawn(say_after(2, "world"));
    hello.await.unwrap();
    world.await.unwrap();
    println!("both at once: {} tenths of a second", tenths_since(start));
}
