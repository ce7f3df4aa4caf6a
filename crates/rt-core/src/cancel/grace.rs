//! A limit on how long a task that was asked to end may clean up.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use rt_primitive::sync::Arc;

use crate::cancel::reason::Reason;
use crate::group::family::Family;
use crate::group::leftovers::watch;
use crate::shared::{executor_of, spawn};
use crate::task::abort::{AbortHandle, abort};
use crate::task::header::Birth;
use crate::task::join::JoinHandle;
use crate::task::reference::TaskRef;
use crate::time_limit::TimeLimit;
use crate::wait::{WaitKind, note_wait};

impl<T> JoinHandle<T> {
    /// Asks the task to end, and aborts it if it has not after `grace`, whatever it cleans up and
    /// however it is masked. False if it has ended already. Does not wait.
    ///
    /// A task of its own watches over the grace, until then or until the end. An abort of the
    /// future of a `block_on` is not possible, so there the grace has no end.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(std::future::pending::<()>());
    /// assert!(task.cancel_within(std::time::Duration::from_secs(1))); // to clean up
    /// assert!(task.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    #[track_caller]
    pub fn cancel_within(&self, grace: Duration) -> bool {
        self.task().cancel_within(grace)
    }
}

impl AbortHandle {
    /// As [`JoinHandle::cancel_within`].
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(std::future::pending::<()>());
    /// assert!(task.abort_handle().cancel_within(std::time::Duration::ZERO));
    /// assert!(task.await.is_err());
    /// # });
    /// ```
    #[track_caller]
    pub fn cancel_within(&self, grace: Duration) -> bool {
        self.task().cancel_within(grace)
    }
}

impl TaskRef {
    /// As [`JoinHandle::cancel_within`].
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(std::future::pending::<()>());
    /// assert!(task.task().cancel_within(std::time::Duration::ZERO));
    /// assert!(task.await.is_err());
    /// # });
    /// ```
    #[track_caller]
    pub fn cancel_within(&self, grace: Duration) -> bool {
        let is_asked = self.cancel_with(Reason::explicit());
        if is_asked {
            watch_over(self, grace, Location::caller());
        }
        is_asked
    }
}

/// Aborts the task after `grace`, unless it has ended by then.
fn watch_over(task: &TaskRef, grace: Duration, at: &'static Location<'static>) {
    let Some(executor) = executor_of(task.ptr()) else { return };
    let family = Family::new(false);
    watch(task, &family);
    let limit = TimeLimit::new(Some(grace), at);
    let birth = Birth::named(at, format!("grace of {}", task.name()).into());
    drop(spawn(&executor, Grace { task: task.clone(), family, limit, at }, birth));
}

struct Grace {
    task: TaskRef,
    /// The task is its one child.
    family: Arc<Family>,
    limit: TimeLimit,
    at: &'static Location<'static>,
}

impl Future for Grace {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.family.has_ended(cx.waker()) {
            return Poll::Ready(());
        }
        if self.limit.has_passed(cx) {
            abort(self.task.ptr());
            return Poll::Ready(());
        }
        note_wait(WaitKind::Join, self.at, self.task.id().number() as usize);
        Poll::Pending
    }
}

impl fmt::Debug for Grace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grace").field("task", &self.task).field("limit", &self.limit).finish()
    }
}
