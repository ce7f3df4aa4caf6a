//! A thread whose task blocks it in place, its substitute, and who shuts down.

use std::panic::Location;

use rt_primitive::model;
use rt_primitive::park::Parker;
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

/// A thread for each errand, but for the first so many.
#[derive(Default)]
struct Lender {
    refusals: Mutex<usize>,
    threads: Mutex<Vec<thread::JoinHandle<()>>>,
}

impl JobThreads for Lender {
    fn push(&self, _: &mut dyn FnMut() -> Job) -> Result<(), Refusal> {
        Err(Refusal::Closed)
    }

    fn lend(&self, errand: Errand) -> Result<(), Errand> {
        let refusals = &mut *self.refusals.lock();
        if *refusals > 0 {
            *refusals -= 1;
            return Err(errand);
        }
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
    executor_refused(0)
}

/// An executor that the system refuses so many threads.
fn executor_refused(times: usize) -> Arc<ExecutorShared> {
    let driver = std::sync::Arc::new(NoDriver);
    let mut shared = ExecutorShared::new(Flavor::MultiThread, 1, driver);
    let lender = Lender { refusals: Mutex::new(times), threads: Mutex::default() };
    shared.job_threads = Some(std::sync::Arc::new(lender));
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

/// A task blocks in place and no thread is to be had, so the worker keeps its seat, while the
/// executor may be shut down; both tasks end.
#[test]
fn a_refused_substitute_meets_the_shutdown() {
    model::check("a_refused_substitute_meets_the_shutdown", Some(2), |order| {
        let shared = executor_refused(1);
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

/// A thread was refused once, and is to be had later: who blocks then holds nobody up, since the
/// refusal left nothing behind that says that a substitute is on its way.
///
/// Mutants: away.refused_stays_lent
#[test]
fn a_refusal_leaves_nothing_behind() {
    model::check("a_refusal_leaves_nothing_behind", Some(2), |_| {
        let shared = executor_refused(1);
        let own = shared.clone();
        let home = move || {
            let worker = WorkerContext::take_seat(&own, 0).expect("nobody has the seat");
            let here = Location::caller();
            let rung = Arc::new(Parker::new());
            let bell = rung.clone();
            {
                let _seated = worker.sit();
                drop(worker.spawn(async { block_in_place(|| ()) }, Birth::at(here)));
                drop(worker.spawn(async move { block_in_place(|| rung.park()) }, Birth::at(here)));
                drop(worker.spawn(async move { bell.unpark() }, Birth::at(here)));
                while let Some(task) = worker.next_task() {
                    worker.run(task);
                }
            }
            shutdown::return_seat(worker);
        };
        thread::spawn(home).join().unwrap();
        shutdown::close(&shared);
        assert_nothing_left(&shared);
    });
}
