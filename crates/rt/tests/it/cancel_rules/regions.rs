//! Which region catches a request, and what its token protects.

use std::future::pending;

use rt::cancel::{CancelExt, Cancelled, mask};
use rt::task::TaskStatus;

use super::{Log, asked, both, check, is, is_cancelled, yields};
use crate::{on_each_kind, until};

#[test]
fn a_region_allows_async_cleanup_then_propagates() {
    let make = |log: Log| async move {
        let inside = async {
            let _dropped = log.on_drop("inside dropped");
            pending::<()>().await;
        };
        match inside.catch_cancel().await {
            Ok(()) => Ok(()),
            Err(cancelled) => {
                log.add("cleaning");
                yields(5).await;
                log.add("cleaned");
                Err(cancelled)
            }
        }
    };
    check(make, &["inside dropped", "cleaning", "cleaned"], is_cancelled);
}

#[test]
fn swallowing_the_token_does_not_swallow_the_cancellation() {
    let make = |log: Log| async move {
        let _ = pending::<()>().catch_cancel().await;
        log.add("swallowed");
        yields(3).await;
        log.add("never");
    };
    check(make, &["swallowed"], is_cancelled);
}

/// Mutants: cancel.told_twice
#[test]
fn innermost_region_first_then_outwards_each_with_async_cleanup() {
    let make = |log: Log| async move {
        let inner = async {
            let caught = pending::<()>().catch_cancel().await;
            yields(2).await;
            log.add("inner");
            caught
        };
        let outer: Result<Result<(), Cancelled>, Cancelled> = inner.catch_cancel().await;
        let token = outer.unwrap().unwrap_err();
        yields(2).await;
        log.add("outer");
        drop(token);
    };
    // It ends without a suspension after the token, so it keeps its value.
    check(make, &["inner", "outer"], is(()));
}

#[test]
fn both_branches_of_a_join_are_told() {
    let make = |log: Log| async move {
        let branch = |yielded, name| {
            let log = log.clone();
            async move {
                let caught = pending::<()>().catch_cancel().await;
                yields(yielded).await;
                log.add(name);
                caught
            }
        };
        let (a, b) = both(branch(1, "a"), branch(3, "b")).await;
        assert!(a.is_err() && b.is_err());
        (a, b)
    };
    on_each_kind(|runtime| {
        let log = Log::default();
        let output = runtime.block_on(async {
            let task = rt::spawn(make(log.clone()));
            // Both are there: a region that is entered later would be taken for clean-up.
            until(|| task.task().info().state == TaskStatus::Waiting).await;
            assert!(task.cancel());
            task.await
        });
        assert_eq!(log.so_far(), ["a", "b"]);
        is_cancelled(output);
    });
}

#[test]
fn a_swallow_loop_cannot_spin_forever() {
    let make = |_| async {
        loop {
            let _ = pending::<()>().catch_cancel().await;
        }
    };
    check::<(), _>(make, &[], is_cancelled);
}

#[test]
fn an_unregioned_sibling_is_dropped_once_cleanup_is_over() {
    let make = |log: Log| async move {
        let says = log.clone();
        let cleans = async move {
            if let Err(_token) = pending::<()>().catch_cancel().await {
                yields(3).await;
                says.add("a cleaned");
            }
        };
        let plain = async move {
            let _dropped = log.on_drop("b dropped");
            pending::<()>().await;
        };
        both(cleans, plain).await;
    };
    check(make, &["a cleaned", "b dropped"], is_cancelled);
}

#[test]
fn a_region_around_a_mask_waits_for_the_mask_then_delivers() {
    let make = |log: Log| async move {
        let inside = async {
            mask(async {
                asked().await;
                log.add("committed");
            })
            .await;
            pending::<()>().await;
        };
        let caught = inside.catch_cancel().await;
        log.add("caught");
        caught
    };
    check(make, &["committed", "caught"], is_cancelled);
}
