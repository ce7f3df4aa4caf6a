//! `abort` drops a task where it waits.

use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::{Arc, mpsc};

use rt::task::JoinSet;

use crate::gate::Gate;
use crate::{on_each_kind, with_workers};

#[test]
fn an_aborted_task_is_dropped_where_it_waits() {
    on_each_kind(|runtime| {
        let token = Arc::new(());
        let gate = Gate::default();
        runtime.block_on(async {
            let (held, at) = (token.clone(), gate.clone());
            let task = rt::spawn(async move {
                let _held = held;
                at.wait().await;
            });
            while gate.waiting() == 0 {
                rt::task::yield_now().await;
            }
            task.abort();
            let error = task.await.unwrap_err();
            assert!(error.is_cancelled() && !error.is_panic());
            assert_eq!(Arc::strong_count(&token), 1, "dropped before the joiner is told");
        });
    });
}

#[test]
fn a_task_aborted_before_its_first_poll_is_never_polled() {
    let runtime = rt::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let task = rt::spawn(async { panic!("polled") });
        task.abort();
        let error = task.await.unwrap_err();
        assert!(error.is_cancelled());
    });
}

#[test]
fn a_finished_task_keeps_its_value() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let task = rt::spawn(async { 1 });
            while !task.is_finished() {
                rt::task::yield_now().await;
            }
            task.abort();
            assert_eq!(task.await.unwrap(), 1);
        });
    });
}

#[test]
fn a_foreign_thread_aborts_through_a_handle() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let task = rt::spawn(std::future::pending::<()>());
            let abort = task.abort_handle();
            let thread = std::thread::spawn(move || abort.abort());
            assert!(task.await.unwrap_err().is_cancelled());
            thread.join().unwrap();
        });
    });
}

#[test]
fn a_task_that_aborts_itself_stops_at_its_next_wait() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let gate = Gate::default();
            let (tell, told) = std::sync::mpsc::channel::<rt::task::AbortHandle>();
            let open = gate.clone();
            let task = rt::spawn(async move {
                open.wait().await;
                told.recv().unwrap().abort();
                rt::task::yield_now().await;
                panic!("went on");
            });
            tell.send(task.abort_handle()).unwrap();
            gate.open();
            assert!(task.await.unwrap_err().is_cancelled());
        });
    });
}

#[test]
fn aborts_and_completions_race_without_a_loss() {
    let runtime = with_workers(4);
    let token = Arc::new(());
    runtime.block_on(async {
        for _ in 0..20_000 {
            let held = token.clone();
            let task = rt::spawn(async move {
                rt::task::yield_now().await;
                held
            });
            let abort = task.abort_handle();
            let aborter = rt::spawn(async move { abort.abort() });
            if let Err(error) = task.await {
                assert!(error.is_cancelled());
            }
            aborter.await.unwrap();
        }
    });
    drop(runtime);
    assert_eq!(Arc::strong_count(&token), 1);
}

/// A task that waits for the next of a chain, in a set of its own; the last one says that it runs.
fn chain(left: u32, said: mpsc::Sender<()>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        if left == 0 {
            said.send(()).unwrap();
            return pending().await;
        }
        let mut rest = JoinSet::new();
        rest.spawn(chain(left - 1, said));
        rest.join_next().await;
    })
}

/// Each task ends the next in its drop. The drops come one after the other, not one in the other:
/// that would be too deep for any stack.
#[test]
fn a_long_chain_of_tasks_ends_after_its_first() {
    let runtime = with_workers(2);
    let (said, heard) = mpsc::channel();
    let first = runtime.spawn(chain(100_000, said));
    heard.recv().expect("the last of the chain runs");
    first.abort();
    assert!(heard.recv().is_err(), "the last of the chain was dropped");
}
