//! A handle that takes its task with it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::cancel::reason::{Reason, ReasonKind};
use crate::task::id::Id;
use crate::task::join::JoinHandle;
use crate::task::join_error::JoinError;
use crate::task::reference::TaskRef;

/// Waits for a task as its [`JoinHandle`] does; dropping it cancels the task.
///
/// Made by [`JoinHandle::cancel_on_drop`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::LinkedHandle;
///
/// let task: LinkedHandle<()> = rt_core::spawn(std::future::pending()).cancel_on_drop();
/// let of_task = task.task();
/// drop(task);
/// rt_core::yield_now().await;
/// assert!(of_task.is_finished());
/// # });
/// ```
#[must_use = "dropping it cancels the task"]
pub struct LinkedHandle<T> {
    handle: JoinHandle<T>,
}

impl<T> JoinHandle<T> {
    /// Ties the task to the handle: dropping it, as a timeout around it does, cancels the task.
    ///
    /// asyncio: awaiting a task always does so; cancelling who awaits cancels the task.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// executor.block_on(async {
    ///     let (sender, receiver) = std::sync::mpsc::channel();
    ///     let task = rt_core::spawn(async move {
    ///         sender.send("started").unwrap();
    ///         std::future::pending::<()>().await;
    ///     });
    ///     drop(task.cancel_on_drop());
    ///     rt_core::yield_now().await;
    ///     assert!(receiver.recv().is_err(), "it was cancelled before it began");
    /// });
    /// ```
    pub fn cancel_on_drop(self) -> LinkedHandle<T> {
        LinkedHandle { handle: self }
    }
}

impl<T> LinkedHandle<T> {
    /// As [`JoinHandle::abort`].
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(std::future::pending::<()>()).cancel_on_drop();
    /// task.abort();
    /// assert!(task.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    pub fn abort(&self) {
        self.handle.abort();
    }

    /// True once the task has ended, in whatever way.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(async {}).cancel_on_drop();
    /// assert!(!task.is_finished());
    /// # });
    /// ```
    pub fn is_finished(&self) -> bool {
        self.handle.is_finished()
    }

    /// The task's number.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(async { rt_core::id() }).cancel_on_drop();
    /// let id = task.id();
    /// assert_eq!(task.await.unwrap(), id);
    /// # });
    /// ```
    pub fn id(&self) -> Id {
        self.handle.id()
    }

    /// The task itself.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(async {}).cancel_on_drop();
    /// assert_eq!(task.task().id(), task.id());
    /// # });
    /// ```
    pub fn task(&self) -> TaskRef {
        self.handle.task()
    }
}

impl<T> Future for LinkedHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.handle).poll(cx)
    }
}

impl<T> Drop for LinkedHandle<T> {
    fn drop(&mut self) {
        self.handle.cancel_with(Reason::new(ReasonKind::ParentCancelled));
    }
}

impl<T> fmt::Debug for LinkedHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LinkedHandle").field(&self.handle).finish()
    }
}
