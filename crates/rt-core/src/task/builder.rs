//! Spawns tasks that differ from plain ones.

use std::borrow::Cow;
use std::future::Future;
use std::panic::Location;

use crate::handle::{self, ExecutorHandle};
use crate::task::header::Birth;
use crate::task::join::JoinHandle;

/// Spawns a task that has a name.
///
/// asyncio: `create_task(…, name=…)`.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver, TaskBuilder};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     let task = TaskBuilder::new().name("tea").spawn(async { "Earl Grey, hot" });
///     assert_eq!(task.task().name(), "tea");
/// });
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder spawns nothing before `spawn`"]
pub struct TaskBuilder {
    name: Option<Cow<'static, str>>,
}

impl TaskBuilder {
    /// A builder of plain tasks.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::TaskBuilder::new().spawn(async { 7 });
    /// assert_eq!(task.await.unwrap(), 7);
    /// # });
    /// ```
    pub fn new() -> TaskBuilder {
        TaskBuilder::default()
    }

    /// Names the task; the default is `Task-` and its number. Names need not differ.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::TaskBuilder::new().name("download").spawn(async {});
    /// assert_eq!(task.task().name(), "download");
    /// # });
    /// ```
    pub fn name(self, name: impl Into<Cow<'static, str>>) -> TaskBuilder {
        TaskBuilder { name: Some(name.into()) }
    }

    /// Starts the task on the current runtime, as [`spawn`](crate::spawn) does.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::TaskBuilder::new().name("download").spawn(async { 7 });
    /// assert_eq!(task.await.unwrap(), 7);
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// Outside a runtime; see [`spawn_on`](TaskBuilder::spawn_on).
    #[track_caller]
    pub fn spawn<F>(self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let birth = self.birth(Location::caller());
        match handle::try_spawn_as(birth, future) {
            Ok(handle) => handle,
            Err(error) => panic!("cannot spawn at {}: {error}", Location::caller()),
        }
    }

    /// Starts the task on this runtime, from any thread.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// let task = rt_core::TaskBuilder::new().spawn_on(executor.handle(), async { 7 });
    /// assert_eq!(executor.block_on(task).unwrap(), 7);
    /// ```
    ///
    /// # Panics
    ///
    /// In a process forked from the one that started the runtime.
    #[track_caller]
    pub fn spawn_on<F>(self, executor: &ExecutorHandle, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        executor.spawn_as(self.birth(Location::caller()), future)
    }

    fn birth(self, spawned_at: &'static Location<'static>) -> Birth {
        match self.name {
            Some(name) => Birth::named(spawned_at, name),
            None => Birth::at(spawned_at),
        }
    }
}
