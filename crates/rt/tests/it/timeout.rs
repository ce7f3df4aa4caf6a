//! A timeout bounds a future, and costs nothing else.

use std::future::{pending, ready};
use std::sync::Arc;
use std::time::Duration;

use rt::time::{sleep, timeout, timeout_at};

use crate::gate::Gate;
use crate::on_each_kind;

const SHORT: Duration = Duration::from_millis(5);
const LONG: Duration = Duration::from_secs(3_600);

#[test]
fn a_value_in_time_passes() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            assert_eq!(timeout(LONG, sleep(SHORT)).await, Ok(()));
            assert_eq!(timeout(Duration::MAX, async { 1 }).await, Ok(1));
        });
    });
}

#[test]
fn a_future_that_takes_too_long_is_cut_off() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            assert!(timeout(SHORT, pending::<()>()).await.is_err());
            assert!(timeout(SHORT, sleep(LONG)).await.is_err());
        });
    });
}

#[test]
fn a_value_that_is_ready_beats_a_deadline_that_is_past() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            assert_eq!(timeout(Duration::ZERO, ready(1)).await, Ok(1));
            assert_eq!(timeout_at(rt::time::Instant::now(), ready(2)).await, Ok(2));
        });
    });
}

#[test]
fn what_is_cut_off_is_dropped() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let token = Arc::new(());
            let held = token.clone();
            let cut = timeout(SHORT, async move {
                let _held = held;
                pending::<()>().await;
            });
            assert!(cut.await.is_err());
            assert_eq!(Arc::strong_count(&token), 1);
        });
    });
}

#[test]
fn the_shorter_of_two_timeouts_wins() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let inner_first = timeout(LONG, timeout(SHORT, pending::<()>())).await;
            assert!(inner_first.unwrap().is_err());
            let outer_first = timeout(SHORT, timeout(LONG, pending::<()>())).await;
            assert!(outer_first.is_err());
        });
    });
}

#[test]
fn a_timeout_over_a_handle_leaves_the_task_running() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let gate = Gate::default();
            let closed = gate.clone();
            let mut task = rt::spawn(async move {
                closed.wait().await;
                "done"
            });
            assert!(timeout(SHORT, &mut task).await.is_err());
            gate.open();
            assert_eq!(task.await.unwrap(), "done");
        });
    });
}

#[test]
fn ten_thousand_timeouts_that_never_fire_leave_nothing() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            for _ in 0..10_000 {
                assert_eq!(timeout(LONG, rt::task::yield_now()).await, Ok(()));
            }
        });
    });
}
