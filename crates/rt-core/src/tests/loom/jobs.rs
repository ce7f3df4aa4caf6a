//! A job that waits for a thread, against those who end it.

use rt_primitive::atomic::{AtomicUsize, Ordering};
use rt_primitive::model;
use rt_primitive::sync::Arc;

use super::support::{assert_no_page_left, executor};
use crate::job::{Call, Job, JobSchedule};
use crate::shared::ExecutorShared;
use crate::shared::foreign::make_from_outside;
use crate::shutdown;
use crate::task::header::Birth;
use crate::task::join::JoinHandle;
use crate::task::state::Snapshot;

/// A job of this executor, in nobody's queue.
fn job<T: Send + 'static>(
    shared: &Arc<ExecutorShared>,
    f: impl FnOnce() -> T + Send + 'static,
) -> (Job, JoinHandle<T>) {
    let birth = Birth::at(std::panic::Location::caller());
    let made = make_from_outside::<_, JobSchedule>(shared, Snapshot::JOB, Call(Some(f)), birth);
    let task = made.unwrap_or_else(|_| panic!("the executor is open"));
    shared.begin_outside();
    (Job::from_task(task), JoinHandle::new(task))
}

/// A thread runs the job while its handle is aborted: it runs once and has its output, or never and
/// is cancelled.
///
/// Mutants: job.runs_what_is_ended, task.cancel_claims_owned
#[test]
fn a_job_runs_or_is_aborted() {
    model::check("a_job_runs_or_is_aborted", Some(3), |order| {
        let shared = executor(1);
        let runs = Arc::new(AtomicUsize::new(0));
        let counter = runs.clone();
        let (job, handle) = job(&shared, move || {
            // ORDERING: Relaxed; read after the threads were joined.
            counter.fetch_add(1, Ordering::Relaxed);
        });
        let (a, b) = model::spawn2(
            order,
            move || job.run(),
            move || {
                handle.abort();
                handle
            },
        );
        let ran = a.join().unwrap();
        let mut handle = b.join().unwrap();
        // ORDERING: Relaxed; the threads were joined.
        let runs = runs.load(Ordering::Relaxed);
        match handle.try_take() {
            Ok(()) => assert!(ran && runs == 1, "a job that was not run has an output"),
            Err(_) => assert_eq!(runs, 0, "a job that ran is said to be cancelled"),
        }
        drop(handle);
        shutdown::close(&shared);
        assert_no_page_left();
    });
}

/// A job is dropped unrun, because its pool closes, while somebody waits for it on a thread.
///
/// Mutants: job.drop_forgets
#[test]
fn a_dropped_job_is_told() {
    model::check("a_dropped_job_is_told", Some(3), |order| {
        let shared = executor(1);
        let (job, handle) = job(&shared, || 7);
        let (a, b) = model::spawn2(
            order,
            move || drop(job),
            move || handle.join_blocking(None).unwrap().unwrap_err().is_cancelled(),
        );
        a.join().unwrap();
        assert!(b.join().unwrap());
        shutdown::close(&shared);
        assert_no_page_left();
    });
}

/// The executor is shut down while a thread takes the job: it runs, or is ended, and leaves no
/// memory behind.
///
/// Mutants: job.runs_what_is_ended
#[test]
fn a_job_meets_the_end_of_its_executor() {
    model::check("a_job_meets_the_end_of_its_executor", Some(2), |order| {
        let shared = executor(1);
        let (job, handle) = job(&shared, || 7);
        let closer = shared.clone();
        let (a, b) = model::spawn2(order, move || job.run(), move || shutdown::close(&closer));
        let ran = a.join().unwrap();
        b.join().unwrap();
        assert!(handle.is_finished(), "a job was left behind");
        assert_eq!(shared.aborted.count() == 0, ran, "a job ended twice, or not at all");
        drop(handle);
        assert_no_page_left();
    });
}
