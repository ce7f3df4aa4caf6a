//! A shutdown that meets threads which are not done: inside `block_on`, or stuck in a poll.

use std::future::pending;
use std::panic::Location;

use rt_primitive::model;
use rt_primitive::sync::Arc;

use super::support::assert_no_page_left;
use crate::block_on::block_on;
use crate::config::Flavor;
use crate::driver::NoDriver;
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
