//! A shutdown against who still spawns, wakes, steals, runs or stops: each task ends once.

use std::future::{pending, poll_fn};
use std::panic::Location;
use std::task::{Poll, Waker};

use rt_primitive::model;
use rt_primitive::sync::{Arc, Mutex};

use super::support::{assert_no_page_left, executor, run_all};
use crate::shared::{ExecutorShared, spawn};
use crate::shutdown;
use crate::task::header::Birth;
use crate::worker::WorkerContext;

fn born_here() -> Birth {
    Birth::at(Location::caller())
}

fn take_seat(shared: &Arc<ExecutorShared>, slot: usize) -> WorkerContext {
    WorkerContext::take_seat(shared, slot).expect("nobody has the seat")
}

/// Tasks that wait in the queues of worker 0: one in its next slot, one in its deque.
fn spawn_two_there(shared: &Arc<ExecutorShared>) {
    let worker = take_seat(shared, 0);
    {
        let _seated = worker.sit();
        (0..2).for_each(|_| drop(spawn(shared, model::track(pending::<()>()), born_here())));
    }
    shutdown::return_seat(worker);
}

/// A worker ends what is queued there while another has come to steal.
///
/// Mutants: deque.steal_no_exchange
#[test]
fn a_drain_meets_a_late_thief() {
    model::check("a_drain_meets_a_late_thief", Some(2), |order| {
        let shared = executor(2);
        spawn_two_there(&shared);
        shared.close();
        let (owner, thief) = (shared.clone(), shared.clone());
        let (a, b) = model::spawn2(
            order,
            move || shutdown::stop_slot(take_seat(&owner, 0)),
            move || {
                let worker = take_seat(&thief, 1);
                {
                    let _seated = worker.sit();
                    worker.find_task().into_iter().for_each(|task| thief.abort(task));
                }
                shutdown::stop_slot(worker);
            },
        );
        a.join().unwrap();
        b.join().unwrap();
        assert_eq!(shared.aborted.count(), 2, "a task ended twice, or not at all");
        assert_no_page_left();
    });
}

/// A waiting task is woken from outside while the executor shuts down.
///
/// Mutants: injector.close_leaves_open
#[test]
fn a_wake_meets_the_shutdown() {
    model::check("a_wake_meets_the_shutdown", Some(2), |order| {
        let shared = executor(1);
        let kept: Arc<Mutex<Option<Waker>>> = Arc::new(Mutex::new(None));
        let keeper = kept.clone();
        let waits = poll_fn(move |cx| {
            *keeper.lock() = Some(cx.waker().clone());
            Poll::<()>::Pending
        });
        drop(spawn(&shared, model::track(waits), born_here()));
        run_all(&shared, 0);
        let waker = kept.lock().take().expect("the task has been polled");
        let closer = shared.clone();
        let (a, b) = model::spawn2(order, move || shutdown::close(&closer), move || waker.wake());
        a.join().unwrap();
        b.join().unwrap();
        assert_eq!(shared.aborted.count(), 1, "ended twice, or not at all");
        assert_no_page_left();
    });
}

/// Two workers stop at once, each with a task of its own to end: the last frees the pages, and has
/// seen what the other did there.
///
/// Mutants: shutdown.leave_relaxed
#[test]
fn the_last_worker_to_stop_frees_the_pages() {
    model::check("the_last_worker_to_stop_frees_the_pages", Some(2), |order| {
        let shared = executor(2);
        spawn_two_there(&shared);
        shared.close();
        let stop = |shared: Arc<ExecutorShared>, slot| {
            move || shutdown::stop_slot(take_seat(&shared, slot))
        };
        let (a, b) = model::spawn2(order, stop(shared.clone(), 0), stop(shared.clone(), 1));
        a.join().unwrap();
        b.join().unwrap();
        assert_eq!(shared.aborted.count(), 2);
        assert_no_page_left();
    });
}

/// Spawns a task when it is dropped.
struct SpawnsWhenDropped(Arc<ExecutorShared>);

impl Drop for SpawnsWhenDropped {
    fn drop(&mut self) {
        drop(spawn(&self.0, model::track(async {}), born_here()));
    }
}

/// A task spawns another while it is dropped, whoever drops it: nothing stays.
///
/// Mutants: spawn.looks_once
#[test]
fn a_drop_spawns_during_the_shutdown() {
    model::check("a_drop_spawns_during_the_shutdown", Some(2), |order| {
        let shared = executor(1);
        let (closer, spawner) = (shared.clone(), shared.clone());
        let (a, b) = model::spawn2(
            order,
            move || shutdown::close(&closer),
            move || {
                let guard = SpawnsWhenDropped(spawner.clone());
                drop(spawn(&spawner, async move { drop(guard) }, born_here()));
            },
        );
        a.join().unwrap();
        b.join().unwrap();
        drop(shared);
        assert_no_page_left();
    });
}

/// A worker runs a task to its end while another thread ends all tasks that it can reach.
///
/// Mutants: task.cancel_claims_owned
#[test]
fn ending_all_tasks_meets_the_end_of_one() {
    model::check("ending_all_tasks_meets_the_end_of_one", Some(2), |order| {
        let shared = executor(1);
        let handle = spawn(&shared, model::track(async {}), born_here());
        let (runner, other) = (shared.clone(), shared.clone());
        let (a, b) = model::spawn2(
            order,
            move || {
                let worker = take_seat(&runner, 0);
                {
                    let _seated = worker.sit();
                    worker.next_task().into_iter().for_each(|task| worker.run(task));
                }
                shutdown::return_seat(worker);
            },
            move || {
                other.close();
                shutdown::abort_reachable(&other);
            },
        );
        a.join().unwrap();
        b.join().unwrap();
        // The seat is there still if it was given back before the close.
        if let Some(worker) = WorkerContext::take_seat(&shared, 0) {
            shutdown::stop_slot(worker);
        }
        assert!(handle.is_finished(), "it was left behind");
        assert!(shared.aborted.count() <= 1);
        drop(handle);
        assert_no_page_left();
    });
}
