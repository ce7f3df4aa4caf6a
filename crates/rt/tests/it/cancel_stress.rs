//! Requests from another thread, at whatever moment, each meet a task that ends once.

mod channels;
mod primitives;

use std::future::{Future, pending};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rt::Runtime;
use rt::cancel::{CancelExt, mask, scope};
use rt::task::{AbortHandle, JoinHandle, gather, yield_now};

use crate::with_workers;

const TASKS: usize = 1_000;
const ROUNDS: usize = 100;

/// Waits each time for another short while, of at most some microseconds.
fn pauses(seed: u64) -> impl FnMut() + Send + 'static {
    let mut random = seed;
    move || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        for _ in 0..(random >> 33) % 1_000 {
            std::hint::spin_loop();
        }
    }
}

/// Starts tasks that use a subject, and cancels each at some moment; a hundred thousand in all.
/// Returns when they have ended and let go of it.
fn cancel_all<S, F>(runtime: &Runtime, seed: u64, subject: &Arc<S>, using: fn(Arc<S>, usize) -> F)
where
    S: Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let mut pauses = pauses(seed);
    for round in 0..ROUNDS {
        let start = |number| runtime.spawn(using(subject.clone(), number + round));
        let tasks: Vec<JoinHandle<()>> = (0..TASKS).map(start).collect();
        let requests: Vec<AbortHandle> = tasks.iter().map(JoinHandle::abort_handle).collect();
        let canceller = std::thread::spawn(move || {
            for request in requests {
                pauses();
                request.cancel();
            }
            pauses
        });
        runtime.block_on(async {
            for task in tasks {
                assert!(task.await.unwrap_err().is_cancelled());
            }
        });
        pauses = canceller.join().unwrap();
    }
    runtime.block_on(crate::until(|| Arc::strong_count(subject) == 1));
}

/// Counts the ends of tasks.
struct Ends(Arc<AtomicUsize>);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Waits in one of the ways there are, for a while or for ever.
async fn waits(kind: usize) {
    match kind % 5 {
        0 => pending().await,
        1 => {
            let caught = pending::<()>().catch_cancel().await;
            yield_now().await;
            drop(caught);
            pending::<()>().await;
        }
        2 => {
            mask(async {
                for _ in 0..kind % 7 {
                    yield_now().await;
                }
            })
            .await;
        }
        3 => {
            gather([pending::<()>(), pending::<()>()]).await;
            pending::<()>().await;
        }
        _ => {
            let _ = scope(async |own| {
                own.cancel();
                pending::<()>().await;
            })
            .await;
            pending::<()>().await;
        }
    }
}

#[test]
fn a_hundred_thousand_requests_each_meet_a_task_that_ends_once() {
    let runtime = with_workers(4);
    let ends = Arc::new(AtomicUsize::new(0));
    for round in 0..ROUNDS {
        let tasks: Vec<JoinHandle<()>> = (0..TASKS)
            .map(|number| {
                let end = Ends(ends.clone());
                runtime.spawn(async move {
                    let _end = end;
                    waits(number + round).await;
                })
            })
            .collect();
        let requests: Vec<AbortHandle> = tasks.iter().map(JoinHandle::abort_handle).collect();
        let mut pauses = pauses(round as u64);
        let canceller = std::thread::spawn(move || {
            for (number, request) in requests.iter().enumerate() {
                pauses();
                request.cancel();
                if number % 3 == 0 {
                    request.cancel();
                }
            }
        });
        runtime.block_on(async {
            for task in tasks {
                let _ = task.await;
            }
        });
        canceller.join().unwrap();
        assert_eq!(ends.load(Ordering::Relaxed), (round + 1) * TASKS);
    }
    // Who joins is told a moment before the end is counted.
    runtime.block_on(crate::until(|| runtime.metrics().tasks_alive() == 0));
}
