//! Three workers on one queue, as in asyncio's documentation.

use std::sync::Arc;

use rt::sync::Queue;
use rt::task::Builder;
use rt::time::{Duration, Instant, sleep};

const JOBS: u64 = 20;
const WORKERS: usize = 3;

async fn work(name: String, queue: Arc<Queue<Duration>>) {
    loop {
        let Ok(job) = queue.get_job().await else { return };
        sleep(*job).await;
        println!("    {name} has slept for {:.2} s", job.as_secs_f64());
        // Dropping the job says that it is done.
    }
}

pub(crate) fn queue() {
    rt::run(async {
        let queue = Arc::new(Queue::unbounded());
        let mut total = Duration::ZERO;
        for number in 0..JOBS {
            // From 0.05 to 1 s, in an order without a pattern.
            let job = Duration::from_millis(50 * (1 + number * 7 % JOBS));
            total += job;
            queue.put(job).await.expect("the queue is open");
        }

        let start = Instant::now();
        let workers: Vec<_> = (1..=WORKERS)
            .map(|number| {
                let name = format!("worker-{number}");
                Builder::new().name(name.clone()).spawn(work(name, queue.clone()))
            })
            .collect();
        queue.join().await;
        let took = start.elapsed();

        for worker in &workers {
            worker.cancel();
        }
        for worker in workers {
            assert!(worker.await.unwrap_err().is_cancelled());
        }
        println!("    ====");
        println!("    {WORKERS} workers slept in parallel for {:.2} s", took.as_secs_f64());
        println!("    total expected sleep time: {:.2} s", total.as_secs_f64());
    });
}
