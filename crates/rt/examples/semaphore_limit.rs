//! Never more than three downloads at a time.

use std::sync::{Arc, Mutex};

use rt::sync::Semaphore;
use rt::time::{Duration, sleep};

fn count(running: &Mutex<(i32, i32)>, change: i32) {
    let mut running = running.lock().unwrap();
    running.0 += change;
    running.1 = running.1.max(running.0);
}

#[rt::main]
async fn main() {
    let permits = Arc::new(Semaphore::new(3));
    let running = Arc::new(Mutex::new((0, 0))); // now, and at most
    let downloads: Vec<_> = (0..12)
        .map(|_| {
            let (permits, running) = (permits.clone(), running.clone());
            rt::spawn(async move {
                let _permit = permits.acquire().await.unwrap();
                count(&running, 1);
                sleep(Duration::from_millis(20)).await;
                count(&running, -1);
            })
        })
        .collect();
    for download in downloads {
        download.await.unwrap();
    }
    println!("12 downloads, at most {} at a time", running.lock().unwrap().1);
}
