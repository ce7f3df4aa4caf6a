//! The idle protocol with real workers: nothing is left in a queue while all of them sleep.

use rt_primitive::atomic::{AtomicUsize, Ordering};
use rt_primitive::model;
use rt_primitive::sync::Arc;

use super::support::{assert_no_page_left, executor};
use crate::block_on::block_on;
use crate::shared::{ExecutorShared, spawn};
use crate::shutdown;
use crate::task::header::Birth;
use crate::worker::WorkerContext;

/// A worker thread that runs tasks until the executor is closed.
fn work(shared: &Arc<ExecutorShared>, slot: usize) {
    let Some(worker) = WorkerContext::take_seat(shared, slot) else { return };
    {
        let _seated = worker.sit();
        worker.run_until_closed();
    }
    shutdown::stop_slot(worker);
}

/// Starts a task from outside that counts itself, and closes the executor if it is the last.
fn spawn_counted(shared: &Arc<ExecutorShared>, count: &Arc<AtomicUsize>, last: usize) {
    let (count, closing) = (count.clone(), shared.clone());
    let task = async move {
        if count.fetch_add(1, Ordering::AcqRel) + 1 == last {
            shutdown::close(&closing);
        }
    };
    drop(spawn(shared, task, Birth::at(std::panic::Location::caller())));
}

/// One worker, one push from outside: if the push is not seen, all sleep, which is a deadlock here.
///
/// Mutants: idle.push_no_fence, idle.sleep_no_fence, idle.skip_last_look
#[test]
fn no_task_is_left_while_all_sleep() {
    model::check("no_task_is_left_while_all_sleep", Some(2), |order| {
        let shared = executor(1);
        let count = Arc::new(AtomicUsize::new(0));
        let (worker, pusher, counted) = (shared.clone(), shared.clone(), count.clone());
        let (a, b) = model::spawn2(
            order,
            move || work(&worker, 0),
            move || spawn_counted(&pusher, &counted, 1),
        );
        a.join().unwrap();
        b.join().unwrap();
        assert_eq!(count.load(Ordering::Acquire), 1);
        assert_no_page_left();
    });
}

/// A searcher leaves with a task in hand, while a push relies on its search and wakes nobody: one
/// of the two wakes the worker that sleeps.
///
/// Mutants: idle.search_no_fence, idle.leave_without_look
#[test]
fn the_last_searcher_leaves_nothing_behind() {
    model::check("the_last_searcher_leaves_nothing_behind", Some(3), |order| {
        let shared = executor(2);
        let count = Arc::new(AtomicUsize::new(0));
        shared.idle.announce_sleep(1, false);
        assert!(shared.idle.try_search());
        let (searcher, pusher, counted) = (shared.clone(), shared.clone(), count.clone());
        let (a, b) = model::spawn2(
            order,
            move || {
                let worker = WorkerContext::take_seat(&searcher, 0).unwrap();
                worker.searching.set(true);
                worker.end_search();
                shutdown::return_seat(worker);
            },
            move || spawn_counted(&pusher, &counted, 2),
        );
        a.join().unwrap();
        b.join().unwrap();
        assert!(!shared.idle.retract_sleep(1), "a task waits and the worker sleeps");
        shutdown::close(&shared);
        assert_no_page_left();
    });
}

/// Two workers go to sleep while two tasks are pushed: both tasks run. Too large for every
/// interleaving, so only the random scheduler runs it.
#[cfg(rt_shuttle)]
#[test]
fn two_workers_leave_nothing_behind() {
    model::check("two_workers_leave_nothing_behind", None, |order| {
        let shared = executor(2);
        let count = Arc::new(AtomicUsize::new(0));
        let (one, two, pusher) = (shared.clone(), shared.clone(), shared.clone());
        let counted = count.clone();
        let (a, b, c) = model::spawn3(
            order,
            move || work(&one, 0),
            move || work(&two, 1),
            move || {
                spawn_counted(&pusher, &counted, 2);
                spawn_counted(&pusher, &counted, 2);
            },
        );
        a.join().unwrap();
        b.join().unwrap();
        c.join().unwrap();
        assert_eq!(count.load(Ordering::Acquire), 2);
        assert_no_page_left();
    });
}

/// A task that a guest spawned and did not wait for runs after the guest has left.
///
/// Mutants: guest.keeps_residue
#[test]
fn a_guest_leaves_no_task_behind() {
    model::check("a_guest_leaves_no_task_behind", Some(1), |order| {
        let shared = executor(1);
        let count = Arc::new(AtomicUsize::new(0));
        let (worker, guest, counted) = (shared.clone(), shared.clone(), count.clone());
        let (a, b) = model::spawn2(
            order,
            move || work(&worker, 0),
            move || {
                let spawner = guest.clone();
                let spawn_one = async { spawn_counted(&spawner, &counted, 1) };
                block_on(&guest, spawn_one, std::panic::Location::caller()).unwrap();
            },
        );
        a.join().unwrap();
        b.join().unwrap();
        assert_eq!(count.load(Ordering::Acquire), 1);
        assert_no_page_left();
    });
}
