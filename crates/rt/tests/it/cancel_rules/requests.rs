//! Where a request is delivered, how often, and what takes it back.

use std::future::pending;

use rt::cancel::CancelExt;
use rt::task::{current, yield_now};

use super::{Log, both, check, is, is_cancelled, started_then_cancelled, yields};
use crate::on_each_kind;

#[test]
fn no_region_is_a_plain_drop_at_the_suspension_point() {
    let make = |log: Log| async move {
        let _dropped = log.on_drop("dropped");
        pending::<()>().await;
        log.add("never");
    };
    check(make, &["dropped"], is_cancelled);
}

#[test]
fn cancelled_before_start_is_never_polled() {
    let runtime = rt::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let task = rt::spawn(async { panic!("polled") });
        assert!(task.cancel());
        is_cancelled::<()>(task.await);
    });
}

#[test]
fn acknowledge_resumes_for_good() {
    let make = |_| async {
        let cancelled = pending::<()>().catch_cancel().await.unwrap_err();
        assert_eq!(current().cancelling(), 1);
        assert_eq!(cancelled.acknowledge(), 0);
        assert_eq!(current().cancelling(), 0);
        yields(3).await;
        42
    };
    check(make, &[], is(42));
}

#[test]
fn a_ready_value_wins_the_race_and_the_request_stays_pending() {
    on_each_kind(|runtime| {
        let log = Log::default();
        let gate = crate::gate::Gate::default();
        let (at, says) = (gate.clone(), log.clone());
        runtime.block_on(async {
            let task = rt::spawn(async move {
                let value = async {
                    at.wait().await;
                    7
                };
                assert_eq!(value.catch_cancel().await.unwrap(), 7);
                says.add("got 7");
                yields(1).await;
                says.add("never");
            });
            crate::until(|| gate.waiting() > 0).await;
            // Open before the request, so that the poll which hears of it finds the value.
            gate.open_quietly();
            task.cancel();
            is_cancelled(task.await);
        });
        assert_eq!(log.so_far(), ["got 7"]);
    });
}

#[test]
fn second_request_interrupts_unprotected_cleanup_one_region_up() {
    on_each_kind(|runtime| {
        let log = Log::default();
        let says = log.clone();
        runtime.block_on(async {
            let task = started_then_cancelled(&log, async move {
                let inner = async {
                    let caught = pending::<()>().catch_cancel().await;
                    says.add("cleaning");
                    let _cut = says.on_drop("clean-up cut");
                    pending::<()>().await;
                    caught
                };
                let outer = inner.catch_cancel().await;
                says.add("outer");
                outer.map(drop)
            })
            .await;
            crate::until(|| log.so_far().contains(&"cleaning")).await;
            task.cancel();
            is_cancelled(task.await);
        });
        assert_eq!(log.so_far()[1..], ["cleaning", "clean-up cut", "outer"]);
    });
}

#[test]
fn second_request_forces_at_the_root() {
    on_each_kind(|runtime| {
        let log = Log::default();
        let says = log.clone();
        runtime.block_on(async {
            let task = started_then_cancelled(&log, async move {
                let _caught = pending::<()>().catch_cancel().await;
                says.add("cleaning");
                let _cut = says.on_drop("clean-up cut");
                pending::<()>().await;
            })
            .await;
            crate::until(|| log.so_far().contains(&"cleaning")).await;
            task.cancel();
            is_cancelled(task.await);
        });
        assert_eq!(log.so_far()[1..], ["cleaning", "clean-up cut"]);
    });
}

#[test]
fn self_cancel_is_delivered_at_the_next_suspension_only() {
    on_each_kind(|runtime| {
        let log = Log::default();
        let says = log.clone();
        runtime.block_on(async move {
            let task = rt::spawn(async move {
                current().cancel();
                says.add("still here");
                let caught = yields(1).catch_cancel().await;
                says.add(if caught.is_err() { "told" } else { "not told" });
            });
            task.await.unwrap();
        });
        assert_eq!(log.so_far(), ["still here", "told"]);
    });
}

#[test]
fn self_cancel_without_a_region_stops_at_the_next_suspension() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let task = rt::spawn(async {
                current().cancel();
                yield_now().await;
                panic!("went on");
            });
            is_cancelled::<()>(task.await);
        });
    });
}

#[test]
fn finishing_without_suspension_keeps_the_value() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let task = rt::spawn(async {
                current().cancel();
                9
            });
            assert_eq!(task.await.unwrap(), 9);
        });
    });
}

#[test]
fn two_requests_need_two_acknowledgements() {
    on_each_kind(|runtime| {
        let log = Log::default();
        let says = log.clone();
        runtime.block_on(async {
            let task = rt::spawn(async move {
                let me = current();
                me.cancel();
                me.cancel();
                let cancelled = pending::<()>().catch_cancel().await.unwrap_err();
                assert_eq!(cancelled.acknowledge(), 1);
                says.add("one is left");
                yields(1).await;
                says.add("never");
            });
            is_cancelled(task.await);
        });
        assert_eq!(log.so_far(), ["one is left"]);
    });
}

#[test]
fn known_limit_a_foreign_join_that_stores_the_token_waits_for_a_second_request() {
    on_each_kind(|runtime| {
        let log = Log::default();
        runtime.block_on(async {
            let task = started_then_cancelled(&log, async {
                both(pending::<()>().catch_cancel(), pending::<()>()).await.0.is_err()
            })
            .await;
            yields(100).await;
            assert!(!task.is_finished());
            task.cancel();
            is_cancelled(task.await);
        });
    });
}
