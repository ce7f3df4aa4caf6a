//! Walks over the pages against what happens to the tasks, and to the pages.

use std::future::pending;
use std::panic::Location;

use rt_primitive::model;

use super::support::{assert_no_page_left, executor, run_all};
use crate::shared::spawn;
use crate::shutdown;
use crate::task::header::Birth;
use crate::worker::WorkerContext;

/// A walk while one task waits, and others start, end, and use each other's slot: the first is in
/// the list, and nothing is in it twice.
///
/// Mutants: task.pin_dead
#[test]
fn a_walk_meets_a_reuse() {
    model::check("a_walk_meets_a_reuse", Some(2), |order| {
        let shared = executor(1);
        let here = Location::caller();
        let waiting = spawn(&shared, model::track(pending::<()>()), Birth::at(here));
        run_all(&shared, 0);
        let (runner, walker) = (shared.clone(), shared.clone());
        let (a, b) = model::spawn2(
            order,
            move || {
                let worker = WorkerContext::take_seat(&runner, 0).expect("nobody has the seat");
                let seated = worker.sit();
                for _ in 0..2 {
                    drop(worker.spawn(model::track(async {}), Birth::at(here)));
                    worker.run(worker.next_task().expect("it was spawned here"));
                }
                drop(seated);
                shutdown::return_seat(worker);
            },
            move || walker.tasks(),
        );
        a.join().unwrap();
        let mut ids: Vec<_> = b.join().unwrap().into_iter().map(|task| task.id).collect();
        let len = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), len, "sorted, and none twice");
        assert!(ids.contains(&waiting.id()), "what was there all the while is in the list");
        drop(waiting);
        shutdown::close(&shared);
        assert_no_page_left();
    });
}

/// A walk while the executor shuts down and its pages are freed.
///
/// Mutants: slab.release_unlocked
#[test]
fn a_walk_meets_the_shutdown() {
    model::check("a_walk_meets_the_shutdown", Some(2), |order| {
        let shared = executor(1);
        drop(spawn(&shared, model::track(pending::<()>()), Birth::at(Location::caller())));
        let (closer, walker) = (shared.clone(), shared.clone());
        let (a, b) =
            model::spawn2(order, move || shutdown::close(&closer), move || walker.tasks().len());
        a.join().unwrap();
        assert!(b.join().unwrap() <= 1);
        drop(shared);
        assert_no_page_left();
    });
}
