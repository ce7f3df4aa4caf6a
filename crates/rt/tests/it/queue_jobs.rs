//! Queues of jobs: order, room, `join` and shutdown, on any executor.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rt::sync::queue::{PutError, ShutDown, TooManyDone, TryGetError, TryPutError};
use rt::sync::{LifoQueue, PriorityQueue, Queue};
use rt::task::yield_now;

use crate::{on_each_executor, on_each_kind, until};

#[test]
fn items_come_out_in_the_order_of_their_queue() {
    on_each_executor(async || {
        let (queue, stack, sorted) =
            (Queue::bounded(3), LifoQueue::bounded(3), PriorityQueue::bounded(3));
        for item in [2, 1, 3] {
            queue.put(item).await.unwrap();
            stack.put(item).await.unwrap();
            sorted.put(item).await.unwrap();
        }
        for (first, last, least) in [(2, 3, 1), (1, 1, 2), (3, 2, 3)] {
            assert_eq!(queue.get().await, Ok(first));
            assert_eq!(stack.get().await, Ok(last));
            assert_eq!(sorted.get().await, Ok(least));
        }
        assert_eq!(queue.try_get(), Err(TryGetError::Empty));
    });
}

#[test]
fn a_full_queue_makes_who_puts_wait() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let queue = Arc::new(Queue::bounded(2));
            let (putting, put) = (queue.clone(), Arc::new(AtomicUsize::new(0)));
            let count = put.clone();
            let task = rt::spawn(async move {
                for item in 0..5 {
                    putting.put(item).await.unwrap();
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
            until(|| put.load(Ordering::Relaxed) == 2).await;
            yield_now().await;
            assert!(queue.is_full());
            assert_eq!((queue.len(), put.load(Ordering::Relaxed)), (2, 2));
            assert_eq!(queue.try_put(9), Err(TryPutError::Full(9)));
            for item in 0..5 {
                assert_eq!(queue.get().await, Ok(item));
            }
            task.await.unwrap();
        });
    });
}

/// asyncio's workers, one of which panics: with `get_job` the join still returns.
#[test]
fn a_join_ends_even_if_a_worker_panics() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let queue = Arc::new(Queue::unbounded());
            for item in 0..20 {
                queue.try_put(item).unwrap();
            }
            let worker = |queue: Arc<Queue<usize>>| async move {
                while let Ok(job) = queue.get_job().await {
                    if *job == 7 {
                        std::panic::resume_unwind(Box::new("part of the test"));
                    }
                    yield_now().await;
                }
            };
            let workers: Vec<_> = (0..3).map(|_| rt::spawn(worker(queue.clone()))).collect();
            queue.join().await;
            queue.shutdown();
            let mut panicked = 0;
            for worker in workers {
                panicked += usize::from(worker.await.is_err());
            }
            assert_eq!(panicked, 1);
            assert_eq!(queue.task_done(), Err(TooManyDone));
        });
    });
}

#[test]
fn a_job_can_be_put_back_into_a_full_queue() {
    on_each_executor(async || {
        let queue = Queue::bounded(1);
        queue.put("first").await.unwrap();
        let job = queue.get_job().await.unwrap();
        queue.put("second").await.unwrap();
        job.requeue().unwrap();
        assert_eq!(queue.get_job().await.unwrap().into_inner(), "second");
        assert_eq!(queue.get_job().await.unwrap().into_inner(), "first");
        queue.join().await;
    });
}

#[test]
fn a_shutdown_lets_the_items_out_and_tells_all_who_wait() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let queue = Arc::new(Queue::bounded(1));
            queue.put(1).await.unwrap();
            let full = queue.clone();
            let putter = rt::spawn(async move { full.put(2).await });
            let empty = Arc::new(Queue::<usize>::bounded(1));
            let other = empty.clone();
            let getter = rt::spawn(async move { other.get().await });
            yield_now().await;
            queue.shutdown();
            empty.shutdown();
            assert_eq!(putter.await.unwrap(), Err(PutError(2)));
            assert_eq!(getter.await.unwrap(), Err(ShutDown));
            assert_eq!(queue.get().await, Ok(1));
            assert_eq!(queue.get().await, Err(ShutDown));
        });
    });
}

#[test]
fn a_shutdown_at_once_gives_the_items_back() {
    on_each_executor(async || {
        let queue = Queue::bounded(3);
        for item in 0..3 {
            queue.put(item).await.unwrap();
        }
        assert_eq!(queue.get().await, Ok(0));
        assert_eq!(queue.shutdown_now(), [1, 2]);
        assert_eq!(queue.get().await, Err(ShutDown));
        // What was taken is still to be done.
        queue.task_done().unwrap();
        queue.join().await;
        assert_eq!(queue.shutdown_now(), []);
    });
}

/// The text of semantics: no item is lost or doubled, whoever is cancelled.
#[test]
fn who_is_dropped_while_it_waits_takes_nothing_along() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let queue = Arc::new(Queue::bounded(1));
            let get = |queue: Arc<Queue<usize>>| async move { queue.get().await };
            for item in 0..100 {
                let (goes, stays) = (rt::spawn(get(queue.clone())), rt::spawn(get(queue.clone())));
                yield_now().await;
                queue.try_put(item).unwrap();
                goes.abort();
                match goes.await {
                    // It was quick enough.
                    Ok(got) => {
                        assert_eq!(got, Ok(item));
                        stays.abort();
                        let _ = stays.await;
                    }
                    Err(_) => assert_eq!(stays.await.unwrap(), Ok(item)),
                }
                assert!(queue.is_empty());
            }
        });
    });
}
