//! A runtime with nothing to do does nothing.

use std::time::Duration;

use crate::child::in_child;
use crate::process::cpu;

/// How long nothing is done.
const QUIET: Duration = Duration::from_secs(2);

/// Most processor time the whole process may use meanwhile.
const CPU_MAX: Duration = Duration::from_millis(10);

/// Processor time while `quiet` runs.
fn check(quiet: impl FnOnce()) {
    let before = cpu();
    quiet();
    let used = cpu() - before;
    assert!(used < CPU_MAX, "{used:?} of processor time while idle");
}

/// A runtime that has worked, and has tasks that wait.
fn quiet_runtime() -> rt::Runtime {
    let runtime = crate::with_workers(4);
    runtime.block_on(async {
        let tasks: Vec<_> = (0..1_000).map(|_| rt::spawn(rt::task::yield_now())).collect();
        for task in tasks {
            task.await.unwrap();
        }
        drop(rt::spawn(rt::time::sleep(Duration::from_secs(3_600))));
        drop(rt::spawn(std::future::pending::<()>()));
    });
    runtime
}

#[expect(clippy::disallowed_methods, reason = "it waits for nothing: nothing needs time to happen")]
fn sleep_in_the_system() {
    std::thread::sleep(QUIET);
}

#[test]
fn nothing_to_do_takes_no_processor_time() {
    in_child("idle::nothing_to_do_takes_no_processor_time", || {
        let _runtime = quiet_runtime();
        check(sleep_in_the_system);
    });
}

#[test]
fn waiting_for_a_timer_takes_no_processor_time() {
    in_child("idle::waiting_for_a_timer_takes_no_processor_time", || {
        let runtime = quiet_runtime();
        check(|| runtime.block_on(rt::time::sleep(QUIET)));
    });
}

#[test]
fn nothing_to_do_wakes_nobody() {
    let runtime = quiet_runtime();
    // How often each worker has gone to sleep, woken another, and polled.
    let count = || -> Vec<_> {
        let metrics = runtime.metrics();
        metrics.workers.iter().map(|worker| (worker.parks, worker.wakes, worker.polls)).collect()
    };
    // Enough for the last to have gone to sleep.
    sleep_in_the_system();
    let before = count();
    sleep_in_the_system();
    assert_eq!(before, count());
}
