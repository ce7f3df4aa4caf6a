//! Callbacks against the end of their task, and against each other.

use std::panic::Location;

use rt_primitive::model;
use rt_primitive::sync::{Arc, Mutex};

use super::support::{assert_no_page_left, executor, run_all};
use crate::shared::{ExecutorShared, spawn};
use crate::task::header::Birth;
use crate::task::join::JoinHandle;

/// The numbers of the callbacks that were called. Its lock lets another thread come between taking
/// a callback and calling it.
type Log = std::sync::Arc<Mutex<Vec<usize>>>;

fn spawn_plain(shared: &Arc<ExecutorShared>) -> JoinHandle<()> {
    spawn(shared, model::track(async {}), Birth::at(Location::caller()))
}

/// Leaves a callback that logs this number.
fn leave(handle: &JoinHandle<()>, log: &Log, number: usize) {
    let log = log.clone();
    handle.on_finish(move |_, _| log.lock().push(number));
}

/// A second callback is left while the task ends and another thread calls the first: each is called
/// once, and the first of them first, whoever calls.
///
/// Mutants: task.announce_after_complete, callbacks.followed_twice, callbacks.followed_for_ever
#[test]
fn a_callback_meets_the_end() {
    model::check("a_callback_meets_the_end", Some(2), |order| {
        let shared = executor(2);
        let log = Log::default();
        let handle = spawn_plain(&shared);
        leave(&handle, &log, 1);
        let (runner, other, second) = (shared.clone(), shared.clone(), log.clone());
        let (a, b) = model::spawn2(
            order,
            move || run_all(&runner, 0),
            move || {
                leave(&handle, &second, 2);
                drop(handle);
                run_all(&other, 1);
            },
        );
        a.join().unwrap();
        b.join().unwrap();
        run_all(&shared, 0);
        assert_eq!(*log.lock(), [1, 2]);
        crate::shutdown::close(&shared);
        assert_no_page_left();
    });
}

/// A callback is left when there was none, while the task ends: it is called.
///
/// Mutants: task.announce_after_complete
#[test]
fn a_first_callback_meets_the_end() {
    model::check("a_first_callback_meets_the_end", Some(2), |order| {
        let shared = executor(1);
        let log = Log::default();
        let handle = spawn_plain(&shared);
        let (runner, first) = (shared.clone(), log.clone());
        let (a, b) = model::spawn2(
            order,
            move || run_all(&runner, 0),
            move || {
                leave(&handle, &first, 1);
                drop(handle);
            },
        );
        a.join().unwrap();
        b.join().unwrap();
        run_all(&shared, 0);
        assert_eq!(*log.lock(), [1]);
        crate::shutdown::close(&shared);
        assert_no_page_left();
    });
}

/// Two threads leave the first callbacks of a task: they share one list, and both are called.
///
/// Mutants: rare.put_by_store
#[test]
fn two_callbacks_find_one_list() {
    model::check("two_callbacks_find_one_list", Some(2), |order| {
        let shared = executor(1);
        let log = Log::default();
        let handle = std::sync::Arc::new(spawn_plain(&shared));
        let (one, two) = (handle.clone(), handle.clone());
        let (first, second) = (log.clone(), log.clone());
        let (a, b) =
            model::spawn2(order, move || leave(&one, &first, 1), move || leave(&two, &second, 2));
        a.join().unwrap();
        b.join().unwrap();
        drop(handle);
        run_all(&shared, 0);
        let mut called = log.lock().clone();
        called.sort_unstable();
        assert_eq!(called, [1, 2]);
        crate::shutdown::close(&shared);
        assert_no_page_left();
    });
}
