//! Jobs that block at the end of their runtime.

use std::future::pending;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use rt::task::Refusal;

use crate::held::Held;
use crate::{on_each_kind, with_workers};

#[test]
fn the_end_of_a_runtime_waits_for_jobs_that_have_begun() {
    on_each_kind(|runtime| {
        let (tell, told) = mpsc::channel();
        let held = Held::begun(&runtime);
        let job = runtime.spawn_blocking(move || {
            tell.send("begun").unwrap();
            // Long enough for a drop that does not wait to be seen.
            let _ = mpsc::channel::<()>().1.recv_timeout(Duration::from_millis(50));
            "done"
        });
        told.recv().unwrap();
        let held = held.release();
        drop(runtime);
        assert!(held.is_finished());
        assert_eq!(job.join_blocking(None).unwrap().unwrap(), "done");
    });
}

#[test]
fn the_end_of_a_runtime_ends_jobs_that_wait() {
    let runtime =
        rt::Builder::new_multi_thread().worker_threads(1).max_blocking_threads(1).build().unwrap();
    let held = Held::begun(&runtime);
    let token = Arc::new(());
    let inside = token.clone();
    let queued = runtime.spawn_blocking(move || drop(inside));
    let release = std::thread::spawn(move || {
        while !queued.is_finished() {
            std::thread::yield_now();
        }
        drop(held.release());
        queued
    });
    let report = runtime.shutdown();
    assert_eq!(report.aborted_total, 1);
    assert!(report.stuck_jobs.is_empty());
    let queued = release.join().unwrap();
    assert_eq!(report.aborted[0].id, queued.id());
    assert!(queued.join_blocking(None).unwrap().unwrap_err().is_cancelled());
    assert_eq!(Arc::strong_count(&token), 1);
}

#[test]
fn a_stuck_job_is_reported_and_not_waited_for() {
    let runtime = with_workers(1);
    let held = Held::begun(&runtime);
    let report = runtime.shutdown_timeout(Duration::from_millis(20));
    assert_eq!(report.stuck_jobs.len(), 1);
    assert_eq!(report.stuck_jobs[0].id, held.job.id());
    assert!(report.to_string().contains("leaked the thread of job"), "{report}");
    let job = held.release();
    assert_eq!(job.join_blocking(None).unwrap().unwrap(), "released");
}

#[test]
fn shutdown_background_waits_for_no_job() {
    let runtime = with_workers(1);
    let held = Held::begun(&runtime);
    runtime.shutdown_background();
    assert_eq!(held.release().join_blocking(None).unwrap().unwrap(), "released");
}

#[test]
fn a_job_may_end_its_own_runtime() {
    let runtime = with_workers(1);
    let handle = runtime.handle().clone();
    let pending = runtime.spawn(pending::<()>());
    let report = handle.spawn_blocking(move || runtime.shutdown()).join_blocking(None);
    assert_eq!(report.unwrap().unwrap().aborted[0].id, pending.id());
}

#[test]
fn a_job_that_comes_too_late_is_cancelled() {
    on_each_kind(|runtime| {
        let handle = runtime.handle().clone();
        drop(runtime);
        let refused = handle.try_spawn_blocking(|| 7).unwrap_err();
        assert!(matches!(refused.why, Refusal::Closed));
        let late = handle.spawn_blocking(|| 7).join_blocking(None).unwrap();
        assert!(late.unwrap_err().is_cancelled());
    });
}
