//! Clean-up: a limit on it, both ways to run it, and waiting for a request beside the work.

use std::future::pending;
use std::sync::{Arc, Mutex};

use rt::cancel::{CancelExt, cancelled, finally, mask};
use rt::task::yield_now;
use rt::time::{Instant, sleep};

use crate::gate::Gate;
use crate::virtual_clock::{SECOND, on_each_paused};
use crate::{on_each_kind, until};

#[test]
fn a_grace_ends_a_clean_up_that_takes_too_long_and_no_mask_helps() {
    on_each_paused(|runtime| {
        runtime.block_on(async {
            let begun = Instant::now();
            let gate = Gate::default();
            let at = gate.clone();
            let task = rt::spawn(async move {
                let _token = at.wait().catch_cancel().await;
                mask(sleep(SECOND * 3_600)).await;
            });
            until(|| gate.waiting() == 1).await;
            assert!(task.cancel_within(SECOND * 5));
            assert!(task.await.unwrap_err().is_cancelled());
            assert_eq!(begun.elapsed(), SECOND * 5);
        });
    });
}

#[test]
fn a_grace_that_is_not_needed_leaves_nothing() {
    on_each_paused(|runtime| {
        runtime.block_on(async {
            let begun = Instant::now();
            let task = rt::spawn(pending::<()>().on_cancel(sleep(SECOND)));
            yield_now().await;
            assert!(task.cancel_within(SECOND * 5));
            let reference = task.task();
            assert!(task.await.unwrap_err().is_cancelled());
            until(|| rt::task::all().len() == 1).await;
            assert!(begun.elapsed() <= SECOND, "its timer is gone");
            assert!(!reference.cancel_within(SECOND), "it has ended");
        });
    });
}

#[test]
fn finally_runs_after_a_value_and_after_a_request() {
    on_each_kind(|runtime| {
        let log = Arc::new(Mutex::new(Vec::new()));
        runtime.block_on(async {
            let of_value = log.clone();
            let value = finally(async { 7 }, async |outcome| {
                yield_now().await;
                of_value.lock().unwrap().push(outcome.is_ok());
            });
            assert_eq!(value.await.unwrap(), 7);
            let gate = Gate::default();
            let (at, of_request) = (gate.clone(), log.clone());
            let task = rt::spawn(async move {
                finally(async { at.wait().await }, async |outcome| {
                    yield_now().await;
                    of_request.lock().unwrap().push(outcome.is_ok());
                })
                .await
            });
            until(|| gate.waiting() == 1).await;
            task.cancel();
            assert!(task.await.unwrap_err().is_cancelled());
        });
        assert_eq!(*log.lock().unwrap(), [true, false]);
    });
}

#[test]
fn a_select_hears_of_a_request_beside_its_work() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let gate = Gate::default();
            let at = gate.clone();
            let task = rt::spawn(async move {
                rt::select! {
                    () = at.wait() => unreachable!("nobody opens"),
                    token = cancelled() => {
                        yield_now().await;
                        Err::<(), _>(token)
                    }
                }
            });
            until(|| gate.waiting() == 1).await;
            task.cancel();
            assert!(task.await.unwrap_err().is_cancelled());
        });
    });
}
