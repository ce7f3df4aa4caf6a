//! Callbacks for the end of a task.

use std::future::pending;
use std::sync::{Arc, Mutex, mpsc};

use rt::task::{JoinHandle, Outcome};

use crate::handles::end_as;
use crate::{on_each_kind, until, with_workers};

/// Callbacks that log a number each.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<usize>>>);

impl Log {
    fn leave<T>(&self, task: &JoinHandle<T>, number: usize) -> rt::task::CallbackId {
        let log = self.clone();
        task.on_finish(move |_, _| log.0.lock().unwrap().push(number))
    }

    fn numbers(&self) -> Vec<usize> {
        self.0.lock().unwrap().clone()
    }
}

#[test]
fn callbacks_are_called_in_order_with_the_outcome() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            for expected in [Outcome::Finished, Outcome::Panicked, Outcome::Cancelled] {
                let task = rt::spawn(end_as(expected));
                let (log, id) = (Log::default(), task.id());
                log.leave(&task, 1);
                let (tell, told) = mpsc::channel();
                task.on_finish(move |task, outcome| tell.send((task.id, *outcome)).unwrap());
                log.leave(&task, 2);
                if expected == Outcome::Cancelled {
                    task.abort();
                }
                // No handle is needed for them.
                drop(task);
                until(|| log.numbers().len() == 2).await;
                assert_eq!(log.numbers(), [1, 2]);
                assert_eq!(told.recv().unwrap(), (id, expected));
            }
        });
    });
}

#[test]
fn a_callback_left_after_the_end_is_called_later() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let task = rt::spawn(async {});
            until(|| task.is_finished()).await;
            let log = Log::default();
            {
                // A call within `on_finish` would wait for this lock for ever.
                let _locked = log.0.lock().unwrap();
                let logging = log.clone();
                task.on_finish(move |_, _| logging.0.lock().unwrap().push(1));
            }
            until(|| log.numbers() == [1]).await;
            log.leave(&task, 2);
            log.leave(&task, 3);
            until(|| log.numbers() == [1, 2, 3]).await;
        });
    });
}

#[test]
fn callbacks_are_called_in_a_task_of_their_own() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let task = rt::task::Builder::new().name("tea").spawn(async {});
            let (tell, told) = mpsc::channel();
            task.on_finish(move |_, _| {
                drop(rt::spawn(async {}));
                tell.send(rt::task::current()).unwrap();
            });
            let mut caller = None;
            until(|| {
                caller = told.try_recv().ok();
                caller.is_some()
            })
            .await;
            let caller = caller.unwrap();
            assert_ne!(caller.id(), task.id());
            assert_eq!(caller.name(), "on_finish of tea");
        });
    });
}

#[test]
fn a_callback_that_panics_stops_no_other() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let task = rt::spawn(async {});
            let log = Log::default();
            log.leave(&task, 1);
            task.on_finish(|_, _| panic!("a callback's panic"));
            log.leave(&task, 2);
            until(|| log.numbers() == [1, 2]).await;
            task.await.unwrap();
        });
    });
}

#[test]
fn a_removed_callback_is_not_called() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let (task, other) = (rt::spawn(async {}), rt::spawn(async {}));
            let log = Log::default();
            let first = log.leave(&task, 1);
            let second = log.leave(&task, 2);
            log.leave(&task, 3);
            assert!(!other.remove_callback(second), "it is another task's");
            let is_gone = task.remove_callback(second);
            until(|| log.numbers().contains(&3)).await;
            assert_eq!(is_gone, !log.numbers().contains(&2));
            assert!(!task.remove_callback(first), "it was called");
        });
    });
}

#[test]
fn a_shutdown_calls_the_callbacks_of_what_it_ends() {
    on_each_kind(|runtime| {
        let task = runtime.spawn(pending::<()>());
        let log = Log::default();
        log.leave(&task, 1);
        log.leave(&task, 2);
        drop(runtime);
        assert_eq!(log.numbers(), [1, 2]);
        log.leave(&task, 3);
        assert_eq!(Arc::strong_count(&log.0), 1, "nothing is left to call it");
        assert_eq!(log.numbers(), [1, 2]);
    });
}

#[test]
fn callbacks_on_a_runtime_that_has_shut_down_are_dropped() {
    let runtime = with_workers(1);
    let handle = runtime.handle().clone();
    drop(runtime);
    let task = handle.spawn(async {});
    let log = Log::default();
    log.leave(&task, 1);
    assert_eq!(Arc::strong_count(&log.0), 1);
    assert_eq!(log.numbers(), [0; 0]);
}

#[test]
fn callbacks_and_ends_race_without_a_loss() {
    const ROUNDS: usize = 5_000;
    let runtime = with_workers(4);
    let log = Log::default();
    runtime.block_on(async {
        for round in 0..ROUNDS {
            let task = rt::spawn(rt::task::yield_now());
            log.leave(&task, 2 * round);
            rt::task::yield_now().await;
            log.leave(&task, 2 * round + 1);
        }
        until(|| log.numbers().len() == 2 * ROUNDS).await;
    });
    let numbers = log.numbers();
    for round in 0..ROUNDS {
        let place = |number| numbers.iter().position(|&other| other == number);
        assert!(place(2 * round) < place(2 * round + 1), "out of order in round {round}");
    }
}
