//! What the models share: a runtime without threads, a waker that remembers, a check for leaks.

use std::task::Wake;

use rt_primitive::atomic::{AtomicBool, Ordering};
use rt_primitive::sync::Arc;
use rt_primitive::thread;

use crate::config::Flavor;
use crate::driver::NoDriver;
use crate::shared::ExecutorShared;
use crate::worker::WorkerContext;

/// Enough for an executor that is made on it: loom counts words, shuttle bytes.
const STACK: usize = if cfg!(rt_loom) { 0x4000 } else { 0x2_0000 };

/// An executor whose slots the model's own threads drive; made on a thread with a stack for it.
pub(super) fn executor(workers: usize) -> Arc<ExecutorShared> {
    let make = move || {
        let driver = std::sync::Arc::new(NoDriver);
        Arc::new(ExecutorShared::new(Flavor::MultiThread, workers, driver))
    };
    let maker = thread::Builder::new().stack_size(STACK).spawn(make);
    maker.expect("a model may have one thread more").join().expect("making it does not panic")
}

/// Runs, as this worker, what it finds to run.
pub(super) fn run_all(shared: &Arc<ExecutorShared>, worker: usize) {
    let worker = WorkerContext::take_seat(shared, worker).expect("no other thread is the worker");
    let seated = worker.sit();
    while let Some(task) = worker.next_task() {
        worker.run(task);
    }
    drop(seated);
    crate::shutdown::return_seat(worker);
}

/// A waker that remembers whether it was called.
pub(super) struct Flag {
    called: AtomicBool,
}

impl Flag {
    pub(super) fn new() -> std::sync::Arc<Flag> {
        std::sync::Arc::new(Flag { called: AtomicBool::new(false) })
    }

    pub(super) fn is_called(&self) -> bool {
        self.called.load(Ordering::Acquire)
    }
}

impl Wake for Flag {
    fn wake(self: std::sync::Arc<Self>) {
        self.called.store(true, Ordering::Release);
    }
}

/// The end of an execution: every page has been freed, now that no handle is left.
pub(super) fn assert_no_page_left() {
    assert_eq!(crate::slab::orphans::sweep(), 0, "a task was neither run nor dropped");
}
