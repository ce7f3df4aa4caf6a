//! A thread whose task blocks it in place, its substitute, and who shuts down.

use std::panic::Location;

use rt_primitive::model;
use rt_primitive::sync::{Arc, Mutex};
use rt_primitive::thread;

use super::support::assert_no_page_left;
use crate::config::Flavor;
use crate::driver::NoDriver;
use crate::job::Job;
use crate::job::refused::Refusal;
use crate::job::threads::{Errand, JobMetrics, JobThreads};
use crate::shared::ExecutorShared;
use crate::shutdown::{self, report::TaskSite};
use crate::task::header::Birth;
use crate::task::join::JoinHandle;
use crate::worker::WorkerContext;
use crate::worker::away::block_in_place;

/// A thread for each errand.
#[derive(Default)]
struct Lender {
    threads: Mutex<Vec<thread::JoinHandle<()>>>,
}

impl JobThreads for Lender {
    fn push(&self, _: &mut dyn FnMut() -> Job) -> Result<(), Refusal> {
        Err(Refusal::Closed)
    }

    fn lend(&self, errand: Errand) -> Result<(), Errand> {
        self.threads.lock().push(thread::spawn(errand));
        Ok(())
    }

    fn close(&self) {}

    fn join_until(&self, _: Option<std::time::Instant>) -> Vec<TaskSite> {
        let threads = std::mem::take(&mut *self.threads.lock());
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        Vec::new()
    }

    fn metrics(&self) -> JobMetrics {
        JobMetrics::default()
    }
}

fn executor() -> Arc<ExecutorShared> {
    let driver = std::sync::Arc::new(NoDriver);
    let mut shared = ExecutorShared::new(Flavor::MultiThread, 1, driver);
    shared.job_threads = Some(std::sync::Arc::new(Lender::default()));
    Arc::new(shared)
}

/// Waits for the substitutes; then nothing is left.
fn assert_nothing_left(shared: &ExecutorShared) {
    shared.job_threads.as_ref().map(|threads| threads.join_until(None));
    assert_no_page_left();
}

/// Runs, as the worker, a task that blocks in place while another waits; gives both, and the worker
/// if it has its seat.
fn block(worker: WorkerContext) -> (Option<WorkerContext>, [JoinHandle<()>; 2]) {
    let here = Location::caller();
    let handles = {
        let _seated = worker.sit();
        let blocks = worker.spawn(model::track(async { block_in_place(|| ()) }), Birth::at(here));
        let waits = worker.spawn(model::track(async {}), Birth::at(here));
        while worker.has_seat() && !worker.shared.is_closed() {
            let Some(task) = worker.next_task() else { break };
            worker.run(task);
        }
        [blocks, waits]
    };
    (worker.has_seat().then_some(worker), handles)
}

/// The substitute may come early, late, or fall asleep: each task runs once, and the worker's own
/// thread has its seat in the end.
///
/// Mutants: away.returns_silently, away.comes_silently
#[test]
fn a_substitute_gives_the_seat_back() {
    model::check("a_substitute_gives_the_seat_back", Some(3), |_| {
        let shared = executor();
        let own = shared.clone();
        let home = move || {
            let worker = WorkerContext::take_seat(&own, 0).expect("nobody has the seat");
            let (worker, handles) = block(worker);
            shutdown::return_seat(worker.expect("it came home"));
            assert!(handles.iter().all(JoinHandle::is_finished), "a task was left behind");
        };
        thread::spawn(home).join().unwrap();
        shutdown::close(&shared);
        assert_nothing_left(&shared);
    });
}

/// The same while the executor is shut down: nobody waits for a seat that is gone.
///
/// Mutants: away.stops_silently
#[test]
fn a_shutdown_meets_a_thread_that_is_away() {
    model::check("a_shutdown_meets_a_thread_that_is_away", Some(2), |order| {
        let shared = executor();
        let (own, closer) = (shared.clone(), shared.clone());
        let (a, b) = model::spawn2(
            order,
            move || {
                let worker = WorkerContext::take_seat(&own, 0)?;
                let (worker, handles) = block(worker);
                worker.into_iter().for_each(shutdown::stop_slot);
                Some(handles)
            },
            move || shutdown::close(&closer),
        );
        let handles = a.join().unwrap();
        b.join().unwrap();
        assert!(handles.iter().flatten().all(JoinHandle::is_finished), "a task was left behind");
        drop(handles);
        assert_nothing_left(&shared);
    });
}
