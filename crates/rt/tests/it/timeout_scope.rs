//! A deadline cancels a scope of its own: what is inside may clean up, and nothing else is touched.

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rt::cancel::{CancelExt, ReasonKind, mask};
use rt::task::{current, yield_now};
use rt::time::{Instant, move_on_after, sleep, timeout, timeout_at, with_deadline};

use crate::on_each_kind;

const SHORT: Duration = Duration::from_millis(5);
const LONG: Duration = Duration::from_secs(3_600);

async fn yields(times: usize) {
    for _ in 0..times {
        yield_now().await;
    }
}

#[test]
fn a_timeout_waits_for_the_cleanup_and_says_elapsed() {
    on_each_kind(|runtime| {
        let log = Mutex::new(Vec::new());
        runtime.block_on(async {
            let ended = timeout(SHORT, async {
                let cancelled = sleep(LONG).catch_cancel().await.unwrap_err();
                assert_eq!(cancelled.reason().kind(), ReasonKind::Deadline);
                sleep(SHORT).await;
                log.lock().unwrap().push("cleaned");
                Err::<(), _>(cancelled)
            })
            .await;
            assert!(ended.is_err(), "the token is its end");
        });
        assert_eq!(*log.lock().unwrap(), ["cleaned"]);
    });
}

#[test]
fn a_value_after_the_deadline_wins() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let ended = timeout(SHORT, async {
                match sleep(LONG).catch_cancel().await {
                    Ok(()) => "slept",
                    Err(_cancelled) => "another way",
                }
            })
            .await;
            assert_eq!(ended, Ok("another way"));
        });
    });
}

#[test]
fn a_swallowed_deadline_forces_at_the_next_suspension() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let ended = timeout(SHORT, async {
                let _ = sleep(LONG).catch_cancel().await;
                yields(1).await;
                panic!("went on");
            });
            assert!(ended.await.is_err());
        });
    });
}

#[test]
fn a_mask_holds_a_deadline_off() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let begun = Instant::now();
            let ended = timeout(SHORT, async {
                mask(sleep(4 * SHORT)).await;
                pending::<()>().await;
            });
            assert!(ended.await.is_err());
            assert!(begun.elapsed() >= 4 * SHORT);
        });
    });
}

#[test]
fn of_two_deadlines_at_once_the_outer_wins() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let soon = Instant::now() + SHORT;
            let outer = timeout_at(soon, async {
                let inner = timeout_at(soon, async {
                    let caught = pending::<()>().catch_cancel().await;
                    sleep(2 * SHORT).await;
                    caught
                });
                // The token is for both: the inner one passes it on.
                inner.await.map(|token| token.map_err(|token| token.to_string()))
            });
            // What it makes of the token is a value; the deadline has been met for all that.
            let ended = outer.await;
            assert!(matches!(ended, Ok(Ok(Err(_)))) || ended.is_err(), "{ended:?}");
        });
    });
}

#[test]
fn a_deadline_does_not_touch_the_count_of_requests() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let task = rt::spawn(async {
                let ended = timeout(SHORT, async {
                    let caught = pending::<()>().catch_cancel().await;
                    assert_eq!(current().cancelling(), 0);
                    caught
                });
                assert!(ended.await.is_err());
                yields(1).await;
                7
            });
            assert_eq!(task.await.unwrap(), 7);
        });
    });
}

#[test]
fn an_earlier_request_to_the_task_is_never_an_elapsed() {
    on_each_kind(|runtime| {
        let went_on = Arc::new(Mutex::new(false));
        let says = went_on.clone();
        runtime.block_on(async {
            let task = rt::spawn(async move {
                current().cancel();
                let ended = timeout(Duration::ZERO, pending::<()>()).await;
                *says.lock().unwrap() = ended.is_ok();
                yields(1).await;
                panic!("went on");
            });
            assert!(task.await.unwrap_err().is_cancelled());
        });
        assert!(!*went_on.lock().unwrap());
    });
}

#[test]
fn a_timeout_in_the_cleanup_of_a_request_works() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let task = rt::spawn(async {
                current().cancel();
                let token = pending::<()>().catch_cancel().await.unwrap_err();
                assert!(timeout(SHORT, pending::<()>()).await.is_err());
                assert_eq!(timeout(LONG, async { 7 }).await, Ok(7));
                drop(token);
                8
            });
            assert_eq!(task.await.unwrap(), 8);
        });
    });
}

#[test]
fn move_on_after_gives_none() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            assert_eq!(move_on_after(SHORT, pending::<()>()).await, None);
            assert_eq!(move_on_after(LONG, async { 7 }).await, Some(7));
        });
    });
}

#[test]
fn a_deadline_that_was_moved_waits_for_the_cleanup() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let ended = with_deadline(Instant::now() + LONG, async |deadline| {
                deadline.reschedule(Instant::now() + SHORT).unwrap();
                let cancelled = pending::<()>().catch_cancel().await.unwrap_err();
                sleep(SHORT).await;
                assert!(deadline.expired() && deadline.reschedule(None).is_err());
                Err::<(), _>(cancelled)
            });
            assert!(ended.await.is_err());
        });
    });
}
