//! Several tasks at once: gather, wait, as_completed, shield, races.

use std::future::pending;
use std::sync::{Arc, Mutex};

use rt::task::{
    JoinSet, WaitFor, as_completed, gather, race_staggered, shield, try_gather, yield_now,
};
use rt::time::{Instant, sleep, timeout};

use crate::virtual_clock::{SECOND, on_each_paused};
use crate::{on_each_kind, until};

#[test]
fn gather_keeps_the_order_and_each_error_and_that_of_nothing_is_empty() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let child = |number: usize| async move {
                for _ in number..5 {
                    yield_now().await;
                }
                if number == 2 {
                    std::panic::resume_unwind(Box::new("on purpose"));
                }
                number
            };
            let results = gather((0..5).map(child)).await;
            assert!(results[2].as_ref().unwrap_err().is_panic());
            let values: Vec<_> = results.into_iter().flatten().collect();
            assert_eq!(values, [0, 1, 3, 4]);
            assert!(gather(std::iter::empty::<std::future::Ready<()>>()).await.is_empty());
        });
    });
}

/// asyncio lets the siblings run on; here they are cancelled and awaited.
#[test]
fn gather_that_fails_leaves_no_sibling_running() {
    on_each_kind(|runtime| {
        let alive = Arc::new(());
        runtime.block_on(async {
            let child = |number: usize| {
                let alive = alive.clone();
                async move {
                    let _alive = alive;
                    match number {
                        3 => Err("broken"),
                        _ => pending().await,
                    }
                }
            };
            let ended: Result<Vec<()>, _> = try_gather((0..5).map(child)).await;
            assert_eq!(ended.unwrap_err().to_string(), "broken");
            assert_eq!(Arc::strong_count(&alive), 1);
        });
    });
}

#[test]
fn wait_with_a_timeout_says_how_many_are_done_and_cancels_nothing() {
    on_each_paused(|runtime| {
        runtime.block_on(async {
            let begun = Instant::now();
            let mut set = JoinSet::new();
            for seconds in [1, 5, 9] {
                set.spawn(sleep(SECOND * seconds));
            }
            assert_eq!(set.wait(WaitFor::First, None).await, 1);
            assert_eq!(set.wait(WaitFor::All, SECOND * 2).await, 1);
            assert_eq!(begun.elapsed(), SECOND * 3);
            assert_eq!((set.drain_done().len(), set.len()), (1, 2));
            assert_eq!(set.wait(WaitFor::FirstError, SECOND * 3).await, 1);
            drop(set.wait(WaitFor::All, SECOND));
            assert_eq!(set.wait(WaitFor::All, SECOND * 60).await, 2, "nothing was cancelled");
            assert_eq!(begun.elapsed(), SECOND * 9);
        });
    });
}

#[test]
fn as_completed_that_times_out_goes_on_afterwards() {
    on_each_paused(|runtime| {
        runtime.block_on(async {
            let child = |seconds: u32| async move {
                sleep(SECOND * seconds).await;
                seconds
            };
            let mut results = as_completed([3, 1, 2].map(child));
            assert_eq!(results.join_next().await.unwrap().unwrap(), 1);
            assert!(timeout(SECOND / 2, results.join_next()).await.is_err());
            let mut later = Vec::new();
            while let Some(result) = results.join_next().await {
                later.push(result.unwrap());
            }
            assert_eq!(later, [2, 3]);
        });
    });
}

#[test]
fn shield_survives_its_waiter_and_its_late_failure_is_told_once() {
    let told = Arc::new(Mutex::new(0));
    let tell = told.clone();
    let mut builder = rt::Builder::new_current_thread();
    let runtime = builder.on_unhandled(move |_| *tell.lock().unwrap() += 1).build().unwrap();
    runtime.block_on(async {
        let waiter = rt::spawn(async {
            let ended = shield(async {
                yield_now().await;
                yield_now().await;
                std::panic::resume_unwind(Box::new("late"))
            });
            let _: Result<(), _> = ended.await;
        });
        yield_now().await;
        waiter.cancel();
        assert!(waiter.await.unwrap_err().is_cancelled());
        assert_eq!(*told.lock().unwrap(), 0, "it runs on");
        until(|| *told.lock().unwrap() == 1).await;
        until(|| rt::task::all().len() == 1).await;
        assert_eq!(*told.lock().unwrap(), 1);
    });
}

#[test]
fn staggered_race_starts_the_next_on_a_failure_or_after_the_delay() {
    on_each_paused(|runtime| {
        runtime.block_on(async {
            let begun = Instant::now();
            let runner = |(seconds, ends): (u32, Result<u32, u32>)| async move {
                sleep(SECOND * seconds).await;
                ends
            };
            let runners = [(60, Ok(0)), (1, Err(1)), (5, Ok(2))].map(runner);
            assert_eq!(race_staggered(runners, SECOND * 2).await, Ok((2, 2)));
            assert_eq!(begun.elapsed(), SECOND * (2 + 1 + 5));
        });
    });
}
