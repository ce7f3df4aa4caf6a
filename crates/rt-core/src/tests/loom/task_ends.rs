//! The ways in which a task ends, with real memory: aborted, panicking, stolen, by its own hand.

use std::future::poll_fn;
use std::panic::{Location, resume_unwind};
use std::task::Poll;

use rt_primitive::model;
use rt_primitive::sync::{Arc, Mutex};

use super::support::{assert_no_page_left, executor, run_all};
use crate::block_on::block_on;
use crate::shared::{ExecutorShared, spawn};
use crate::shutdown;
use crate::task::abort::AbortHandle;
use crate::task::header::Birth;
use crate::worker::WorkerContext;
use crate::yield_now;

fn born_here() -> Birth {
    Birth::at(Location::caller())
}

/// An abort handle is used and dropped while the task runs and its join handle goes away.
///
/// Mutants: task.cancel_claims_owned
#[test]
fn an_abort_handle_outlives_the_others() {
    model::check("an_abort_handle_outlives_the_others", Some(2), |order| {
        let shared = executor(1);
        let handle = spawn(&shared, model::track(async {}), born_here());
        let abort = handle.abort_handle();
        let runner = shared.clone();
        let (a, b, c) = model::spawn3(
            order,
            move || run_all(&runner, 0),
            move || drop(handle),
            move || abort.abort(),
        );
        a.join().unwrap();
        b.join().unwrap();
        c.join().unwrap();
        run_all(&shared, 0);
        shutdown::close(&shared);
        assert_no_page_left();
    });
}

/// A task panics while it is aborted: its handle tells of one or the other.
///
/// Mutants: task.cancel_claims_owned
#[test]
fn a_panic_meets_an_abort() {
    model::check("a_panic_meets_an_abort", Some(2), |order| {
        let shared = executor(1);
        // Past the panic hook, which would print it in every execution.
        let panics = async { resume_unwind(Box::new(7)) };
        let handle = spawn::<_>(&shared, model::track::<_>(panics), born_here());
        let abort = handle.abort_handle();
        let runner = shared.clone();
        let (a, b) = model::spawn2(order, move || run_all(&runner, 0), move || abort.abort());
        a.join().unwrap();
        b.join().unwrap();
        run_all(&shared, 0);
        let outcome: Result<(), _> = handle.join_blocking(None).expect("it has ended");
        let error = outcome.unwrap_err();
        assert!(error.is_panic() != error.is_cancelled(), "{error:?}");
        shutdown::close(&shared);
        assert_no_page_left();
    });
}

/// A task yields while another worker looks for something to steal: one worker at a time is inside.
///
/// Mutants: yield.queues_itself
#[test]
fn a_yield_meets_a_thief() {
    model::check("a_yield_meets_a_thief", Some(2), |order| {
        let shared = executor(2);
        let handle = spawn(&shared, model::track(yield_now()), born_here());
        let run = |shared: Arc<ExecutorShared>, slot: usize| {
            move || {
                let worker = WorkerContext::take_seat(&shared, slot).expect("nobody has the seat");
                let seated = worker.sit();
                if let Some(task) = worker.find_task() {
                    worker.run(task);
                }
                drop(seated);
                shutdown::return_seat(worker);
            }
        };
        let (a, b) = model::spawn2(order, run(shared.clone(), 0), run(shared.clone(), 1));
        a.join().unwrap();
        b.join().unwrap();
        (0..2).for_each(|worker| run_all(&shared, worker));
        assert!(handle.is_finished(), "the task was lost");
        drop(handle);
        shutdown::close(&shared);
        assert_no_page_left();
    });
}

/// A task asks itself to end within its poll while its handle goes away: it ends after that poll.
///
/// Mutants: task.cancel_load_only
#[test]
fn a_task_ends_itself() {
    model::check("a_task_ends_itself", Some(2), |order| {
        let shared = executor(1);
        let own: Arc<Mutex<Option<AbortHandle>>> = Arc::new(Mutex::new(None));
        let held = own.clone();
        let ends_itself = poll_fn(move |_| {
            held.lock().take().expect("it is polled once").abort();
            Poll::<()>::Pending
        });
        let handle = spawn(&shared, model::track(ends_itself), born_here());
        *own.lock() = Some(handle.abort_handle());
        let runner = shared.clone();
        let (a, b) = model::spawn2(order, move || run_all(&runner, 0), move || drop(handle));
        a.join().unwrap();
        b.join().unwrap();
        assert_eq!(shared.tasks().len(), 0, "it did not end");
        shutdown::close(&shared);
        assert_no_page_left();
    });
}

/// The future of a `block_on` waits for a task: it is woken, or sees the end before it sleeps.
///
/// Mutants: root.unparks_nobody
#[test]
fn a_root_is_woken_or_sees_the_end() {
    model::check("a_root_is_woken_or_sees_the_end", Some(1), |order| {
        let shared = executor(1);
        let handle = spawn(&shared, model::track(async {}), born_here());
        let (runner, waiter) = (shared.clone(), shared.clone());
        let (a, b) = model::spawn2(
            order,
            move || run_all(&runner, 0),
            move || block_on(&waiter, handle, Location::caller()).unwrap().unwrap(),
        );
        a.join().unwrap();
        b.join().unwrap();
        shutdown::close(&shared);
        assert_no_page_left();
    });
}
