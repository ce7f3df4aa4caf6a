//! A group waits for all its children, and the first that fails ends the others.

use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rt::cancel::{CancelExt, Cancelled, ReasonKind};
use rt::task::{Group, Policy, group, group_with, try_group, yield_now};

use crate::gate::Gate;
use crate::{on_each_kind, panic_text};

async fn yields(times: usize) {
    for _ in 0..times {
        yield_now().await;
    }
}

#[test]
fn a_group_waits_for_all_children_also_for_those_they_start() {
    on_each_kind(|runtime| {
        let count = Arc::new(AtomicUsize::new(0));
        let result = runtime.block_on(async {
            group(async |g| {
                for _ in 0..10 {
                    let (inner, count) = (g.clone(), count.clone());
                    g.spawn(async move {
                        yields(2).await;
                        let grandchild = count.clone();
                        inner.spawn(async move {
                            yields(2).await;
                            grandchild.fetch_add(1, Ordering::Relaxed);
                        });
                        count.fetch_add(1, Ordering::Relaxed);
                    });
                }
                "body"
            })
            .await
        });
        assert_eq!(result.unwrap(), "body");
        assert_eq!(count.load(Ordering::Relaxed), 20);
    });
}

#[test]
fn the_first_error_cancels_the_siblings_and_the_body_once() {
    on_each_kind(|runtime| {
        let log = Arc::new(Mutex::new(Vec::new()));
        let error = runtime.block_on(async {
            group_with(Policy::FailFast, async |g: Group<&'static str>| {
                let says = log.clone();
                g.spawn(async move {
                    let cancelled = pending::<()>().catch_cancel().await.unwrap_err();
                    yields(3).await;
                    says.lock().unwrap().push(cancelled.reason().kind());
                    Err::<(), Cancelled>(cancelled)
                });
                g.spawn_try(async {
                    yields(5).await;
                    Err::<(), _>("broken")
                });
                pending::<()>().await;
            })
            .await
            .unwrap_err()
        });
        assert_eq!(error.into_iter().collect::<Vec<_>>(), ["broken"]);
        let log = log.lock().unwrap();
        assert!(log.is_empty() || *log == [ReasonKind::SiblingFailed], "{log:?}");
    });
}

#[test]
fn all_errors_are_in_the_group_error_also_those_of_the_cleanup() {
    on_each_kind(|runtime| {
        let error = runtime.block_on(async {
            let gate = Gate::default();
            group(async |g| {
                let at = gate.clone();
                g.spawn_try(async move {
                    let caught = at.wait().catch_cancel().await;
                    drop(caught);
                    Err::<(), _>("during the clean-up")
                });
                crate::until(|| gate.waiting() == 1).await;
                g.spawn_try(async { Err::<(), _>("first") });
            })
            .await
            .unwrap_err()
        });
        let texts: Vec<String> = error.errors().map(|(_, error)| error.to_string()).collect();
        assert_eq!(texts, ["first", "during the clean-up"]);
        assert!(error.to_string().starts_with("2 errors in a group"), "{error}");
        let (first, others) = error.split(|_, error| error.to_string() == "first");
        assert_eq!((first.len(), others.errors().count()), (1, 1));
    });
}

#[test]
fn a_child_that_is_cancelled_by_itself_is_no_error() {
    on_each_kind(|runtime| {
        let result = runtime.block_on(async {
            group(async |g| {
                let one = g.spawn(pending::<()>());
                let two = g.spawn_try(async {
                    pending::<()>().catch_cancel().await?;
                    Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
                });
                yields(3).await;
                one.cancel();
                two.cancel();
                assert!(one.await.unwrap_err().is_cancelled());
                assert!(two.await.unwrap_err().is_cancelled());
                7
            })
            .await
        });
        assert_eq!(result.unwrap(), 7);
    });
}

#[test]
fn a_failed_body_cancels_the_children() {
    on_each_kind(|runtime| {
        let error = runtime.block_on(async {
            try_group(async |g: Group<std::num::ParseIntError>| {
                g.spawn(pending::<()>());
                "x".parse::<i32>()
            })
            .await
            .unwrap_err()
        });
        assert!(error.body().is_some() && error.errors().count() == 0);
    });
}

#[test]
fn a_cancelled_group_ends_without_an_error_of_its_own() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let cut = group(async |g| {
                g.spawn(pending::<()>());
                g.cancel();
                pending::<()>().await;
            });
            assert!(cut.await.unwrap_err().is_cancelled());
            let whole = group(async |g| {
                g.spawn(pending::<()>());
                g.cancel();
                assert!(g.is_closed() && g.try_spawn(async {}).is_err());
                assert!(g.spawn(async {}).await.unwrap_err().is_cancelled());
                7
            });
            assert_eq!(whole.await.unwrap(), 7, "its value wins");
        });
    });
}

#[test]
fn a_group_that_is_over_takes_no_more() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let late = group(async |g| g.clone()).await.unwrap();
            let refused = late.try_spawn(async { 7 }).unwrap_err();
            assert_eq!(refused.0.await, 7, "the future comes back");
        });
    });
}

#[test]
fn a_panic_waits_for_the_siblings_then_goes_on() {
    on_each_kind(|runtime| {
        let alive = Arc::new(());
        let held = alive.clone();
        let caught = catch_unwind(AssertUnwindSafe(|| {
            runtime.block_on(async {
                group(async |g| {
                    g.spawn(async move {
                        let _held = held;
                        pending::<()>().await;
                    });
                    let panics = g.spawn(async { panic!("no luck") });
                    let panic = panics.await.unwrap_err();
                    assert!(panic.to_string().contains("no luck"), "its handle has the text");
                })
                .await
            })
        }));
        assert_eq!(panic_text(caught.unwrap_err()), "no luck");
        assert_eq!(Arc::strong_count(&alive), 1);
    });
}

#[test]
fn an_outer_request_reaches_the_children_and_hits_after_the_group() {
    on_each_kind(|runtime| {
        let log = Arc::new(Mutex::new(Vec::new()));
        runtime.block_on(async {
            let gate = Gate::default();
            let (says, at) = (log.clone(), gate.clone());
            let task = rt::spawn(async move {
                let of_child = says.clone();
                let ended = group(async |g| {
                    g.spawn(async move {
                        let caught = at.wait().catch_cancel().await;
                        yields(3).await;
                        of_child.lock().unwrap().push("child cleaned");
                        caught
                    });
                    pending::<()>().await;
                })
                .await;
                assert!(ended.as_ref().unwrap_err().is_cancelled());
                says.lock().unwrap().push("group over");
                drop(ended);
                yields(1).await;
                says.lock().unwrap().push("never");
            });
            crate::until(|| gate.waiting() == 1).await;
            task.cancel();
            assert!(task.await.unwrap_err().is_cancelled());
        });
        assert_eq!(*log.lock().unwrap(), ["child cleaned", "group over"]);
    });
}

#[test]
fn errors_win_over_an_outer_request() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let gate = Gate::default();
            let at = gate.clone();
            let task = rt::spawn(async move {
                group(async |g| {
                    g.spawn_try(async move {
                        let caught = at.wait().catch_cancel().await;
                        drop(caught);
                        Err::<(), _>("broken")
                    });
                })
                .await
                .map_err(|error| error.errors().count())
            });
            crate::until(|| gate.waiting() == 1).await;
            task.cancel();
            assert_eq!(task.await.unwrap(), Err(1));
        });
    });
}
