//! Locks, events, conditions and semaphores.

use std::sync::Arc;

use rt::sync::{Condvar, Event, Mutex, Semaphore};
use rt::time::{Duration, Instant, sleep};

/// As long as the work of a task takes.
const WORK: Duration = Duration::from_millis(100);

pub(crate) fn lock() {
    rt::run(async {
        let account = Arc::new(Mutex::new(0));
        let tasks = ["ada", "grace", "edsger"].map(|name| {
            let account = account.clone();
            rt::spawn(async move {
                let mut balance = account.lock().await;
                println!("    {name} has the lock, and finds {balance}");
                sleep(WORK).await;
                *balance += 10;
            })
        });
        for task in tasks {
            task.await.expect("a task that only sleeps does not fail");
        }
        println!("    in the end {}", *account.lock().await);
    });
}

pub(crate) fn event() {
    rt::run(async {
        let event = Arc::new(Event::new());
        let waiter = rt::spawn({
            let event = event.clone();
            async move {
                println!("    waiting for it ...");
                event.wait().await;
                println!("    ... got it!");
            }
        });
        sleep(WORK).await;
        event.set();
        waiter.await.expect("a task that only waits does not fail");
    });
}

pub(crate) fn condition() {
    rt::run(async {
        let shared = Arc::new((Mutex::new(0), Condvar::new()));
        let waiter = rt::spawn({
            let shared = shared.clone();
            async move {
                let (count, changed) = &*shared;
                let count = count.lock().await;
                let count = changed.wait_while(count, |count| *count < 3).await;
                println!("    the count has come to {count}");
            }
        });
        for _ in 0..3 {
            sleep(WORK / 2).await;
            let (count, changed) = &*shared;
            let mut count = count.lock().await;
            *count += 1;
            println!("    one more: {count}");
            changed.notify_all();
        }
        waiter.await.expect("a task that only waits does not fail");
    });
}

pub(crate) fn semaphore() {
    rt::run(async {
        let permits = Arc::new(Semaphore::new(2));
        let start = Instant::now();
        let tasks: Vec<_> = (0..6)
            .map(|number| {
                let permits = permits.clone();
                rt::spawn(async move {
                    let _permit = permits.acquire().await.expect("it is not closed");
                    println!("    {number} works at {:.1} s", start.elapsed().as_secs_f64());
                    sleep(WORK).await;
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("a task that only sleeps does not fail");
        }
    });
}
