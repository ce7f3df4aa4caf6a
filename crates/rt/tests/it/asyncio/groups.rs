//! `asyncio.TaskGroup`: what is here `task::group`.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rt::cancel::CancelExt;
use rt::task::{Group, Policy, group, group_with, reap, yield_now};

use crate::gate::Gate;
use crate::{on_each_kind, until};

#[test]
fn task_group_waits_for_its_children_and_takes_no_more_when_it_is_over() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let ended = Arc::new(AtomicUsize::new(0));
            let left = group(async |g| {
                for _ in 0..3 {
                    let (ended, inner) = (ended.clone(), g.clone());
                    g.spawn(async move {
                        yield_now().await;
                        let grandchild = ended.clone();
                        inner.spawn(async move { grandchild.fetch_add(1, Ordering::Relaxed) });
                        ended.fetch_add(1, Ordering::Relaxed);
                    });
                }
                g.clone()
            })
            .await
            .unwrap();
            assert_eq!(ended.load(Ordering::Relaxed), 6);
            assert!(left.is_closed() && left.try_spawn(async {}).is_err());
            assert!(left.spawn(async {}).await.unwrap_err().is_cancelled());
        });
    });
}

#[test]
fn task_group_cancels_the_others_at_the_first_error_and_has_all_errors() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let error = group_with(Policy::FailFast, async |g: Group<&'static str>| {
                g.spawn_try(async {
                    drop(pending::<()>().catch_cancel().await);
                    Err::<(), _>("in the clean-up")
                });
                g.spawn_try(async {
                    yield_now().await;
                    Err::<(), _>("first")
                });
                pending::<()>().await;
            })
            .await
            .unwrap_err();
            let mut errors: Vec<_> = error.into_iter().collect();
            assert!(errors.contains(&"first"), "{errors:?}");
            errors.retain(|error| !["first", "in the clean-up"].contains(error));
            assert!(errors.is_empty(), "{errors:?}");
        });
    });
}

#[test]
fn task_group_in_a_task_group_nests_its_error() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let outer = group(async |outer| {
                outer.spawn_try(async {
                    group(async |inner| {
                        inner.spawn_try(async { "x".parse::<i32>() });
                    })
                    .await
                });
            });
            let text = outer.await.unwrap_err().to_string();
            assert_eq!(text.matches("1 error in a group").count(), 2, "{text}");
            assert!(text.contains("invalid digit"), "{text}");
        });
    });
}

#[test]
fn task_group_that_is_cancelled_ends_with_its_body_and_without_an_error() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let ended = group(async |g| {
                let child = g.spawn(pending::<()>());
                g.cancel();
                g.cancel();
                assert!(g.try_spawn(async {}).is_err());
                child.await.unwrap_err().is_cancelled()
            });
            // The body wins if it has its value before it is told, and is told where it waits.
            match ended.await {
                Ok(is_cancelled) => assert!(is_cancelled),
                Err(error) => assert!(error.is_cancelled()),
            }
        });
    });
}

#[test]
fn task_group_that_is_dropped_leaves_children_that_reap_waits_for() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let (gate, alive) = (Gate::default(), Arc::new(()));
            let (at, of_child) = (gate.clone(), alive.clone());
            let mut loser = Box::pin(group(async move |g| {
                g.spawn(async move {
                    let caught = at.wait().catch_cancel().await;
                    yield_now().await;
                    drop(of_child);
                    caught
                });
                pending::<()>().await;
            }));
            until(|| {
                let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
                assert!(loser.as_mut().poll(&mut cx).is_pending());
                gate.waiting() == 1
            })
            .await;
            drop(loser);
            reap().await;
            assert_eq!(Arc::strong_count(&alive), 1);
        });
    });
}
