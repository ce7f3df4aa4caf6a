//! `settle` returns when every other task is blocked.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rt::testing::{external, settle};
use rt::time::{Duration, Instant, sleep};

use super::{SECOND, on_each_paused};
use crate::gate::Gate;

#[test]
fn it_returns_when_every_other_task_is_blocked() {
    let check = |runtime: rt::Runtime| {
        runtime.block_on(async {
            let steps = Arc::new(AtomicUsize::new(0));
            let gate = Gate::default();
            for number in 0..20 {
                let (steps, gate) = (steps.clone(), gate.clone());
                rt::spawn(async move {
                    for _ in 0..number {
                        rt::task::yield_now().await;
                    }
                    steps.fetch_add(1, Ordering::Relaxed);
                    gate.wait().await;
                    steps.fetch_add(1, Ordering::Relaxed);
                });
            }
            settle().await;
            assert_eq!(steps.load(Ordering::Relaxed), 20);
            gate.open();
            settle().await;
            assert_eq!(steps.load(Ordering::Relaxed), 40);
        });
    };
    on_each_paused(check);
    crate::on_each_kind(check);
}

#[test]
fn no_time_passes_meanwhile() {
    on_each_paused(|runtime| {
        runtime.block_on(async {
            let begun = Instant::now();
            let sleeper = rt::spawn(sleep(SECOND));
            for _ in 0..10 {
                settle().await;
                assert_eq!(begun.elapsed(), Duration::ZERO);
            }
            assert!(!sleeper.is_finished());
        });
    });
}

#[test]
fn it_does_not_wait_for_work_outside() {
    on_each_paused(|runtime| {
        runtime.block_on(async {
            let working = external();
            settle().await;
            drop(working);
        });
    });
}

#[test]
fn many_may_wait_for_it() {
    on_each_paused(|runtime| {
        runtime.block_on(async {
            let tasks: Vec<_> = (0..20).map(|_| rt::spawn(settle())).collect();
            settle().await;
            for task in tasks {
                task.await.unwrap();
            }
        });
    });
}
