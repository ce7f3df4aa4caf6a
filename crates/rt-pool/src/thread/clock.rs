//! A clock that stands still waits for a job that a task of its runtime has sent to a pool.
//!
//! The job's thread lets the clock go on when the outcome is out and its waiter was woken. That is
//! after the closure of the job has gone, so what it held is kept by the thread until then.

use std::cell::Cell;

use rt_core::{ExecutorHandle, OutsideWork};

use crate::thread::run;

rt_primitive::thread_local! {
    /// What the job held that this thread is inside.
    static KEPT: Cell<Option<OutsideWork>> = Cell::new(None)
}

/// Holds the clock of a runtime, as part of a job's closure.
pub(crate) struct HeldClock {
    work: Option<OutsideWork>,
}

impl HeldClock {
    /// Of the runtime that the calling thread is inside, if there is one.
    pub(crate) fn of_this_runtime() -> HeldClock {
        HeldClock { work: ExecutorHandle::try_current().ok().map(|runtime| runtime.external()) }
    }
}

impl Drop for HeldClock {
    fn drop(&mut self) {
        let work = self.work.take();
        if work.is_some() && run::is_in_pool() {
            drop(KEPT.try_with(|kept| kept.replace(work)));
        }
    }
}

/// The outcome of the thread's job is out.
pub(super) fn let_go() {
    drop(KEPT.try_with(Cell::take));
}
