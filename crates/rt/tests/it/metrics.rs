//! What a runtime tells about itself.

use std::future::pending;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::gate::Gate;
use crate::{on_each_kind, with_workers};

const MANY: usize = 100;

/// Runs `body` in a poll on the only worker, and returns what it gives.
fn in_a_poll<T: Send + 'static>(
    runtime: &rt::Runtime,
    body: impl FnOnce() -> T + Send + 'static,
) -> T {
    let (tell, told) = mpsc::channel();
    drop(runtime.spawn(async move { tell.send(body()).unwrap() }));
    told.recv().unwrap()
}

/// Waits until every task has ended: joiners are told so before it is counted.
fn settles(handle: &rt::Handle) -> bool {
    (0..1_000_000).any(|_| {
        std::thread::yield_now();
        handle.metrics().tasks_alive() == 0
    })
}

#[test]
fn tasks_are_counted_wherever_they_start_and_however_they_end() {
    on_each_kind(|runtime| {
        let gate = Gate::default();
        let outside = runtime.spawn(async {});
        runtime.block_on(async {
            outside.await.unwrap();
            rt::spawn(async { rt::spawn(async {}).await.unwrap() }).await.unwrap();
            let panics = rt::spawn(async { std::panic::resume_unwind(Box::new(())) });
            assert!(panics.await.is_err());
            let aborted = rt::spawn(pending::<()>());
            aborted.abort();
            assert!(aborted.await.is_err());
        });
        let handle = runtime.handle().clone();
        assert!(settles(&handle), "{:?}", handle.metrics());
        assert_eq!(handle.metrics().tasks_spawned, 5);

        for _ in 0..MANY {
            let gate = gate.clone();
            drop(runtime.spawn(async move { gate.wait().await }));
        }
        assert_eq!(handle.metrics().tasks_alive(), MANY as u64);
        drop(runtime);
        let metrics = handle.metrics();
        assert_eq!((metrics.tasks_spawned, metrics.tasks_alive()), (5 + MANY as u64, 0));
    });
}

#[test]
fn a_worker_counts_its_polls_and_hits() {
    let runtime = rt::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        for _ in 0..MANY {
            rt::spawn(async { rt::task::yield_now().await }).await.unwrap();
        }
    });
    let worker = runtime.metrics().workers[0];
    // Two polls of each task, and one of the future in `block_on` before and after each.
    assert_eq!(worker.polls, 3 * MANY as u64 + 1);
    assert_eq!(worker.next_hits, MANY as u64);
    assert_eq!((worker.steals, worker.tasks_lost, worker.overflows), (0, 0, 0));
}

#[test]
fn what_one_worker_stole_another_lost() {
    let runtime = with_workers(2);
    let (tell, told) = mpsc::channel();
    in_a_poll(&runtime, move || {
        for _ in 0..MANY {
            let tell = tell.clone();
            drop(rt::spawn(async move { tell.send(()).unwrap() }));
        }
        drop(tell);
        // This worker stays here: the other has to take them all, the last from its next slot.
        told.iter().for_each(drop);
    });
    let metrics = runtime.metrics();
    let sum = |count: fn(&rt::runtime::WorkerMetrics) -> u64| {
        metrics.workers.iter().map(count).sum::<u64>()
    };
    assert!(sum(|worker| worker.tasks_stolen) >= MANY as u64);
    assert_eq!(sum(|worker| worker.tasks_stolen), sum(|worker| worker.tasks_lost));
    assert!(metrics.workers.iter().any(|worker| worker.tasks_lost >= MANY as u64 / 2));
    assert!(sum(|worker| worker.steals) > 0);
}

#[test]
fn a_wake_is_counted_by_who_causes_it() {
    let runtime = with_workers(2);
    let handle = runtime.handle().clone();
    in_a_poll(&runtime, move || {
        let wakes = || handle.metrics().workers.iter().map(|worker| worker.wakes).sum::<u64>();
        let before = wakes();
        while wakes() == before {
            // A worker that is awake is busier at the second look.
            let (first, second) = (handle.metrics().workers, handle.metrics().workers);
            if first.iter().zip(&second).any(|(first, second)| first.busy == second.busy) {
                // The second goes to the deque, and the sleeper is woken for it.
                (0..2).for_each(|_| drop(rt::spawn(async {})));
            }
            std::thread::yield_now();
        }
    });
}

#[test]
fn queues_have_a_depth() {
    let runtime = with_workers(1);
    let handle = runtime.handle().clone();
    let before = in_a_poll(&runtime, move || {
        let before = handle.metrics().workers[0];
        (0..MANY).for_each(|_| drop(rt::spawn(async {})));
        let after = handle.metrics().workers[0];
        assert_eq!(after.queue_len - before.queue_len, MANY);
        (0..2_000).for_each(|_| drop(rt::spawn(async {})));
        before
    });
    assert!(settles(runtime.handle()));
    let worker = runtime.metrics().workers[0];
    assert!(worker.overflows > before.overflows);
    assert!(worker.injector_takes > before.injector_takes);
}

#[test]
fn a_worker_that_never_parks_is_seen_to_be_busy() {
    let started = Instant::now();
    let runtime = with_workers(1);
    let handle = runtime.handle().clone();
    in_a_poll(&runtime, move || {
        let busy = || handle.metrics().workers[0].busy;
        let before = busy();
        while busy() < before + Duration::from_millis(2) {}
    });
    let metrics = runtime.metrics();
    assert!(metrics.workers[0].busy <= started.elapsed());
    assert_eq!(metrics.guests.busy, Duration::ZERO);
}

#[test]
fn a_worker_that_sleeps_is_not_busy() {
    let runtime = with_workers(1);
    let sleeping = |runtime: &rt::Runtime| {
        // A worker that is awake is busier at each look.
        let look = || runtime.metrics().workers[0].busy;
        (0..1_000_000).any(|_| {
            std::thread::yield_now();
            look() == look()
        })
    };
    assert!(sleeping(&runtime));
    in_a_poll(&runtime, || ());
    assert!(sleeping(&runtime));
}
