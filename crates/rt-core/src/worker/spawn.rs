//! Makes tasks in the heap of the thread's own slot.

use std::future::Future;

use crate::shared::{ExecutorShared, spawn_cancelled};
use crate::task::Schedule;
use crate::task::cell::allocate;
use crate::task::header::{Birth, TaskPtr};
use crate::task::join::JoinHandle;
use crate::task::state::Snapshot;
use crate::worker::WorkerContext;

impl WorkerContext {
    /// Makes a task and pushes it here.
    #[inline]
    pub(crate) fn spawn<F>(&self, future: F, birth: Birth) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        match self.make::<F, ExecutorShared>(Snapshot::SPAWNED, future, birth) {
            Ok(task) => {
                let handle = JoinHandle::new(task);
                self.shared.hooks.spawned(task);
                self.push(task);
                handle
            }
            Err((future, birth)) => spawn_cancelled(future, birth),
        }
    }

    /// Makes a task here, which the caller queues; gives the future back once the executor is
    /// closed.
    #[inline]
    pub(crate) fn make<F: Future + Send, D: Schedule>(
        &self,
        snapshot: Snapshot,
        future: F,
        birth: Birth,
    ) -> Result<TaskPtr, (F, Birth)> {
        if self.shared.is_closed() {
            return Err((future, birth));
        }
        let id = self.seat().ids.take();
        let heap = &self.slot().heap;
        // SAFETY: bullet 1 of `allocate`: the future is `Send`.
        let task = unsafe { allocate::<F, D, _>(snapshot, &self.shared, heap, id, future, birth) };
        self.tallies().spawned.add(1);
        Ok(task)
    }
}
