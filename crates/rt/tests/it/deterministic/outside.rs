//! A deterministic runtime among timers, other threads and drops.

use std::sync::Arc;
use std::time::Duration;

use super::seeded;
use crate::gate::Gate;

#[test]
fn timers_fire_for_every_worker() {
    for seed in 0..20 {
        seeded(seed).block_on(async {
            let nap = || async { rt::time::sleep(Duration::from_millis(1)).await };
            let tasks: Vec<_> = (0..20).map(|_| rt::spawn(nap())).collect();
            nap().await;
            for task in tasks {
                task.await.unwrap();
            }
        });
    }
}

#[test]
fn a_timer_gets_through_to_busy_workers() {
    // A clock that stands still would do so for as long as they are busy.
    let runtime = rt::Builder::new_deterministic(3).start_paused(false).build().unwrap();
    runtime.block_on(async {
        for _ in 0..3 {
            drop(rt::spawn(async {
                loop {
                    rt::task::yield_now().await;
                }
            }));
        }
        rt::spawn(rt::time::sleep(Duration::from_millis(1))).await.unwrap();
    });
}

#[test]
fn other_threads_may_spawn_and_wake() {
    let runtime = seeded(1);
    let gate = Gate::default();
    let (handle, opener) = (runtime.handle().clone(), gate.clone());
    let thread = std::thread::spawn(move || {
        // Only now is the other thread sure to sleep, or about to.
        while opener.waiting() == 0 {
            std::thread::yield_now();
        }
        let spawned = handle.spawn(async { 7 });
        drop(handle.spawn(async move { opener.open() }));
        spawned
    });
    runtime.block_on(gate.wait());
    let spawned = thread.join().unwrap();
    assert_eq!(runtime.block_on(spawned).unwrap(), 7);
}

#[test]
fn a_second_thread_waits_for_its_future_and_takes_over() {
    let runtime = Arc::new(seeded(1));
    let (entered, left) = (Gate::default(), Gate::default());
    let (second, in_second, is_in) = (runtime.clone(), left.clone(), entered.clone());
    let thread = std::thread::spawn(move || {
        second.block_on(async move {
            is_in.open();
            in_second.wait().await;
            rt::spawn(async { 7 }).await.unwrap()
        })
    });
    runtime.block_on(entered.wait());
    left.open();
    assert_eq!(thread.join().unwrap(), 7);
}

#[test]
fn a_drop_ends_the_tasks_wherever_they_are() {
    for seed in 0..50 {
        let token = Arc::new(());
        let runtime = seeded(seed);
        runtime.block_on(async {
            for number in 0..30 {
                let token = token.clone();
                drop(rt::spawn(async move {
                    let _alive = token;
                    match number % 3 {
                        0 => std::future::pending().await,
                        1 => rt::time::sleep(Duration::from_secs(60)).await,
                        _ => (0..number).for_each(|_| drop(rt::spawn(rt::task::yield_now()))),
                    }
                }));
            }
            for _ in 0..seed {
                rt::task::yield_now().await;
            }
        });
        drop(runtime);
        assert_eq!(Arc::strong_count(&token), 1, "a future is left after seed {seed}");
    }
}

#[test]
fn a_runtime_dropped_inside_ends_its_tasks() {
    for seed in 0..50 {
        let token = Arc::new(());
        let runtime = seeded(seed);
        let handle = runtime.handle().clone();
        handle.block_on(async {
            for _ in 0..20 {
                let token = token.clone();
                drop(rt::spawn(async move {
                    let _alive = token;
                    rt::task::yield_now().await;
                    std::future::pending::<()>().await;
                }));
            }
            for _ in 0..seed {
                rt::task::yield_now().await;
            }
            drop(runtime);
            rt::task::yield_now().await;
        });
        assert_eq!(Arc::strong_count(&token), 1, "a future is left after seed {seed}");
    }
}
