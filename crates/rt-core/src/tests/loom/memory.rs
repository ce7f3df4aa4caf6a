//! Pages are returned while others free the last slot, walk, or end all tasks.

use std::future::pending;
use std::panic::Location;
use std::ptr::NonNull;

use rt_primitive::model;
use rt_primitive::sync::Arc;

use super::support::{assert_no_page_left, executor, run_all};
use crate::shared::{ExecutorShared, spawn};
use crate::shutdown;
use crate::slab::{self, Heap};
use crate::task::header::Birth;
use crate::worker::WorkerContext;

/// More pages than a model has.
const ALL: usize = 9;

struct Slot(NonNull<()>);

// SAFETY: the model hands the slot over.
unsafe impl Send for Slot {}

/// Nothing to write: the models of this file never look at a slot.
unsafe fn vacate(_slot: NonNull<()>) {}

fn born_here() -> Birth {
    Birth::at(Location::caller())
}

/// Another thread frees the last slot of a page while the owner returns what is unused: the page is
/// freed after the last that happened to it, and once.
///
/// Mutants: slab.unused_relaxed, slab.return_in_use
#[test]
fn a_page_is_returned_after_its_last_slot() {
    model::check("a_page_is_returned_after_its_last_slot", None, |order| {
        let heap = Arc::new(Heap::new(vacate));
        let owner = Arc::new(());
        let slots = [(); 2].map(|()| Slot(heap.allocate(64, &owner)));
        let returner = heap.clone();
        let (a, b) = model::spawn2(
            order,
            move || returner.return_unused(ALL),
            move || {
                for slot in &slots {
                    // SAFETY: allocated above, freed once.
                    unsafe { slab::free(slot.0) };
                }
            },
        );
        let returned = a.join().unwrap();
        b.join().unwrap();
        assert_eq!(returned + heap.return_unused(ALL), 1, "page.rs I4: freed once");
        assert_eq!(heap.page_count(), 0);
        assert_eq!(Arc::strong_count(&owner), 1, "page.rs I4: the page's count is given back");
        heap.release_pages();
    });
}

/// As worker 0: a task begins and ends, then unused pages are returned.
fn run_one_and_return(shared: &Arc<ExecutorShared>) {
    let worker = WorkerContext::take_seat(shared, 0).expect("nobody has the seat");
    let seated = worker.sit();
    drop(worker.spawn(model::track(async {}), born_here()));
    worker.run(worker.next_task().expect("it was spawned here"));
    worker.slot().heap.return_unused(ALL);
    drop(seated);
    shutdown::return_seat(worker);
}

/// A walk while a page that it may be about to enter is returned: what waits is in the list.
///
/// Mutants: slab.return_unlocked
#[test]
fn a_walk_meets_a_return() {
    model::check("a_walk_meets_a_return", Some(2), |order| {
        let shared = executor(1);
        let waiting = spawn(&shared, model::track(pending::<()>()), born_here());
        run_all(&shared, 0);
        let (runner, walker) = (shared.clone(), shared.clone());
        let (a, b) =
            model::spawn2(order, move || run_one_and_return(&runner), move || walker.tasks());
        a.join().unwrap();
        let tasks = b.join().unwrap();
        assert!(tasks.iter().any(|task| task.id == waiting.id()));
        drop(waiting);
        shutdown::close(&shared);
        assert_no_page_left();
    });
}

/// A worker returns pages while another thread, which does not wait for it, ends its tasks.
///
/// Mutants: slab.keep_no_pages
#[test]
fn a_return_meets_who_ends_the_tasks() {
    model::check("a_return_meets_who_ends_the_tasks", Some(2), |order| {
        let shared = executor(1);
        let (owner, other) = (shared.clone(), shared.clone());
        let worker = WorkerContext::take_seat(&shared, 0).expect("nobody has the seat");
        {
            let _seated = worker.sit();
            drop(worker.spawn(model::track(async {}), born_here()));
            worker.run(worker.next_task().expect("it was spawned here"));
        }
        shutdown::return_seat(worker);
        shared.close();
        let (a, b) = model::spawn2(
            order,
            move || {
                let worker = WorkerContext::take_seat(&owner, 0).expect("nobody has the seat");
                worker.slot().heap.return_unused(ALL);
                shutdown::stop_slot(worker);
            },
            move || shutdown::abort_reachable(&other),
        );
        a.join().unwrap();
        b.join().unwrap();
        drop(shared);
        assert_no_page_left();
    });
}

/// Pages of no worker are returned while the executor is closed, and those heaps are walked.
///
/// Mutants: slab.return_while_walked
#[test]
fn a_return_of_what_nobody_owns_meets_the_shutdown() {
    model::check("a_return_of_what_nobody_owns_meets_the_shutdown", Some(2), |order| {
        let shared = executor(1);
        drop(spawn(&shared, model::track(async {}), born_here()));
        run_all(&shared, 0);
        let (returner, closer) = (shared.clone(), shared.clone());
        let (a, b) = model::spawn2(
            order,
            move || returner.return_unowned(ALL),
            move || shutdown::close(&closer),
        );
        a.join().unwrap();
        b.join().unwrap();
        drop(shared);
        assert_no_page_left();
    });
}
