//! A task that many wait for.

use std::future::pending;
use std::sync::{Arc, mpsc};

use rt::task::{JoinHandle, Outcome, SharedJoinHandle};

use crate::gate::Gate;
use crate::{on_each_kind, until};

/// Awaits the handle in so many tasks.
fn await_in_tasks<T>(handle: &SharedJoinHandle<T>, tasks: usize) -> Vec<JoinHandle<Option<T>>>
where
    T: Clone + Send + Sync + 'static,
{
    let await_it = |handle: SharedJoinHandle<T>| async move { handle.await.ok() };
    (0..tasks).map(|_| rt::spawn(await_it(handle.clone()))).collect()
}

#[test]
fn each_who_waits_gets_the_output() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            for _ in 0..100 {
                let shared = rt::spawn(async {
                    rt::task::yield_now().await;
                    String::from("tea")
                })
                .shared();
                for waiting in await_in_tasks(&shared, 10) {
                    assert_eq!(waiting.await.unwrap().unwrap(), "tea");
                }
                let mut again = shared.clone();
                assert_eq!((&mut again).await.unwrap(), "tea");
                assert_eq!(again.await.unwrap(), "tea");
            }
        });
    });
}

#[test]
fn each_who_waits_gets_the_error() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let panicked = rt::spawn(async { panic!("no luck") }).shared();
            for waiting in await_in_tasks::<()>(&panicked, 3) {
                assert_eq!(waiting.await.unwrap(), None);
            }
            let (one, two) = (panicked.clone().await.unwrap_err(), panicked.await.unwrap_err());
            assert!(one.is_panic() && one.to_string().ends_with("panicked: no luck"));
            assert!(Arc::ptr_eq(&one, &two));
        });
    });
}

#[test]
fn one_who_waits_no_longer_takes_nothing_from_the_others() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let gate = Gate::default();
            let at = gate.clone();
            let shared = rt::spawn(async move {
                at.wait().await;
                7
            })
            .shared();
            let waiting = await_in_tasks(&shared, 4);
            until(|| gate.waiting() == 1).await;
            rt::task::yield_now().await;
            waiting[0].abort();
            waiting[2].abort();
            gate.open();
            for (number, waiting) in waiting.into_iter().enumerate() {
                let output = waiting.await;
                assert!(number % 2 == 0 || output.unwrap() == Some(7));
            }
        });
    });
}

#[test]
fn shared_handles_detach_when_the_last_is_dropped() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let (gate, token) = (Gate::default(), Arc::new(()));
            let (at, output) = (gate.clone(), token.clone());
            let shared = rt::spawn(async move {
                at.wait().await;
                output
            })
            .shared();
            let waiting = await_in_tasks(&shared, 1).pop().unwrap();
            until(|| gate.waiting() == 1).await;
            rt::task::yield_now().await;
            waiting.abort();
            assert!(waiting.await.unwrap_err().is_cancelled());
            let task = shared.task();
            drop(shared);
            assert!(!task.is_finished());
            gate.open();
            until(|| task.is_finished()).await;
            assert_eq!(task.outcome(), Some(Outcome::Finished));
            assert_eq!(Arc::strong_count(&token), 1, "nobody is left to have the output");
        });
    });
}

#[test]
fn a_shared_handle_aborts() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let shared = rt::spawn(pending::<()>()).shared();
            shared.abort();
            assert!(shared.await.unwrap_err().is_cancelled());
        });
    });
}

#[test]
fn a_task_that_awaits_itself_by_a_shared_handle_is_told() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let (tell, told) = mpsc::channel::<SharedJoinHandle<bool>>();
            let task =
                rt::spawn(async move { told.recv().unwrap().await.unwrap_err().is_self_join() });
            let shared = task.shared();
            tell.send(shared.clone()).unwrap();
            assert!(shared.await.unwrap(), "the others wait for its end all the same");
        });
    });
}
