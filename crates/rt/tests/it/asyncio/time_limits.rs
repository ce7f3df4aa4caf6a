//! Timeouts: of a body, and of a task.

use std::future::{pending, ready};

use rt::cancel::{CancelExt, ReasonKind};
use rt::task::yield_now;
use rt::time::{Duration, Instant, sleep, timeout, with_deadline};

use crate::virtual_clock::{SECOND, on_each_paused};

#[test]
fn timeout_that_is_over_hits_the_first_suspension_and_spares_what_is_ready() {
    on_each_paused(|runtime| {
        runtime.block_on(async {
            assert_eq!(timeout(Duration::ZERO, ready(7)).await, Ok(7));
            assert!(timeout(Duration::ZERO, pending::<()>()).await.is_err());
            let ended = with_deadline(Instant::now(), async |deadline| {
                assert!(deadline.expired());
                yield_now().await;
                unreachable!("it is stopped where it waits");
            });
            let _: rt::time::Elapsed = ended.await.unwrap_err();
        });
    });
}

#[test]
fn timeout_can_be_read_and_rescheduled_until_it_has_expired() {
    on_each_paused(|runtime| {
        runtime.block_on(async {
            let begun = Instant::now();
            let ended = with_deadline(begun + SECOND, async |deadline| {
                assert_eq!(deadline.when(), Some(begun + SECOND));
                deadline.reschedule(begun + SECOND * 5).unwrap();
                let caught = pending::<()>().catch_cancel().await;
                assert!(deadline.expired());
                assert!(deadline.reschedule(None).is_err(), "too late");
                caught
            });
            assert!(ended.await.is_err());
            assert_eq!(begun.elapsed(), SECOND * 5);
        });
    });
}

#[test]
fn wait_for_a_task_cancels_it_when_time_is_up_and_waits_for_its_clean_up() {
    on_each_paused(|runtime| {
        runtime.block_on(async {
            let begun = Instant::now();
            let clean_up = async { sleep(SECOND * 2).await };
            let task = rt::spawn(pending::<()>().on_cancel(clean_up));
            let error = task.join_timeout(SECOND).await.unwrap_err();
            assert_eq!(error.reason().unwrap().kind(), ReasonKind::Deadline);
            assert_eq!(begun.elapsed(), SECOND * 3);
        });
    });
}

#[test]
fn wait_for_a_task_that_gives_a_value_all_the_same_gives_it() {
    on_each_paused(|runtime| {
        runtime.block_on(async {
            assert_eq!(rt::spawn(async { 1 }).join_timeout(SECOND).await.unwrap(), 1);
            let stubborn = rt::spawn(async {
                let _token = pending::<()>().catch_cancel().await;
                2
            });
            assert_eq!(stubborn.join_timeout(SECOND).await.unwrap(), 2);
            let mut task = rt::spawn(sleep(SECOND * 5));
            assert!(timeout(SECOND, &mut task).await.is_err());
            assert!(task.await.is_ok(), "a timeout around the handle cancels nothing");
        });
    });
}
