//! Ends a task from outside.

use std::fmt;

use crate::group::adoption;
use crate::task::header::TaskPtr;
use crate::task::id::Id;
use crate::task::reference::TaskRef;
use crate::task::state::CancelRequest;

/// Ends a task from another place; it does not keep the task's output.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     let handle = rt_core::spawn(std::future::pending::<()>());
///     handle.abort_handle().abort();
///     assert!(handle.await.unwrap_err().is_cancelled());
/// });
/// ```
#[derive(Clone)]
pub struct AbortHandle {
    task: TaskRef,
}

impl AbortHandle {
    pub(crate) fn new(task: TaskRef) -> AbortHandle {
        AbortHandle { task }
    }

    /// As [`JoinHandle::abort`](crate::JoinHandle::abort).
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(std::future::pending::<()>());
    /// task.abort_handle().abort();
    /// assert!(task.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    pub fn abort(&self) {
        abort(self.task.ptr());
    }

    pub(crate) fn task(&self) -> &TaskRef {
        &self.task
    }

    /// True once the task has ended, in whatever way.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(async {});
    /// let abort = task.abort_handle();
    /// assert!(!abort.is_finished());
    /// task.await.unwrap();
    /// assert!(abort.is_finished());
    /// # });
    /// ```
    pub fn is_finished(&self) -> bool {
        self.task.is_finished()
    }

    /// The task's number.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(async {});
    /// assert_eq!(task.abort_handle().id(), task.id());
    /// # });
    /// ```
    pub fn id(&self) -> Id {
        self.task.id()
    }
}

impl fmt::Debug for AbortHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbortHandle").field("id", &self.id()).finish_non_exhaustive()
    }
}

/// Asks a task to end, and queues it if nobody holds it.
pub(crate) fn abort(task: TaskPtr) {
    match task.state().request_cancel() {
        CancelRequest::Claimed => task.schedule(),
        // It may be closing already; then its children are to be hurried.
        CancelRequest::Flagged | CancelRequest::TooLate => adoption::abort_adopted(task),
    }
}
