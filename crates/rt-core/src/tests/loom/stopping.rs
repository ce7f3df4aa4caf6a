//! A shutdown that meets threads which are not done: inside `block_on`, or stuck in a poll.

use std::future::{pending, poll_fn};
use std::panic::Location;
use std::task::{Poll, Waker};

use rt_primitive::model;
use rt_primitive::sync::{Arc, Mutex};

use super::support::{assert_no_page_left, run_all};
use crate::block_on::block_on;
use crate::config::Flavor;
use crate::driver::NoDriver;
use crate::handle::ExecutorHandle;
use crate::shared::{ExecutorShared, spawn};
use crate::shutdown;
use crate::task::header::Birth;
use crate::task::join::JoinHandle;
use crate::worker::WorkerContext;

fn executor(flavor: Flavor) -> Arc<ExecutorShared> {
    Arc::new(ExecutorShared::new(flavor, 1, std::sync::Arc::new(NoDriver)))
}

fn spawn_endless(shared: &Arc<ExecutorShared>) -> JoinHandle<()> {
    spawn(shared, pending(), Birth::at(Location::caller()))
}

/// A task that has been polled once, waits for ever, with its waker.
fn waiting_task(shared: &Arc<ExecutorShared>) -> (JoinHandle<()>, Waker) {
    let kept: Arc<Mutex<Option<Waker>>> = Arc::new(Mutex::new(None));
    let mut keeper = Some(kept.clone());
    let waits = poll_fn(move |cx| {
        if let Some(keeper) = keeper.take() {
            *keeper.lock() = Some(cx.waker().clone());
        }
        Poll::Pending
    });
    let task = spawn(shared, waits, Birth::at(Location::caller()));
    run_all(shared, 0);
    let waker = kept.lock().take().expect("the task has been polled");
    (task, waker)
}

/// A future in `block_on` waits for a task that nobody will wake, while the executor is closed: it
/// is told of the end of that task, or waits for ever, which is a deadlock here.
fn check(name: &'static str, bound: usize, flavor: Flavor, spawns_inside: bool) {
    model::check(name, Some(bound), move |order| {
        let shared = executor(flavor);
        let outside = (!spawns_inside).then(|| spawn_endless(&shared));
        let (closer, waiter) = (shared.clone(), shared.clone());
        let (a, b) = model::spawn2(
            order,
            move || shutdown::close(&closer),
            move || {
                let spawner = waiter.clone();
                let wait = async {
                    let task = outside.unwrap_or_else(|| spawn_endless(&spawner));
                    assert!(task.await.unwrap_err().is_cancelled());
                };
                block_on(&waiter, wait, Location::caller()).unwrap();
            },
        );
        a.join().unwrap();
        b.join().unwrap();
        assert_no_page_left();
    });
}

/// A thread in `block_on` waits for a task while the executor is closed: it hears of the end of it.
///
/// Mutants: shutdown.guest_waits_on
#[test]
fn a_block_on_outlives_its_runtime() {
    check("a_block_on_outlives_its_runtime", 2, Flavor::MultiThread, true);
}

/// The same for the thread that is the only one to run anything.
///
/// Mutants: shutdown.guest_waits_on
#[test]
fn a_current_thread_outlives_its_runtime() {
    check("a_current_thread_outlives_its_runtime", 1, Flavor::CurrentThread, false);
}

/// The only thread to run anything waits for a task, which another thread wakes while a third
/// closes the executor: the task ends, by whoever holds it, and that thread is told.
#[test]
fn a_wake_meets_the_close_of_a_current_thread() {
    model::check("a_wake_meets_the_close_of_a_current_thread", Some(0), |order| {
        let shared = executor(Flavor::CurrentThread);
        let (task, waker) = waiting_task(&shared);
        let (closer, waiter) = (shared.clone(), shared.clone());
        let (a, b, c) = model::spawn3(
            order,
            move || waker.wake(),
            move || shutdown::close(&closer),
            move || {
                let outcome = block_on(&waiter, task, Location::caller()).unwrap();
                assert!(outcome.unwrap_err().is_cancelled());
            },
        );
        a.join().unwrap();
        b.join().unwrap();
        c.join().unwrap();
        assert_no_page_left();
    });
}

/// The only thread to run anything closes the executor itself, and then waits for a task that
/// another thread wakes: that one sees the close, and tells it, or its push is found.
///
/// Mutants: shutdown.close_no_fence
#[test]
fn a_wake_meets_a_close_from_inside() {
    model::check("a_wake_meets_a_close_from_inside", Some(2), |order| {
        let shared = executor(Flavor::CurrentThread);
        let (task, waker) = waiting_task(&shared);
        let waiter = shared.clone();
        let (a, b) = model::spawn2(
            order,
            move || waker.wake(),
            move || {
                let closer = waiter.clone();
                let wait = async move {
                    shutdown::close(&closer);
                    assert!(task.await.unwrap_err().is_cancelled());
                };
                block_on(&waiter, wait, Location::caller()).unwrap();
            },
        );
        a.join().unwrap();
        b.join().unwrap();
        assert_no_page_left();
    });
}

/// A task holds the last handle but those of the threads: whoever is last, the closer or the worker
/// that ends the task, frees the executor with its pages.
///
/// Mutants: slab.keeps_its_owner
#[test]
fn a_worker_drops_the_last_handle() {
    model::check("a_worker_drops_the_last_handle", Some(2), |order| {
        let shared = executor(Flavor::MultiThread);
        let handle = ExecutorHandle::new(shared.clone());
        let holds = async move {
            let _handle = handle;
            pending::<()>().await;
        };
        drop(spawn(&shared, model::track(holds), Birth::at(Location::caller())));
        let (closer, own) = (shared.clone(), shared);
        let (a, b) = model::spawn2(
            order,
            move || {
                shutdown::close(&closer);
                drop(closer);
            },
            move || {
                let Some(worker) = WorkerContext::take_seat(&own, 0) else { return };
                drop(own);
                {
                    let _seated = worker.sit();
                    worker.run_until_closed();
                }
                shutdown::stop_slot(worker);
            },
        );
        a.join().unwrap();
        b.join().unwrap();
        assert_no_page_left();
    });
}

/// A worker stops its slot while another thread, which did not want to wait for it, ends what it
/// can reach there: each task ends once, and no page is freed while the other walks it.
///
/// Mutants: shutdown.uncounted_party
#[test]
fn a_stuck_worker_comes_back_in_between() {
    model::check("a_stuck_worker_comes_back_in_between", Some(2), |order| {
        let shared = executor(Flavor::MultiThread);
        let worker = WorkerContext::take_seat(&shared, 0).unwrap();
        let tasks = {
            let _seated = worker.sit();
            let idle = spawn_endless(&shared);
            worker.run(worker.next_task().unwrap());
            [idle, spawn_endless(&shared)]
        };
        shutdown::return_seat(worker);
        shared.close();
        let (owner, other) = (shared.clone(), shared.clone());
        let (a, b) = model::spawn2(
            order,
            move || shutdown::stop_slot(WorkerContext::take_seat(&owner, 0).unwrap()),
            move || shutdown::abort_reachable(&other),
        );
        a.join().unwrap();
        b.join().unwrap();
        assert!(tasks.iter().all(JoinHandle::is_finished), "a task was left behind");
        assert_eq!(shared.aborted.count(), 2, "a task ended twice, or not at all");
        drop(tasks);
        assert_no_page_left();
    });
}
