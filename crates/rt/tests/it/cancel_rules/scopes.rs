//! Scopes are cancelled by themselves, and masks hold requests off.

use std::future::{pending, poll_fn};
use std::task::Poll;

use rt::cancel::{CancelExt, ReasonKind, mask, scope};
use rt::time::{Duration, Instant, effective_deadline, sleep};

use super::{Log, asked, both, check, is, is_cancelled, yields};
use crate::on_each_kind;

#[test]
fn a_mask_defers_until_it_ends() {
    let make = |log: Log| async move {
        mask(async {
            asked().await;
            log.add("masked done");
        })
        .await;
        log.add("after");
        yields(1).await;
        log.add("never");
    };
    check(make, &["masked done", "after"], is_cancelled);
}

#[test]
fn own_scope_inside_a_mask_still_works() {
    let make = |log: Log| async move {
        let inside = scope(async |own| {
            let ends = async {
                asked().await;
                own.cancel();
            };
            both(pending::<()>(), ends).await;
        });
        let ended = mask(inside).await;
        log.add("after");
        assert!(ended.is_err());
    };
    check(make, &["after"], is(()));
}

#[test]
fn inner_scope_cancel_does_not_touch_the_outside() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let (tell, told) = std::sync::mpsc::channel();
            let inner = scope(async |own| {
                tell.send(own).unwrap();
                pending::<()>().await;
            });
            let other = async {
                yields(2).await;
                told.recv().unwrap().cancel();
                yields(2).await;
                5
            };
            let (inner, other) = both(inner, other).await;
            assert!(inner.is_err());
            assert_eq!(other, 5);
        });
    });
}

#[test]
fn outer_scope_wins_when_both_fire_together() {
    let log = Log::default();
    on_each_kind(|runtime| {
        let says = log.clone();
        runtime.block_on(async move {
            let outer = scope(async |outer| {
                let inner = scope(async |inner| {
                    outer.cancel();
                    inner.cancel();
                    pending::<()>().await;
                });
                assert!(inner.await.is_err());
                says.add("inner expired");
                yields(1).await;
                says.add("never");
            });
            assert!(outer.await.is_err());
        });
    });
    assert_eq!(log.so_far(), ["inner expired"; 4]);
}

#[test]
fn cleanup_may_open_its_own_regions_and_scopes_undisturbed() {
    let make = |log: Log| async move {
        let caught = pending::<()>().catch_cancel().await;
        let inner = yields(3).catch_cancel().await;
        log.add(if inner.is_ok() { "region ran" } else { "cut" });
        let inner = scope(async |_| yields(3).await).await;
        log.add(if inner.is_ok() { "scope ran" } else { "cut" });
        caught
    };
    check(make, &["region ran", "scope ran"], is_cancelled);
}

#[test]
fn a_region_may_move_to_another_parent_between_polls() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let mut region = Box::pin(yields(4).catch_cancel());
            let (tell, told) = std::sync::mpsc::channel();
            let half = scope(async |own| {
                tell.send(own).unwrap();
                poll_fn(|cx| {
                    assert!(region.as_mut().poll(cx).is_pending());
                    Poll::Ready(())
                })
                .await;
            });
            assert!(half.await.is_ok());
            told.recv().unwrap().cancel();
            assert!(region.await.is_ok(), "the scope is over");
        });
    });
}

/// Mutants: cancel.ignores_tokens
#[test]
fn a_cancelled_scope_waits_for_its_cleanup() {
    on_each_kind(|runtime| {
        let log = Log::default();
        runtime.block_on(async {
            let ended = scope(async |own| {
                own.cancel();
                let caught = pending::<()>().catch_cancel().await;
                yields(3).await;
                log.add("cleaned");
                caught
            })
            .await;
            assert!(ended.is_err(), "the token it returned is its end");
        });
        assert_eq!(log.so_far(), ["cleaned"]);
    });
}

#[test]
fn a_value_of_a_cancelled_scope_wins() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let ended = scope(async |own| {
                own.cancel();
                pending::<()>().catch_cancel().await.map_or(7, |()| 8)
            });
            assert_eq!(ended.await.unwrap(), 7);
        });
    });
}

#[test]
fn a_shielded_scope_holds_requests_off_until_it_is_let_in() {
    let make = |log: Log| async move {
        scope(async |own| {
            own.set_shielded(true);
            asked().await;
            log.add("held off");
            own.set_shielded(false);
            yields(1).await;
            log.add("never");
        })
        .await
    };
    check(make, &["held off"], is_cancelled);
}

#[test]
fn a_scope_is_cancelled_from_another_thread() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let ended = scope(async |own| {
                let thread = std::thread::spawn(move || own.cancel());
                let never = pending::<()>().await;
                thread.join().unwrap();
                never
            });
            assert!(ended.await.is_err());
        });
    });
}

/// Mutants: cancel.held_is_not_told
#[test]
fn a_mask_in_the_cleanup_does_not_make_it_hear_again() {
    let make = |log: Log| async move {
        let caught = async { pending::<()>().catch_cancel().await };
        let caught = async {
            let caught = caught.await;
            mask(yields(2)).await;
            yields(2).await;
            log.add("cleaned");
            caught
        };
        caught.catch_cancel().await.unwrap()
    };
    check(make, &["cleaned"], is_cancelled);
}

#[test]
fn a_scope_has_a_deadline_that_can_be_moved_from_outside() {
    on_each_kind(|runtime| {
        let reason = runtime.block_on(async {
            let far = Instant::now() + Duration::from_secs(3_600);
            let ended = scope(async |scope| {
                assert_eq!(scope.deadline(), None);
                scope.set_deadline(far);
                assert_eq!(effective_deadline(), None, "it is set while the body is polled");
                yields(1).await;
                assert_eq!(effective_deadline(), Some(far));
                rt::spawn(async move {
                    assert_eq!(scope.deadline(), Some(far));
                    scope.set_deadline(Instant::now());
                });
                pending::<()>().await;
            });
            ended.await.unwrap_err().reason().unwrap().kind()
        });
        assert_eq!(reason, ReasonKind::Deadline);
    });
}

#[test]
fn a_scope_whose_deadline_is_taken_away_goes_on() {
    on_each_kind(|runtime| {
        let value = runtime.block_on(scope(async |scope| {
            scope.set_deadline(Instant::now());
            scope.set_deadline(None);
            sleep(Duration::from_millis(1)).await;
            7
        }));
        assert_eq!(value.unwrap(), 7);
    });
}
