//! A child says when it is ready, and a staggered race starts its runners one by one.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rt::task::{group, race_staggered, yield_now};

use crate::on_each_kind;

const LONG: Duration = Duration::from_secs(3_600);

#[test]
fn start_waits_until_the_child_is_ready_and_gives_its_value() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let result = group(async |g| {
                let (child, port) = g
                    .start(async |ready| {
                        yield_now().await;
                        ready.set(8080);
                        yield_now().await;
                        "served"
                    })
                    .await
                    .unwrap();
                assert_eq!(port, 8080);
                child.await.unwrap()
            });
            assert_eq!(result.await.unwrap(), "served");
        });
    });
}

#[test]
fn a_child_that_ends_before_it_is_ready_is_an_error() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let result = group(async |g| {
                let never = g.start::<u16, _>(async |_ready| "gave up").await.unwrap_err();
                assert!(never.to_string().contains("will not be ready"));
                never.handle.await.unwrap()
            });
            assert_eq!(result.await.unwrap(), "gave up");
        });
    });
}

#[test]
fn a_pending_start_keeps_the_group_open_and_dropping_it_leaves_the_child() {
    on_each_kind(|runtime| {
        let ends = Arc::new(AtomicUsize::new(0));
        let count = ends.clone();
        runtime.block_on(async {
            group(async |g| {
                let start = g.start::<u16, _>(async move |ready| {
                    yield_now().await;
                    drop(ready);
                    count.fetch_add(1, Ordering::Relaxed);
                });
                drop(start);
            })
            .await
            .unwrap();
        });
        assert_eq!(ends.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn a_staggered_race_starts_the_next_when_one_fails() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let started = Arc::new(AtomicUsize::new(0));
            let runner = |outcome: Result<i32, &'static str>| {
                let started = started.clone();
                async move {
                    started.fetch_add(1, Ordering::Relaxed);
                    outcome
                }
            };
            let runners = [runner(Err("one")), runner(Ok(2)), runner(Ok(3))];
            assert_eq!(race_staggered(runners, LONG).await, Ok((1, 2)));
            assert_eq!(started.load(Ordering::Relaxed), 2);
            let losers = [runner(Err("one")), runner(Err("two"))];
            assert_eq!(race_staggered(losers, LONG).await, Err(vec!["one", "two"]));
        });
    });
}

#[test]
fn a_staggered_race_starts_the_next_after_the_delay_and_awaits_the_losers() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let alive = Arc::new(());
            let runner = |wins: bool| {
                let alive = alive.clone();
                async move {
                    let _alive = alive;
                    if !wins {
                        pending::<()>().await;
                    }
                    Ok::<_, ()>(wins)
                }
            };
            let runners = [runner(false), runner(true)];
            assert_eq!(race_staggered(runners, Duration::from_millis(2)).await, Ok((1, true)));
            assert_eq!(Arc::strong_count(&alive), 1);
        });
    });
}
