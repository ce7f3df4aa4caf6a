//! Who sleeps and who is woken, without threads that run tasks: each push is seen or wakes.

use std::panic::Location;

use rt_primitive::model;
use rt_primitive::sync::Arc;

use super::support::{assert_no_page_left, executor};
use crate::idle::Idle;
use crate::shared::{ExecutorShared, spawn};
use crate::shutdown;
use crate::task::header::Birth;
use crate::worker::WorkerContext;

/// The worker announces its sleep and looks once more: true if it finds something.
fn sleep_sees_work(shared: &ExecutorShared, worker: usize) -> bool {
    shared.idle.announce_sleep(worker, false);
    shared.any_work()
}

fn spawn_one(shared: &Arc<ExecutorShared>) {
    drop(spawn(shared, model::track(async {}), Birth::at(Location::caller())));
}

/// A worker's poll pushes two tasks, one for itself and one that others may take, while another
/// worker goes to sleep (I3 of `worker.rs`).
///
/// Mutants: idle.wakes_nobody, idle.push_no_fence
#[test]
fn a_push_within_a_poll_is_seen_or_wakes() {
    model::check("a_push_within_a_poll_is_seen_or_wakes", Some(3), |order| {
        let shared = executor(2);
        let (pusher, sleeper) = (shared.clone(), shared.clone());
        let (a, b) = model::spawn2(
            order,
            move || {
                let worker = WorkerContext::take_seat(&pusher, 0).expect("nobody has the seat");
                let seated = worker.sit();
                spawn_one(&pusher);
                spawn_one(&pusher);
                worker.look_after_pushes();
                drop(seated);
                shutdown::return_seat(worker);
            },
            move || sleep_sees_work(&sleeper, 1),
        );
        a.join().unwrap();
        let saw_it = b.join().unwrap();
        assert!(saw_it || !shared.idle.retract_sleep(1), "neither seen nor woken");
        shutdown::close(&shared);
        assert_no_page_left();
    });
}

/// Two workers go to sleep while two tasks are pushed from outside: one of them is awake then.
///
/// Mutants: idle.push_no_fence, idle.sleep_no_fence
#[test]
fn two_sleepers_do_not_miss_two_pushes() {
    model::check("two_sleepers_do_not_miss_two_pushes", Some(2), |order| {
        let shared = executor(2);
        let (pusher, one, two) = (shared.clone(), shared.clone(), shared.clone());
        let (a, b, c) = model::spawn3(
            order,
            move || (0..2).for_each(|_| spawn_one(&pusher)),
            move || sleep_sees_work(&one, 0),
            move || sleep_sees_work(&two, 1),
        );
        a.join().unwrap();
        let saw_it = b.join().unwrap() | c.join().unwrap();
        let slept_on = |worker| shared.idle.retract_sleep(worker);
        assert!(saw_it || !(slept_on(0) && slept_on(1)), "neither seen nor woken");
        shutdown::close(&shared);
        assert_no_page_left();
    });
}

/// Two pushes meet one sleeper: one of them wakes it, and hands it the search.
///
/// Mutants: idle.search_by_load
#[test]
fn a_sleeper_is_woken_once() {
    model::check("a_sleeper_is_woken_once", None, |order| {
        let idle = Arc::new(Idle::new(1));
        idle.announce_sleep(0, false);
        let (one, two) = (idle.clone(), idle.clone());
        let (a, b) = model::spawn2(order, move || one.after_push(), move || two.after_push());
        let woken = [a.join().unwrap(), b.join().unwrap()];
        assert_eq!(woken.iter().flatten().count(), 1, "{woken:?}");
        assert!(!idle.retract_sleep(0), "I2: who was woken has its bit cleared");
        assert!(!idle.try_search(), "I1: the search is the sleeper's");
    });
}

/// A push meets a sleeper that its deadline wakes: both agree on who cleared the bit, and nobody is
/// left with the search.
///
/// Mutants: idle.claim_unseen
#[test]
fn a_wake_meets_a_deadline() {
    model::check("a_wake_meets_a_deadline", None, |order| {
        let idle = Arc::new(Idle::new(1));
        idle.announce_sleep(0, false);
        let (pusher, sleeper) = (idle.clone(), idle.clone());
        let (a, b) =
            model::spawn2(order, move || pusher.after_push(), move || sleeper.retract_sleep(0));
        let (woken, woke_by_itself) = (a.join().unwrap(), b.join().unwrap());
        assert_eq!(woken.is_none(), woke_by_itself, "I2");
        if !woke_by_itself {
            idle.end_search();
        }
        assert!(idle.try_search(), "I1: the search was left to nobody");
    });
}

/// A task is pushed from outside while a worker that has the search begins a nap: the worker sees
/// the task, or the push ends the nap; the search stays with the worker.
///
/// Mutants: idle.nap_no_fence, idle.push_no_fence, idle.let_nap
#[test]
fn a_push_from_outside_ends_a_nap() {
    model::check("a_push_from_outside_ends_a_nap", Some(3), |order| {
        let shared = executor(1);
        assert!(shared.idle.try_search(), "nobody else is there to search");
        let (pusher, napper) = (shared.clone(), shared.clone());
        let (a, b) = model::spawn2(
            order,
            move || spawn_one(&pusher),
            move || {
                napper.idle.begin_nap(0);
                napper.any_work_outside()
            },
        );
        a.join().unwrap();
        let saw_it = b.join().unwrap();
        let ended_by_itself = shared.idle.end_nap(0);
        assert!(saw_it || !ended_by_itself, "neither seen nor woken");
        assert!(!shared.idle.try_search(), "I1: the search is the worker's");
        shutdown::close(&shared);
        assert_no_page_left();
    });
}

/// A worker goes to sleep without a look at the deques, because another naps, which meanwhile wakes
/// and leaves the search with a task: the other task is not left while the first worker sleeps.
///
/// Mutants: idle.sleep_no_fence
#[test]
fn a_sleeper_may_rely_on_who_naps() {
    model::check("a_sleeper_may_rely_on_who_naps", Some(3), |order| {
        let shared = executor(3);
        let busy = WorkerContext::take_seat(&shared, 0).expect("nobody has the seat");
        let seated = busy.sit();
        // The first is this worker's next, so the second is in its deque.
        (0..2).for_each(|_| spawn_one(&shared));
        drop(seated);
        shutdown::return_seat(busy);
        assert!(shared.idle.try_search(), "nobody else is there to search");
        shared.idle.begin_nap(1);
        let (napper, sleeper) = (shared.clone(), shared.clone());
        let (a, b) = model::spawn2(
            order,
            move || {
                assert!(napper.idle.end_nap(1), "nobody pushes from outside");
                napper.idle.end_search();
                napper.any_work().then(|| napper.idle.claim_sleeper()).flatten()
            },
            move || {
                sleeper.idle.announce_sleep(2, false);
                !sleeper.idle.is_napped() && sleeper.any_work()
            },
        );
        let woken = a.join().unwrap();
        let saw_it = b.join().unwrap();
        assert!(saw_it || woken == Some(2), "neither seen nor woken");
        shutdown::close(&shared);
        assert_no_page_left();
    });
}
