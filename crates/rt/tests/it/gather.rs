//! Gathering results: all of them, the first error, the first that wins.

use std::future::{Future, pending, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rt::cancel::CancelExt;
use rt::task::{TaskError, as_completed, first_ok, gather, race, shield, try_gather, yield_now};

use crate::gate::Gate;
use crate::{on_each_kind, panic_text};

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Waits for ever, and when it is cancelled counts, after a wait, that it has cleaned up.
async fn cleans_up<T>(count: Arc<AtomicUsize>) -> Result<T, String> {
    let cancelled = pending::<T>().catch_cancel().await.err().unwrap();
    for _ in 0..3 {
        yield_now().await;
    }
    count.fetch_add(1, Ordering::Relaxed);
    Err(cancelled.to_string())
}

#[test]
fn gather_gives_results_in_the_order_of_its_futures() {
    on_each_kind(|runtime| {
        let results = runtime.block_on(async {
            gather((0..100).map(|number| async move {
                for _ in 0..number % 7 {
                    yield_now().await;
                }
                number
            }))
            .await
        });
        let values: Vec<i32> = results.into_iter().map(Result::unwrap).collect();
        assert_eq!(values, (0..100).collect::<Vec<_>>());
    });
}

#[test]
fn gather_of_nothing_is_ready() {
    on_each_kind(|runtime| {
        let none: [Boxed<()>; 0] = [];
        assert!(runtime.block_on(async { gather(none).await }).is_empty());
    });
}

#[test]
fn gather_keeps_each_error_in_its_place() {
    on_each_kind(|runtime| {
        let futures: [Boxed<i32>; 3] = [
            Box::pin(ready(1)),
            Box::pin(async { panic!("two") }),
            Box::pin(async {
                rt::task::current().cancel();
                pending().await
            }),
        ];
        let results = runtime.block_on(async { gather(futures).await });
        assert_eq!(*results[0].as_ref().unwrap(), 1);
        assert!(results[1].as_ref().unwrap_err().is_panic());
        assert!(results[2].as_ref().unwrap_err().is_cancelled());
    });
}

#[test]
fn a_cancelled_gather_cancels_its_tasks_and_waits_for_their_cleanup() {
    on_each_kind(|runtime| {
        let cleaned = Arc::new(AtomicUsize::new(0));
        runtime.block_on(async {
            let (count, gate) = (cleaned.clone(), Gate::default());
            let at = gate.clone();
            let task = rt::spawn(async move {
                let children = (0..3).map(|_| {
                    let (count, at) = (count.clone(), at.clone());
                    async move {
                        let waits = cleans_up::<()>(count);
                        let mark = async { at.wait().await };
                        rt_join(mark, waits).await
                    }
                });
                gather(children).await.len()
            });
            crate::until(|| gate.waiting() == 3).await;
            task.cancel();
            // It has its value, since it ends without another suspension.
            assert_eq!(task.await.unwrap(), 3);
        });
        assert_eq!(cleaned.load(Ordering::Relaxed), 3);
    });
}

/// Polls both, and ends with the second.
async fn rt_join<T>(mark: impl Future, ends: impl Future<Output = T>) -> T {
    let (mut mark, mut ends) = (std::pin::pin!(mark), std::pin::pin!(ends));
    std::future::poll_fn(|cx| {
        let _ = mark.as_mut().poll(cx);
        ends.as_mut().poll(cx)
    })
    .await
}

#[test]
fn try_gather_gives_all_values() {
    on_each_kind(|runtime| {
        let values = runtime.block_on(async {
            try_gather((0..3).map(|number| async move { Ok::<_, String>(number) })).await
        });
        assert_eq!(values.unwrap(), [0, 1, 2]);
    });
}

#[test]
fn try_gather_cancels_and_awaits_the_others_at_the_first_error() {
    on_each_kind(|runtime| {
        let cleaned = Arc::new(AtomicUsize::new(0));
        runtime.block_on(async {
            let (one, two) = (cleaned.clone(), cleaned.clone());
            let futures: [Boxed<Result<(), String>>; 3] = [
                Box::pin(cleans_up(one)),
                Box::pin(async {
                    for _ in 0..5 {
                        yield_now().await;
                    }
                    Err("broken".to_owned())
                }),
                Box::pin(cleans_up(two)),
            ];
            let error = try_gather(futures).await.unwrap_err();
            assert!(matches!(error, TaskError::Failed(text) if text == "broken"
                || text.contains("failure of another")));
        });
    });
}

#[test]
fn try_gather_goes_on_with_the_panic_of_a_task() {
    on_each_kind(|runtime| {
        let futures: [Boxed<Result<(), String>>; 2] =
            [Box::pin(pending()), Box::pin(async { panic!("no luck") })];
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            runtime.block_on(async { try_gather(futures).await })
        }));
        assert_eq!(panic_text(caught.unwrap_err()), "no luck");
    });
}

#[test]
fn a_race_has_one_winner_and_leaves_nobody_behind() {
    on_each_kind(|runtime| {
        let alive = Arc::new(());
        runtime.block_on(async {
            let (one, two) = (alive.clone(), alive.clone());
            let runners: [Boxed<i32>; 3] = [
                Box::pin(async move {
                    let _alive = one;
                    pending().await
                }),
                Box::pin(async {
                    yield_now().await;
                    7
                }),
                Box::pin(async move {
                    let _alive = two;
                    pending().await
                }),
            ];
            assert_eq!(race(runners).await.unwrap(), (1, 7));
            assert_eq!(Arc::strong_count(&alive), 1);
        });
    });
}

#[test]
fn first_ok_is_the_first_that_succeeds_or_all_errors() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let runners: [Boxed<Result<i32, &str>>; 3] = [
                Box::pin(ready(Err("one"))),
                Box::pin(pending()),
                Box::pin(async {
                    for _ in 0..20 {
                        yield_now().await;
                    }
                    Ok(3)
                }),
            ];
            assert_eq!(first_ok(runners).await.unwrap(), (2, 3));
            let losers: [Boxed<Result<i32, &str>>; 2] =
                [Box::pin(ready(Err("one"))), Box::pin(ready(Err("two")))];
            let errors = first_ok(losers).await.unwrap_err();
            let texts: Vec<_> = errors.iter().map(ToString::to_string).collect();
            assert_eq!(texts, ["one", "two"]);
        });
    });
}

#[test]
fn as_completed_gives_results_as_they_come() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let gate = Gate::default();
            let at = gate.clone();
            let futures: [Boxed<i32>; 2] = [
                Box::pin(async move {
                    at.wait().await;
                    1
                }),
                Box::pin(ready(2)),
            ];
            let mut results = as_completed(futures);
            assert_eq!(results.join_next().await.unwrap().unwrap(), 2);
            gate.open();
            assert_eq!(results.join_next().await.unwrap().unwrap(), 1);
            assert!(results.join_next().await.is_none());
        });
    });
}

#[test]
fn a_shielded_task_goes_on_when_its_waiter_is_dropped() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let (tell, told) = std::sync::mpsc::channel();
            let gate = Gate::default();
            let at = gate.clone();
            let waiter = rt::spawn(async move {
                shield(async move {
                    at.wait().await;
                    tell.send("done").unwrap();
                })
                .await
            });
            crate::until(|| gate.waiting() == 1).await;
            waiter.abort();
            assert!(waiter.await.unwrap_err().is_cancelled());
            gate.open();
            crate::until(|| told.try_recv() == Ok("done")).await;
        });
    });
}
