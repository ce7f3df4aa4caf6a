//! A shutdown says what it ended, and who is stuck.

use std::future::pending;
use std::panic::Location;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use super::MANY;
use crate::{on_each_kind, with_workers};

/// A task that stays in its poll until the sender is dropped; it is inside when this returns.
fn stuck(runtime: &rt::Runtime) -> (rt::task::JoinHandle<()>, mpsc::Sender<()>) {
    let (inside, held) = mpsc::channel();
    let (release, released) = mpsc::channel();
    let task = runtime.spawn(async move {
        inside.send(()).unwrap();
        let _ = released.recv();
    });
    held.recv().unwrap();
    (task, release)
}

#[test]
fn the_report_names_what_was_aborted() {
    on_each_kind(|runtime| {
        let done = runtime.spawn(async {});
        runtime.block_on(done).unwrap();
        let outside = (runtime.spawn(pending::<()>()), line!());
        let inside = runtime.block_on(async { (rt::spawn(pending::<()>()), line!()) });
        let report = runtime.shutdown();
        assert_eq!(report.aborted_total, 2);
        assert!(report.leaked_threads.is_empty());
        for (task, line) in [outside, inside] {
            let site = report.aborted.iter().find(|site| site.id == task.id()).unwrap();
            let here = Location::caller();
            assert_eq!((site.spawned_at.file(), site.spawned_at.line()), (here.file(), line));
            assert!(task.is_finished());
            assert!(report.to_string().contains(&format!("aborted {site}")), "{report}");
        }
    });
}

#[test]
fn the_report_counts_more_than_it_names() {
    on_each_kind(|runtime| {
        (0..MANY).for_each(|_| drop(runtime.spawn(pending::<()>())));
        let report = runtime.shutdown();
        assert_eq!((report.aborted.len(), report.aborted_total), (64, MANY as u64));
        assert!(report.to_string().ends_with("aborted 36 more"), "{report}");
    });
}

#[test]
fn a_stuck_worker_is_named_and_keeps_no_other_task() {
    for workers in [1, 2] {
        let runtime = with_workers(workers);
        let token = Arc::new(());
        let hold = |token: &Arc<()>| {
            let token = token.clone();
            async move {
                let _alive = token;
                pending::<()>().await;
            }
        };
        runtime.block_on(async { (0..MANY).for_each(|_| drop(rt::spawn(hold(&token)))) });
        (0..MANY).for_each(|_| drop(runtime.spawn(hold(&token))));
        let (inside, held) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let spawner = hold(&token);
        let stuck = runtime.spawn({
            let token = token.clone();
            async move {
                drop(rt::spawn(spawner));
                rt::task::yield_now().await;
                (0..MANY).for_each(|_| drop(rt::spawn(hold(&token))));
                drop(token);
                inside.send(()).unwrap();
                let _ = released.recv();
            }
        });
        held.recv().unwrap();

        let report = runtime.shutdown_timeout(Duration::from_millis(20));
        assert_eq!(report.leaked_threads.len(), 1, "{report}");
        let named = report.leaked_threads[0].task.unwrap();
        assert_eq!(named.id, stuck.id());
        assert!(report.to_string().contains(&format!("inside {named}")), "{report}");
        assert_eq!(Arc::strong_count(&token), 1, "a task was kept by one that is stuck");
        assert!(!stuck.is_finished());
        drop(release);
        with_workers(1).block_on(stuck).unwrap();
    }
}

#[test]
fn a_limit_is_not_waited_for() {
    on_each_kind(|runtime| {
        drop(runtime.spawn(pending::<()>()));
        let report = runtime.shutdown_timeout(Duration::from_secs(3_600));
        assert_eq!((report.aborted_total, report.leaked_threads.len()), (1, 0));
    });
    let report = with_workers(2).shutdown_timeout(Duration::MAX);
    assert!(report.leaked_threads.is_empty());
}

#[test]
fn a_shutdown_inside_async_code_waits_for_nothing() {
    let runtime = with_workers(2);
    let (task, release) = stuck(&runtime);
    let other = with_workers(1);
    let report = other.block_on(async { runtime.shutdown() });
    assert!(
        report
            .leaked_threads
            .iter()
            .any(|thread| thread.task.is_some_and(|inside| inside.id == task.id()))
    );
    drop(release);
    other.block_on(task).unwrap();

    let runtime = Arc::new(Mutex::new(Some(with_workers(1))));
    let (own, handle) =
        (runtime.clone(), runtime.lock().unwrap().as_ref().unwrap().handle().clone());
    let (tell, told) = mpsc::channel();
    drop(handle.spawn(async move {
        let runtime = own.lock().unwrap().take().unwrap();
        tell.send(runtime.shutdown_timeout(Duration::from_secs(3_600))).unwrap();
    }));
    assert_eq!(told.recv().unwrap().leaked_threads.len(), 1);
}
