//! Jobs in a queue, and tasks that work them off.

use std::sync::{Arc, Mutex};

use rt::sync::Queue;
use rt::time::{Duration, sleep};

async fn work(queue: Arc<Queue<u64>>, slept: Arc<Mutex<u64>>) {
    while let Ok(job) = queue.get_job().await {
        sleep(Duration::from_millis(*job)).await;
        *slept.lock().unwrap() += *job;
        // Dropped, the job counts as done: also if this task had panicked.
    }
}

#[rt::main]
async fn main() {
    let queue = Arc::new(Queue::bounded(8));
    let slept = Arc::new(Mutex::new(0));
    let workers: Vec<_> = (0..3).map(|_| rt::spawn(work(queue.clone(), slept.clone()))).collect();
    for job in 1..=20 {
        queue.put(job).await.expect("the queue is open"); // waits while it is full
    }
    queue.join().await;
    println!("20 jobs done, {} ms slept in all", slept.lock().unwrap());

    queue.shutdown();
    for worker in workers {
        worker.await.unwrap();
    }
    println!("{}", queue.put(21).await.unwrap_err());
}
