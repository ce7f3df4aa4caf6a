//! Runtimes come and go, and nothing of them stays.

use std::sync::Arc;
use std::time::Duration;

use crate::child::in_child;
use crate::gate::Gate;
use crate::process::{resident_kib, threads};

/// Starts a runtime, leaves tasks in every state in it, and drops it.
fn come_and_go(token: &Arc<()>) {
    let runtime = crate::with_workers(2);
    let gate = Gate::default();
    runtime.block_on(async {
        let spawn = |number: u32| {
            let (gate, token) = (gate.clone(), token.clone());
            rt::spawn(async move {
                let _alive = token;
                match number % 3 {
                    0 => rt::task::yield_now().await,
                    1 => rt::time::sleep(Duration::from_secs(60)).await,
                    _ => gate.wait().await,
                }
            })
        };
        let mut tasks: Vec<_> = (0..90).map(spawn).collect();
        tasks.swap_remove(0).await.unwrap();
        tasks[0].abort();
    });
}

#[test]
fn five_hundred_runtimes_leave_nothing() {
    in_child("leaks::five_hundred_runtimes_leave_nothing", || {
        let token = Arc::new(());
        let threads_before = threads();
        for _ in 0..50 {
            come_and_go(&token);
        }
        let kib_before = resident_kib();
        for _ in 0..450 {
            come_and_go(&token);
            assert_eq!(Arc::strong_count(&token), 1, "a future is left");
        }
        // A joined thread may stand in the list for a moment more.
        let ended = (0..10_000).any(|_| {
            std::thread::yield_now();
            threads() == threads_before
        });
        assert!(ended, "{} threads, {threads_before} before", threads());
        let kib = resident_kib();
        assert!(kib < kib_before + 4_096, "{kib_before} KiB grew to {kib} KiB");
    });
}

#[test]
fn a_million_tasks_in_waves_need_the_memory_of_one_wave() {
    in_child("leaks::a_million_tasks_in_waves_need_the_memory_of_one_wave", || {
        let runtime = crate::with_workers(2);
        let wave = || {
            runtime.block_on(async {
                let tasks: Vec<_> = (0..10_000).map(|n| rt::spawn(async move { n })).collect();
                for (number, task) in (0..).zip(tasks) {
                    assert_eq!(task.await.unwrap(), number);
                }
            });
        };
        (0..10).for_each(|_| wave());
        let kib_before = resident_kib();
        (0..90).for_each(|_| wave());
        let kib = resident_kib();
        assert!(kib < kib_before + 8_192, "{kib_before} KiB grew to {kib} KiB");
    });
}
