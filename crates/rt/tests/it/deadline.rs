//! Deadlines that can be seen and moved, and calls that are made later.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use rt::time::{
    Duration, Instant, call_later, effective_deadline, move_on_after, sleep, timeout, timeout_at,
    with_deadline,
};

use crate::virtual_clock::{SECOND, on_each_paused};

#[test]
fn a_body_is_stopped_at_its_deadline() {
    on_each_paused(|runtime| {
        runtime.block_on(async {
            let begun = Instant::now();
            let stopped = with_deadline(begun + SECOND, async |deadline| {
                assert_eq!(deadline.when(), Some(begun + SECOND));
                sleep(SECOND * 10).await;
            });
            stopped.await.unwrap_err();
            assert_eq!(begun.elapsed(), SECOND);
        });
    });
}

#[test]
fn a_body_may_move_its_deadline_either_way() {
    on_each_paused(|runtime| {
        // In a task, since its future must be `Send`.
        let task = runtime.spawn(async {
            let begun = Instant::now();
            let later = with_deadline(begun + SECOND, async |deadline| {
                deadline.reschedule(begun + SECOND * 5).unwrap();
                sleep(SECOND * 2).await;
                deadline.reschedule(None).unwrap();
                assert_eq!(deadline.when(), None);
                sleep(SECOND * 100).await;
                deadline.reschedule(begun + SECOND * 200).unwrap();
                std::future::pending::<()>().await;
            });
            later.await.unwrap_err();
            assert_eq!(begun.elapsed(), SECOND * 200);

            let begun = Instant::now();
            let sooner = with_deadline(None, async |deadline| {
                deadline.reschedule(begun + SECOND).unwrap();
                sleep(SECOND * 100).await;
            });
            sooner.await.unwrap_err();
            assert_eq!(begun.elapsed(), SECOND);
        });
        runtime.block_on(task).unwrap();
    });
}

/// asyncio: a body that never suspends passes, whatever its deadline.
#[test]
fn a_value_in_hand_beats_the_deadline() {
    on_each_paused(|runtime| {
        runtime.block_on(async {
            let past = Instant::now();
            let value = with_deadline(past, async |deadline| {
                assert!(deadline.expired());
                7
            });
            assert_eq!(value.await, Ok(7));
            let waits = with_deadline(past, async |_| rt::task::yield_now().await);
            waits.await.unwrap_err();
        });
    });
}

#[test]
fn move_on_after_says_none_when_time_is_up() {
    on_each_paused(|runtime| {
        runtime.block_on(async {
            assert_eq!(move_on_after(SECOND, std::future::pending::<u32>()).await, None);
            assert_eq!(move_on_after(SECOND, async { 7 }).await, Some(7));
            assert_eq!(move_on_after(Duration::MAX, async { 7 }).await, Some(7));
            assert_eq!(timeout(Duration::MAX, sleep(SECOND)).await, Ok(()));
        });
    });
}

#[test]
fn the_effective_deadline_is_the_earliest_around_the_code() {
    on_each_paused(|runtime| {
        runtime.block_on(async {
            let now = Instant::now();
            let at = |seconds| now + SECOND * seconds;
            assert_eq!(effective_deadline(), None);
            let nested = timeout_at(at(5), async {
                assert_eq!(effective_deadline(), Some(at(5)));
                with_deadline(at(3), async |deadline| {
                    assert_eq!(effective_deadline(), Some(at(3)));
                    deadline.reschedule(None).unwrap();
                    rt::task::yield_now().await;
                    assert_eq!(effective_deadline(), Some(at(5)));
                    let spawned = rt::spawn(async { effective_deadline() });
                    assert_eq!(spawned.await.unwrap(), None);
                })
                .await
                .unwrap();
                move_on_after(SECOND, async { effective_deadline() }).await
            });
            assert_eq!(nested.await, Ok(Some(Some(at(1)))));
            assert_eq!(effective_deadline(), None);
        });
    });
}

#[test]
fn a_panic_leaves_no_deadline_behind() {
    let runtime = rt::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let limited = rt::spawn(timeout(SECOND, async { panic!("on purpose") }));
        assert!(limited.await.unwrap_err().is_panic());
        assert_eq!(effective_deadline(), None);
    });
}

#[test]
fn calls_are_made_when_they_are_due_and_in_order() {
    on_each_paused(|runtime| {
        runtime.block_on(async {
            let (tell, told) = mpsc::channel();
            for seconds in [3, 1, 2] {
                let tell = tell.clone();
                call_later(SECOND * seconds, move || tell.send(seconds).unwrap());
            }
            sleep(SECOND * 4).await;
            assert_eq!(told.try_iter().collect::<Vec<_>>(), [1, 2, 3]);
        });
    });
}

#[test]
fn a_call_is_made_or_cancelled_and_it_says_which() {
    on_each_paused(|runtime| {
        runtime.block_on(async {
            let calls = Arc::new(AtomicUsize::new(0));
            let count = {
                let calls = calls.clone();
                move || {
                    calls.fetch_add(1, Ordering::Relaxed);
                }
            };
            let made = call_later(SECOND, count.clone());
            let cancelled = call_later(SECOND * 2, count);
            sleep(SECOND).await;
            rt::testing::settle().await;
            assert!(made.is_finished() && !made.cancel());
            assert!(cancelled.cancel() && !cancelled.cancel());
            sleep(SECOND * 2).await;
            assert_eq!(calls.load(Ordering::Relaxed), 1);
            // The function went with the call, or with its cancellation.
            assert_eq!(Arc::strong_count(&calls), 1);
        });
    });
}
