//! Threads of a pool that come and go, against those who bring jobs and who close the pool.

use std::time::Duration;

use rt_core::{Job, JoinHandle};
use rt_primitive::model;
use rt_primitive::park::Parker;
use rt_primitive::sync::Arc;
use rt_primitive::thread;

use crate::limits::Limits;
use crate::thread::Threads;

/// At most so many threads; they stay for good, or leave at any moment.
fn threads(max: usize, stay: bool) -> Threads {
    let keep_alive = Duration::from_secs(1);
    let threads_min = if stay { max } else { 0 };
    Threads::new(Limits { threads_min, threads_max: max, keep_alive, ..Limits::default() })
}

/// Pushes a job; gives its handle.
fn push(threads: &Threads, f: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
    let (job, handle) = Job::new(f);
    let mut job = Some(job);
    threads.push(&mut || job.take().unwrap()).expect("the pool is open");
    handle
}

/// Waits for a job that runs.
fn wait(handle: JoinHandle<()>) {
    handle.join_blocking(None).unwrap().expect("the job ran");
}

/// P1: the time of the one thread is over at any moment after the first job: the second one finds
/// it, or another is started.
///
/// Mutants: desk.leaves_when_called
#[test]
fn a_thread_that_leaves_leaves_no_job() {
    model::check("a_thread_that_leaves_leaves_no_job", Some(1), |_| {
        let user = || {
            let threads = threads(1, false);
            wait(push(&threads, || ()));
            wait(push(&threads, || ()));
            threads.close();
        };
        thread::spawn(user).join().unwrap();
    });
}

/// P2: there may be one thread only: it does both jobs, although it may be about to lie down when
/// the second comes.
///
/// Mutants: desk.stays_in_flight, bed.call_without_wake
#[test]
fn a_job_at_the_limit_of_threads_is_not_left() {
    model::check("a_job_at_the_limit_of_threads_is_not_left", Some(2), |_| {
        let user = || {
            let threads = threads(1, true);
            drop(push(&threads, || ()));
            wait(push(&threads, || ()));
            threads.close();
        };
        thread::spawn(user).join().unwrap();
    });
}

/// A job waits for the one behind it, which comes while the thread for the first is on its way:
/// that one sees to a second thread.
///
/// Mutants: desk.no_chain
#[test]
fn a_job_that_blocks_holds_up_no_other() {
    model::check("a_job_that_blocks_holds_up_no_other", Some(0), |_| {
        let user = || {
            let threads = threads(2, true);
            let gate = Arc::new(Parker::new());
            let opener = gate.clone();
            let blocked = push(&threads, move || gate.park());
            drop(push(&threads, move || opener.unpark()));
            wait(blocked);
            threads.close();
        };
        thread::spawn(user).join().unwrap();
    });
}

/// P3: a job comes while the pool is closed: it runs, or is ended, or refused, and no thread is
/// left.
///
/// Mutants: desk.closes_later, desk.close_calls_nobody
#[test]
fn a_job_meets_the_shutdown() {
    model::check("a_job_meets_the_shutdown", Some(2), |order| {
        let threads = threads(1, true);
        let (closer, pusher) = (threads.clone(), threads.clone());
        let (a, b) = model::spawn2(
            order,
            move || {
                closer.close();
                assert_eq!(closer.join_until(None), []);
            },
            move || {
                let (job, handle) = Job::new(|| ());
                let mut job = Some(job);
                let pushed = pusher.push(&mut || job.take().unwrap());
                drop(job);
                (pushed, handle)
            },
        );
        a.join().unwrap();
        let (pushed, handle) = b.join().unwrap();
        assert!(handle.is_finished(), "a job was left behind");
        let ran = handle.outcome() == Some(rt_core::Outcome::Finished);
        assert!(pushed.is_ok() || !ran, "a job that was refused ran");
    });
}

/// P4: a job panics, and another may wait behind it: both have ended, and the counts say so.
#[test]
fn a_job_that_panics_keeps_its_thread() {
    model::check("a_job_that_panics_keeps_its_thread", Some(1), |_| {
        let user = || {
            let threads = threads(1, true);
            // Without the hook, which would print it in each execution.
            let panics = push(&threads, || std::panic::resume_unwind(Box::new("on purpose")));
            wait(push(&threads, || ()));
            assert!(panics.join_blocking(None).unwrap().unwrap_err().is_panic());
            threads.refuse();
            assert_eq!(threads.join_until(None), []);
            let metrics = threads.metrics();
            assert_eq!((metrics.threads, metrics.threads_started), (0, 1));
            assert_eq!((metrics.jobs_ended, metrics.queue_len), (2, 0));
        };
        thread::spawn(user).join().unwrap();
    });
}
