//! What a burst of tasks took is given back while the runtime lives.

use std::time::{Duration, Instant};

use crate::child::in_child;
use crate::gate::Gate;
use crate::process::resident_kib;

const TASKS: usize = 1_000_000;

/// A burst takes at least that much at its height.
const BURST_KIB_MIN: u64 = 80_000;

/// What the runtime and the allocator may keep of it.
const KEPT_KIB_MAX: u64 = 12_288;

/// The longest that may take.
const LIMIT: Duration = Duration::from_secs(30);

/// A task that waits at the gate.
fn start(gate: &Gate) -> rt::task::JoinHandle<()> {
    let gate = gate.clone();
    rt::spawn(async move { gate.wait().await })
}

/// Starts a million tasks, has them wait all at once and end, and sees the memory come back.
/// `from` calls what it is given where the tasks are to be started.
fn check(runtime: &rt::Runtime, from: impl FnOnce(&dyn Fn()), pause: impl Fn()) {
    let gate = Gate::default();
    let before = resident_kib();
    from(&|| (0..TASKS).for_each(|_| drop(start(&gate))));
    runtime.block_on(crate::until(|| gate.waiting() == TASKS));
    let height = resident_kib();
    assert!(height > before + BURST_KIB_MIN, "{before} KiB grew to {height} KiB only");
    gate.open();
    wait_for_memory(before, pause);
}

fn wait_for_memory(before: u64, pause: impl Fn()) {
    let begun = Instant::now();
    while resident_kib() > before + KEPT_KIB_MAX {
        assert!(begun.elapsed() < LIMIT, "{} KiB stay of {before}", resident_kib());
        pause();
    }
}

/// Leaves the runtime alone for a while.
#[expect(clippy::disallowed_methods, reason = "nothing happens that could be waited for")]
fn leave_alone() {
    std::thread::sleep(Duration::from_millis(10));
}

#[test]
fn a_burst_from_another_thread_is_given_back() {
    in_child("memory::a_burst_from_another_thread_is_given_back", || {
        let runtime = crate::with_workers(2);
        let from = |burst: &dyn Fn()| {
            let _inside = runtime.enter();
            burst();
        };
        check(&runtime, from, leave_alone);
    });
}

/// Mutants: memory.never_looks
#[test]
fn a_burst_from_block_on_is_given_back() {
    in_child("memory::a_burst_from_block_on_is_given_back", || {
        let runtime = crate::with_workers(2);
        check(&runtime, |burst| runtime.block_on(async { burst() }), leave_alone);
    });
}

#[test]
fn a_burst_on_one_thread_is_given_back() {
    in_child("memory::a_burst_on_one_thread_is_given_back", || {
        let runtime = rt::Builder::new_current_thread().build().unwrap();
        let run = || runtime.block_on(rt::time::sleep(Duration::from_millis(10)));
        check(&runtime, |burst| runtime.block_on(async { burst() }), run);
    });
}

#[test]
fn a_burst_from_a_task_is_given_back_when_its_handles_are_dropped() {
    in_child("memory::a_burst_from_a_task_is_given_back_when_its_handles_are_dropped", || {
        let runtime = crate::with_workers(2);
        let before = resident_kib();
        let (sender, receiver) = std::sync::mpsc::channel();
        drop(runtime.spawn(async move {
            let handles: Vec<_> = (0..TASKS).map(|_| rt::spawn(async {})).collect();
            sender.send(handles).unwrap();
        }));
        let handles = receiver.recv().unwrap();
        runtime.block_on(crate::until(|| handles.iter().all(rt::task::JoinHandle::is_finished)));
        let height = resident_kib();
        assert!(height > before + BURST_KIB_MIN, "{before} KiB grew to {height} KiB only");
        // By a thread that is none of the runtime's, when no worker has anything to do.
        leave_alone();
        drop(handles);
        wait_for_memory(before, leave_alone);
    });
}
