//! When a task has ended, nothing it started in a group is running.

use std::future::{Future, pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use rt::cancel::CancelExt;
use rt::task::{TaskStatus, gather, group, yield_now};

use crate::gate::Gate;
use crate::on_each_kind;

/// Waits at the gate; when it is cancelled, cleans up for a while, and only then lets go.
async fn cleans_up(gate: Gate, held: Arc<()>) {
    let _caught = gate.wait().catch_cancel().await;
    for _ in 0..5 {
        yield_now().await;
    }
    drop(held);
}

/// Polls it until its child waits at the gate, then drops it.
async fn poll_a_while(gate: Gate, future: impl Future) {
    let mut future = pin!(future);
    while gate.waiting() == 0 {
        poll_fn(|cx| {
            assert!(future.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        })
        .await;
        yield_now().await;
    }
}

/// Runs, in a task, what `make` makes of a gate and something to be held by a child; ends the task
/// by `end` once the child waits; then nobody holds it any more.
fn check<F>(make: impl Fn(Gate, Arc<()>) -> F, end: impl Fn(&rt::task::JoinHandle<()>))
where
    F: Future<Output = ()> + Send + 'static,
{
    on_each_kind(|runtime| {
        let alive = Arc::new(());
        runtime.block_on(async {
            let gate = Gate::default();
            let task = rt::spawn(make(gate.clone(), alive.clone()));
            crate::until(|| gate.waiting() == 1).await;
            end(&task);
            let _ = task.await;
            assert_eq!(Arc::strong_count(&alive), 1, "a child outlived its task");
        });
    });
}

#[test]
fn an_aborted_task_waits_for_the_children_of_its_group() {
    let make = |gate, held| async {
        let _ = group(async |g| {
            g.spawn(cleans_up(gate, held));
            pending::<()>().await;
        })
        .await;
    };
    check(make, |task| task.abort());
}

#[test]
fn an_aborted_task_waits_for_what_it_gathers() {
    let make = |gate, held| async {
        gather([cleans_up(gate, held)]).await;
    };
    check(make, |task| task.abort());
}

#[test]
fn a_group_that_is_dropped_in_a_task_holds_its_end_up() {
    let make = |gate: Gate, held| async move {
        let at = gate.clone();
        let children = group(async |g| {
            g.spawn(cleans_up(at, held));
            pending::<()>().await;
        });
        poll_a_while(gate, children).await;
    };
    check(make, |_| ());
}

#[test]
fn a_task_that_panics_waits_for_the_children_of_its_group() {
    let make = |gate: Gate, held| async move {
        let at = gate.clone();
        let _ = group(async |g| {
            g.spawn(cleans_up(at, held));
            crate::until(|| gate.waiting() == 1).await;
            panic!("the body panics");
        })
        .await;
    };
    check(make, |_| ());
}

#[test]
fn a_block_on_waits_for_the_children_of_a_dropped_group() {
    on_each_kind(|runtime| {
        let alive = Arc::new(());
        let (gate, held) = (Gate::default(), alive.clone());
        runtime.block_on(async {
            let at = gate.clone();
            let children = group(async |g| {
                g.spawn(cleans_up(at, held));
                pending::<()>().await;
            });
            poll_a_while(gate, children).await;
        });
        assert_eq!(Arc::strong_count(&alive), 1);
    });
}

#[test]
fn a_block_on_that_panics_waits_as_well() {
    on_each_kind(|runtime| {
        let alive = Arc::new(());
        let (gate, held) = (Gate::default(), alive.clone());
        let caught = catch_unwind(AssertUnwindSafe(|| {
            runtime.block_on(async {
                let at = gate.clone();
                let _ = group(async |g| {
                    g.spawn(cleans_up(at, held));
                    crate::until(|| gate.waiting() == 1).await;
                    panic!("the body panics");
                })
                .await;
            });
        }));
        assert!(caught.is_err());
        assert_eq!(Arc::strong_count(&alive), 1);
    });
}

#[test]
fn a_task_is_closing_until_then_and_an_abort_hurries_the_children() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let gate = Gate::default();
            let at = gate.clone();
            let task = rt::spawn(async move {
                gather([async move {
                    let _caught = at.wait().catch_cancel().await;
                    pending::<()>().await;
                }])
                .await;
            });
            crate::until(|| gate.waiting() == 1).await;
            task.abort();
            crate::until(|| task.task().info().state == TaskStatus::Closing).await;
            assert!(!task.is_finished());
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
        });
    });
}

#[test]
fn a_shutdown_ends_a_closing_task() {
    on_each_kind(|runtime| {
        let gate = Gate::default();
        let at = gate.clone();
        let mut task = runtime.spawn(async move {
            gather([async move {
                let _caught = at.wait().catch_cancel().await;
                pending::<()>().await;
            }])
            .await;
        });
        runtime.block_on(async {
            crate::until(|| gate.waiting() == 1).await;
            task.abort();
            crate::until(|| task.task().info().state == TaskStatus::Closing).await;
        });
        drop(runtime);
        assert!(task.try_take().is_err() && task.is_finished());
    });
}
