//! What a group makes of how its children end is a policy, and how many run a limit.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rt::cancel::ReasonKind;
use rt::task::{Group, Policy, group, group_with, yield_now};

use crate::on_each_kind;

async fn yields(times: usize) {
    for _ in 0..times {
        yield_now().await;
    }
}

#[test]
fn the_handle_of_a_child_that_failed_says_so() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let result = group_with(Policy::Supervise, async |g: Group<&'static str>| {
                let error = g.spawn_try(async { Err::<(), _>("broken") }).await.unwrap_err();
                assert_eq!(error.reason().unwrap().kind(), ReasonKind::Failed);
                g.spawn_try(async { Ok::<_, &'static str>(7) }).await.unwrap()
            });
            assert_eq!(result.await.unwrap_err().first(), Some(&"broken"));
        });
    });
}

#[test]
fn the_first_that_succeeds_cancels_the_others() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let won = group_with(Policy::FirstOk, async |g: Group<&'static str>| {
                g.spawn_try(async { Err::<(), _>("lost") });
                g.spawn(pending::<()>());
                let winner = g.spawn_try(async {
                    yields(10).await;
                    Ok::<_, &'static str>(7)
                });
                winner.await.unwrap()
            });
            assert_eq!(won.await.unwrap(), 7);
        });
    });
}

#[test]
fn a_limit_lets_so_many_children_run_at_a_time() {
    on_each_kind(|runtime| {
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        runtime.block_on(async {
            group(async |g| {
                g.limit(3);
                for number in 0..50 {
                    let (running, most) = (running.clone(), most.clone());
                    let child = g.spawn(async move {
                        let now = running.fetch_add(1, Ordering::Relaxed) + 1;
                        most.fetch_max(now, Ordering::Relaxed);
                        yields(number % 4).await;
                        running.fetch_sub(1, Ordering::Relaxed);
                    });
                    if number % 10 == 9 {
                        child.abort();
                    }
                }
            })
            .await
            .unwrap();
        });
        assert!(most.load(Ordering::Relaxed) <= 3);
    });
}
