//! Calls that block go to threads; the tasks of the runtime go on meanwhile.

use std::sync::{Arc, Mutex};

use rt::pool::ThreadPool;
use rt::time::{Duration, sleep};

#[allow(clippy::disallowed_methods, reason = "it stands for a call that blocks")]
fn read_slowly(number: u64) -> u64 {
    std::thread::sleep(Duration::from_millis(300));
    number * number
}

#[rt::main(flavor = "current_thread")]
async fn main() {
    let ticks = Arc::new(Mutex::new(0));
    let ticker = rt::spawn({
        let ticks = ticks.clone();
        async move {
            loop {
                sleep(Duration::from_millis(10)).await;
                *ticks.lock().unwrap() += 1;
            }
        }
    });
    // The default pool: a thread for each call that is under way.
    let calls: Vec<_> = (1..=3).map(|n| rt::task::spawn_blocking(move || read_slowly(n))).collect();
    for call in calls {
        println!("{}", call.await.unwrap());
    }
    println!("the only thread of the runtime went on: {}", *ticks.lock().unwrap() > 5);
    ticker.abort();

    // A pool of its own, with a bound.
    let pool = ThreadPool::builder().max_threads(2).build().unwrap();
    let call = pool.spawn(|| read_slowly(4));
    println!("{}", call.await.unwrap());
}
