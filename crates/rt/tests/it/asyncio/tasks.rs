//! One task: how it starts, what it is asked, and how it ends.

use std::future::pending;
use std::sync::{Arc, Mutex, mpsc};

use rt::cancel::{CancelExt, uncancel};
use rt::task::{Frame, Outcome, TakeError, TaskStatus, current, yield_now};
use rt::time::{Duration, Instant, sleep};

use crate::gate::Gate;
use crate::virtual_clock::{SECOND, on_each_paused};
use crate::{on_each_kind, until};

#[test]
fn create_task_is_kept_by_the_runtime_and_has_a_name() {
    on_each_kind(|runtime| {
        let (tell, told) = mpsc::channel();
        runtime.block_on(async {
            drop(rt::task::Builder::new().name("tea").spawn(async move {
                yield_now().await;
                tell.send(current().name().into_owned()).unwrap();
            }));
            let plain = rt::spawn(async {});
            assert_eq!(plain.task().name(), format!("Task-{}", plain.id()));
            until(|| rt::task::all().len() == 1).await;
        });
        assert_eq!(told.recv().unwrap(), "tea");
    });
}

#[test]
fn await_of_a_task_gives_many_its_value_and_cancels_it_only_if_linked() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let shared = rt::spawn(async { 7 }).shared();
            assert_eq!((shared.clone().await.unwrap(), shared.await.unwrap()), (7, 7));

            let awaited = rt::spawn(pending::<()>());
            let task = awaited.task();
            let awaiter = rt::spawn(awaited);
            awaiter.cancel();
            assert!(awaiter.await.unwrap_err().is_cancelled());
            assert!(!task.is_finished(), "a plain handle passes nothing on");

            let linked = rt::spawn(pending::<()>()).cancel_on_drop();
            let task = linked.task();
            let awaiter = rt::spawn(linked);
            awaiter.cancel();
            assert!(awaiter.await.unwrap_err().is_cancelled());
            until(|| task.is_finished()).await;
        });
    });
}

#[test]
fn result_and_cancelled_are_not_there_before_the_task_has_really_ended() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let gate = Gate::default();
            let at = gate.clone();
            let mut task = rt::spawn(async move {
                let caught = pending::<()>().catch_cancel().await;
                at.wait().await;
                caught
            });
            yield_now().await;
            task.cancel();
            until(|| gate.waiting() == 1 || task.is_finished()).await;
            if !task.is_finished() {
                assert_eq!(task.outcome(), None, "it cleans up");
                assert!(matches!(task.try_take(), Err(TakeError::Pending)));
            }
            gate.open();
            until(|| task.is_finished()).await;
            assert_eq!(task.outcome(), Some(Outcome::Cancelled));
            assert!(matches!(task.try_take(), Err(TakeError::Join(error)) if error.is_cancelled()));
        });
    });
}

#[test]
fn add_done_callback_calls_in_order_and_remove_takes_one_away() {
    on_each_kind(|runtime| {
        let log = Arc::new(Mutex::new(Vec::new()));
        runtime.block_on(async {
            let task = rt::spawn(async {});
            let leave = |what: &'static str| {
                let log = log.clone();
                task.on_finish(move |_, outcome| log.lock().unwrap().push((what, *outcome)))
            };
            let (_first, second, _third) = (leave("first"), leave("second"), leave("third"));
            assert!(task.remove_callback(second), "it has not been called");
            assert!(!task.remove_callback(second));
            task.await.unwrap();
            until(|| log.lock().unwrap().len() == 2).await;
        });
        let finished = Outcome::Finished;
        assert_eq!(*log.lock().unwrap(), [("first", finished), ("third", finished)]);
    });
}

#[test]
fn cancel_of_a_task_that_has_ended_says_so_and_of_one_that_has_not_begun_prevents_it() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let ended = rt::spawn(async {});
            until(|| ended.is_finished()).await;
            assert!(!ended.cancel());
            ended.await.unwrap();
        });
    });
    rt::Builder::new_current_thread().build().unwrap().block_on(async {
        let never = rt::spawn(async { unreachable!("it was cancelled before") });
        assert!(never.cancel());
        assert!(never.await.unwrap_err().is_cancelled());
    });
}

#[test]
fn cancel_that_is_caught_and_taken_back_leaves_the_value() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let gate = Gate::default();
            let at = gate.clone();
            let task = rt::spawn(async move {
                let token = at.wait().catch_cancel().await.unwrap_err();
                assert_eq!(token.acknowledge(), 0);
                yield_now().await;
                42
            });
            until(|| gate.waiting() == 1).await;
            task.cancel();
            assert_eq!(task.await.unwrap(), 42);
        });
    });
}

#[test]
fn cancelling_counts_requests_and_uncancel_stops_at_none() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let task = rt::spawn(async {
                current().cancel();
                current().cancel();
                assert_eq!(current().cancelling(), 2);
                assert_eq!((uncancel(), uncancel(), uncancel()), (1, 0, 0));
                yield_now().await;
                current().cancelling()
            });
            assert_eq!(task.await.unwrap(), 0);
        });
    });
}

#[test]
fn current_task_is_who_asks_and_all_tasks_are_those_that_have_not_ended() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let ended = rt::spawn(async { current().id() });
            let id = ended.id();
            assert_eq!(ended.await.unwrap(), id);
            let waits = rt::spawn(pending::<()>());
            let all: Vec<_> = rt::task::all().into_iter().map(|task| task.id).collect();
            assert!(all.contains(&waits.id()) && all.contains(&rt::task::id()));
            until(|| rt::task::all().iter().all(|task| task.id != id)).await;
        });
        assert!(rt::task::try_current().is_none());
    });
}

#[test]
fn get_stack_of_a_task_that_waits_ends_there_and_of_one_that_has_ended_is_its_spawn() {
    on_each_paused(|runtime| {
        runtime.block_on(async {
            let task = rt::spawn(sleep(SECOND * 60));
            let reference = task.task();
            until(|| reference.info().state == TaskStatus::Waiting).await;
            assert!(matches!(reference.stack(None)[..], [Frame::Spawned(_), Frame::Waiting(_)]));
            task.abort();
            assert!(task.await.is_err());
            assert!(matches!(reference.stack(None)[..], [Frame::Spawned(_)]));
        });
    });
}

#[test]
fn never_retrieved_failures_are_told_of_when_the_last_handle_goes() {
    let told = Arc::new(Mutex::new(0));
    let tell = told.clone();
    let mut builder = rt::Builder::new_current_thread();
    let runtime = builder.on_unhandled(move |_| *tell.lock().unwrap() += 1).build().unwrap();
    runtime.block_on(async {
        let fails = || rt::spawn(async { std::panic::resume_unwind(Box::new("on purpose")) });
        let (unread, read): (rt::task::JoinHandle<()>, _) = (fails(), fails());
        assert!(read.await.unwrap_err().is_panic());
        until(|| unread.is_finished()).await;
        assert_eq!(*told.lock().unwrap(), 0, "somebody may still look");
        drop(unread);
        assert_eq!(*told.lock().unwrap(), 1);
    });
}

#[test]
fn sleep_of_zero_lets_others_run_once_and_a_cancelled_sleep_is_over() {
    on_each_paused(|runtime| {
        runtime.block_on(async {
            let begun = Instant::now();
            sleep(Duration::ZERO).await;
            let long = rt::spawn(sleep(SECOND * 3_600));
            yield_now().await;
            long.cancel();
            assert!(long.await.unwrap_err().is_cancelled());
            sleep(SECOND).await;
            assert_eq!(begun.elapsed(), SECOND, "its timer is gone");
        });
    });
}
