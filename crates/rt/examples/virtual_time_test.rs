//! A year of sleeps in no time: the clock jumps when every task waits.

use rt::time::{Duration, Instant, sleep};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn main() {
    let real = std::time::Instant::now();
    let runtime = rt::Builder::new_multi_thread().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let start = Instant::now();
        let yearly = rt::spawn(async move {
            sleep(365 * DAY).await;
            println!("day {}: a year is over", start.elapsed().as_secs() / DAY.as_secs());
        });
        for _ in 0..3 {
            sleep(100 * DAY).await;
            println!("day {}", start.elapsed().as_secs() / DAY.as_secs());
        }
        yearly.await.unwrap();
    });
    println!("in less than a second: {}", real.elapsed() < Duration::from_secs(1));
}
