//! What a handle can do with its task.

use std::future::pending;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use rt::task::{JoinHandle, Outcome, TakeError};

use crate::gate::Gate;
use crate::{on_each_kind, panic_text, until, with_workers};

#[test]
fn an_output_is_taken_once() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let gate = Gate::default();
            let at = gate.clone();
            let mut task = rt::spawn(async move {
                at.wait().await;
                "output"
            });
            assert!(matches!(task.try_take(), Err(TakeError::Pending)));
            gate.open();
            until(|| task.is_finished()).await;
            assert_eq!(task.try_take().unwrap(), "output");
            assert!(matches!(task.try_take(), Err(TakeError::Taken)));
            assert!(task.is_finished());
        });
    });
}

#[test]
fn an_output_that_was_awaited_is_taken() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let mut task = rt::spawn(async { 1 });
            assert_eq!((&mut task).await.unwrap(), 1);
            assert!(matches!(task.try_take(), Err(TakeError::Taken)));
        });
    });
}

#[test]
fn to_take_from_a_task_without_an_output_says_why() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let mut panicked = rt::spawn(async { panic!("no luck") });
            let mut aborted = rt::spawn(pending::<()>());
            aborted.abort();
            until(|| panicked.is_finished() && aborted.is_finished()).await;
            let Err(TakeError::Join(error)) = panicked.try_take() else { panic!("it has none") };
            assert_eq!(panic_text(error.into_panic()), "no luck");
            let Err(TakeError::Join(error)) = aborted.try_take() else { panic!("it has none") };
            assert!(error.is_cancelled());
        });
    });
}

/// Ends so; for a cancelled task somebody must abort it.
pub(crate) async fn end_as(outcome: Outcome) {
    match outcome {
        Outcome::Finished => {}
        Outcome::Panicked => panic!("no luck"),
        _ => pending().await,
    }
}

#[test]
fn an_outcome_is_how_the_task_ended() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            for expected in [Outcome::Finished, Outcome::Panicked, Outcome::Cancelled] {
                let task = rt::spawn(end_as(expected));
                if expected == Outcome::Cancelled {
                    assert_eq!(task.outcome(), None);
                    task.abort();
                }
                until(|| task.is_finished()).await;
                assert_eq!(task.outcome(), Some(expected));
            }
        });
    });
}

#[test]
fn a_foreign_thread_waits_for_a_task() {
    let runtime = with_workers(2);
    for round in 0..1_000 {
        assert_eq!(
            runtime.spawn(async move { round }).join_blocking(None).unwrap().unwrap(),
            round
        );
    }
    let panicked = runtime.spawn(async { panic!("no luck") }).join_blocking(None).unwrap();
    assert!(panicked.unwrap_err().is_panic());
}

#[test]
fn a_wait_that_times_out_gives_the_handle_back() {
    let runtime = with_workers(1);
    let gate = Gate::default();
    let at = gate.clone();
    let task = runtime.spawn(async move {
        at.wait().await;
        "nothing lost"
    });
    let late = task.join_blocking(Some(Duration::from_millis(1))).unwrap_err();
    assert!(late.to_string().contains("did not end in time"));
    gate.open();
    let limit = Some(Duration::from_secs(3_600));
    assert_eq!(late.into_handle().join_blocking(limit).unwrap().unwrap(), "nothing lost");
}

#[test]
fn a_thread_waits_for_a_task_that_block_on_runs() {
    let runtime = rt::Builder::new_current_thread().build().unwrap();
    let (tell, told) = mpsc::channel();
    let task = runtime.spawn(async move { 42 });
    let waiter = std::thread::spawn(move || {
        tell.send(task.join_blocking(None).unwrap().unwrap()).unwrap();
    });
    runtime.block_on(until(|| waiter.is_finished()));
    assert_eq!(told.recv().unwrap(), 42);
}

#[test]
fn to_wait_within_a_task_panics_and_names_both_places() {
    on_each_kind(|runtime| {
        let (tell, told) = mpsc::channel();
        let line = line!() + 1;
        let outer = runtime.spawn(async move {
            let endless = rt::spawn(pending::<()>());
            tell.send(line!() + 1).unwrap();
            drop(endless.join_blocking(None));
        });
        let error = runtime.block_on(outer).unwrap_err();
        let text = panic_text(error.into_panic());
        let (file, inner) = (file!(), told.recv().unwrap());
        assert!(text.starts_with(&format!("cannot join_blocking at {file}:{inner}:")), "{text}");
        assert!(text.contains(&format!("the task spawned at {file}:{line}:")), "{text}");
    });
}

#[test]
#[should_panic(expected = "this thread is already inside the block_on at")]
fn to_wait_within_block_on_panics() {
    with_workers(1).block_on(async { drop(rt::spawn(async {}).join_blocking(None)) });
}

#[test]
fn a_linked_task_ends_with_its_handle() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let token = Arc::new(());
            let held = token.clone();
            let linked = rt::spawn(async move {
                let _held = held;
                pending::<()>().await;
            })
            .cancel_on_drop();
            let task = linked.task();
            assert!(rt::time::timeout(Duration::from_millis(1), linked).await.is_err());
            until(|| task.is_finished()).await;
            assert_eq!(task.outcome(), Some(Outcome::Cancelled));
            assert_eq!(Arc::strong_count(&token), 1);
        });
    });
}

#[test]
fn a_linked_task_gives_its_output() {
    on_each_kind(|runtime| {
        let output = runtime.block_on(async { rt::spawn(async { 5 }).cancel_on_drop().await });
        assert_eq!(output.unwrap(), 5);
    });
}

#[test]
fn a_task_that_awaits_itself_is_told() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let (tell, told) = mpsc::channel::<JoinHandle<()>>();
            let task = rt::spawn(async move {
                let mut own = told.recv().unwrap();
                let error = (&mut own).await.unwrap_err();
                assert!(error.is_self_join() && !error.is_cancelled() && !error.is_panic());
                assert_eq!(error.id(), rt::task::id());
                assert!(error.try_into_panic().is_err());
                assert!(matches!(own.try_take(), Err(TakeError::Pending)));
            });
            let task_ref = task.task();
            tell.send(task).unwrap();
            until(|| task_ref.is_finished()).await;
            assert_eq!(task_ref.outcome(), Some(Outcome::Finished));
        });
    });
}
