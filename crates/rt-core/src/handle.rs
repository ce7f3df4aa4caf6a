//! A way into an executor from any thread.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::panic::Location;

use rt_primitive::sync::Arc;

use crate::block_on::block_on;
use crate::context;
use crate::context::entered::{self, EnteredGuard};
use crate::error::{BlockOnError, NoRuntime};
use crate::metrics::Metrics;
use crate::shared::{self, ExecutorShared};
use crate::task::header::Birth;
use crate::task::id::Id;
use crate::task::info::TaskInfo;
use crate::task::join::JoinHandle;

/// A way into an executor from any thread; it does not keep the executor running.
///
/// asyncio: `run_coroutine_threadsafe`, `get_running_loop`.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::multi_thread().unwrap(), Arc::new(NoDriver)).unwrap();
/// let handle = executor.handle().clone();
/// let from_outside = std::thread::spawn(move || handle.block_on(handle.spawn(async { 7 })));
/// assert_eq!(from_outside.join().unwrap().unwrap(), 7);
/// ```
#[derive(Clone)]
#[doc(alias = "run_coroutine_threadsafe")]
#[doc(alias = "get_running_loop")]
pub struct ExecutorHandle {
    shared: Arc<ExecutorShared>,
}

impl ExecutorHandle {
    pub(crate) fn new(shared: Arc<ExecutorShared>) -> ExecutorHandle {
        ExecutorHandle { shared }
    }

    pub(crate) fn shared(&self) -> &Arc<ExecutorShared> {
        &self.shared
    }

    /// The runtime that the calling thread is inside.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let handle = rt_core::ExecutorHandle::current();
    /// let task = std::thread::spawn(move || handle.spawn(async { 42 })).join().unwrap();
    /// assert_eq!(task.await.unwrap(), 42);
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// Outside a runtime; see [`ExecutorHandle::try_current`].
    #[track_caller]
    pub fn current() -> ExecutorHandle {
        match ExecutorHandle::try_current() {
            Ok(handle) => handle,
            Err(error) => panic!("there is no current runtime: {error}"),
        }
    }

    /// The runtime that the calling thread is inside.
    ///
    /// ```
    /// assert!(rt_core::ExecutorHandle::try_current().is_err()); // this thread is in no runtime
    /// ```
    ///
    /// # Errors
    ///
    /// [`NoRuntime`] on a thread that is neither a worker, nor inside `block_on` or
    /// [`enter`](ExecutorHandle::enter).
    pub fn try_current() -> Result<ExecutorHandle, NoRuntime> {
        context::with_shared(|shared, _| ExecutorHandle::new(shared.clone()))
    }

    /// Starts a task on this executor; see [`spawn`].
    ///
    /// After the executor has shut down the task is dropped at once, and its handle says cancelled.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// let handle = executor.handle().clone();
    /// let task = std::thread::spawn(move || handle.spawn(async { 42 })).join().unwrap();
    /// assert_eq!(executor.block_on(task).unwrap(), 42);
    /// ```
    ///
    /// # Panics
    ///
    /// In a process forked from the one that started the executor.
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.spawn_as(Birth::at(Location::caller()), future)
    }

    pub(crate) fn spawn_as<F>(&self, birth: Birth, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        shared::spawn(&self.shared, future, birth)
    }

    /// Runs a future on the calling thread, inside this executor; see `Executor::block_on`.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// let handle = executor.handle().clone();
    /// let thread = std::thread::spawn(move || handle.block_on(async { 42 }));
    /// assert_eq!(thread.join().unwrap(), 42);
    /// ```
    ///
    /// # Panics
    ///
    /// If the future panics, and where [`try_block_on`](ExecutorHandle::try_block_on) gives an
    /// error.
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        match block_on(&self.shared, future, Location::caller()) {
            Ok(output) => output,
            Err(error) => panic!("{error}"),
        }
    }

    /// As [`block_on`](ExecutorHandle::block_on), with an error instead of a panic when nested.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// let handle = executor.handle();
    /// let nested = executor.block_on(async { handle.try_block_on(async {}) });
    /// assert!(nested.is_err()); // it would hold up its own thread
    /// ```
    ///
    /// # Errors
    ///
    /// [`BlockOnError`] if the thread runs tasks, is inside a `block_on` already or is ending, or
    /// if the process was forked from the one that started the executor.
    #[track_caller]
    pub fn try_block_on<F: Future>(&self, future: F) -> Result<F::Output, BlockOnError> {
        block_on(&self.shared, future, Location::caller())
    }

    /// Makes this the calling thread's current runtime for as long as the guard lives.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// let task = {
    ///     let _guard = executor.handle().enter();
    ///     rt_core::spawn(async { "started outside" })
    /// };
    /// assert_eq!(executor.block_on(task).unwrap(), "started outside");
    /// ```
    pub fn enter(&self) -> EnterGuard<'_> {
        EnterGuard::new(entered::enter(&self.shared))
    }

    /// The tasks that have not ended, and the futures inside `block_on`, by number.
    ///
    /// Nothing is stopped for it, so it is of no one moment: a task that is there all the while is
    /// in the list, and none is in it twice. Once a shutdown has begun, tasks that it has told to
    /// end may be left out.
    ///
    /// asyncio: `all_tasks`.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// let task = executor.handle().spawn(std::future::pending::<()>());
    /// assert_eq!(executor.handle().tasks()[0].id, task.id());
    /// ```
    #[doc(alias = "all_tasks")]
    pub fn tasks(&self) -> Vec<TaskInfo> {
        self.shared.tasks()
    }

    /// What the workers have done so far.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// executor.handle().spawn(std::future::pending::<()>());
    /// assert_eq!(executor.handle().metrics().tasks_alive(), 1);
    /// ```
    pub fn metrics(&self) -> Metrics {
        self.shared.metrics()
    }
}

impl fmt::Debug for ExecutorHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExecutorHandle").field("executor", &*self.shared).finish()
    }
}

/// Ends what [`ExecutorHandle::enter`] began. Guards may be dropped in any order: the runtime
/// entered last, of those not left yet, is the current one.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// use rt_core::EnterGuard;
///
/// let inside: EnterGuard<'_> = executor.handle().enter();
/// let task = rt_core::spawn(async { 42 }); // here it would panic otherwise
/// drop(inside);
/// assert_eq!(executor.block_on(task).unwrap(), 42);
/// ```
#[derive(Debug)]
#[must_use = "the runtime is current only while the guard lives"]
pub struct EnterGuard<'a> {
    _entered: EnteredGuard,
    handle: PhantomData<&'a ExecutorHandle>,
}

impl EnterGuard<'_> {
    pub(crate) fn new(entered: EnteredGuard) -> EnterGuard<'static> {
        EnterGuard { _entered: entered, handle: PhantomData }
    }
}

/// Starts a task on the current runtime; it runs at once, whether or not its handle is awaited.
///
/// asyncio: `create_task`. The task is kept until it ends; dropping the handle detaches it. On a
/// worker it is queued on that worker, where others may steal it.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// let sum = executor.block_on(async {
///     let one = rt_core::spawn(async { 1 });
///     let two = rt_core::spawn(async { 2 });
///     one.await.unwrap() + two.await.unwrap()
/// });
/// assert_eq!(sum, 3);
/// ```
///
/// # Panics
///
/// Outside a runtime; see [`try_spawn`] and [`ExecutorHandle::spawn`].
#[track_caller]
#[doc(alias = "create_task")]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    match try_spawn(future) {
        Ok(handle) => handle,
        Err(error) => panic!("cannot spawn at {}: {error}", Location::caller()),
    }
}

/// As [`spawn`], with an error instead of a panic.
///
/// ```
/// assert!(rt_core::try_spawn(async {}).is_err()); // there is no runtime here
/// ```
///
/// # Errors
///
/// [`NoRuntime`] outside a runtime.
#[track_caller]
pub fn try_spawn<F>(future: F) -> Result<JoinHandle<F::Output>, NoRuntime>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    try_spawn_as(Birth::at(Location::caller()), future)
}

/// Starts a task on the current runtime, of which more may be said than where it was spawned.
#[inline]
pub(crate) fn try_spawn_as<F>(birth: Birth, future: F) -> Result<JoinHandle<F::Output>, NoRuntime>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    context::with_shared(|shared, worker| match worker {
        Some(worker) => worker.spawn(future, birth),
        None => shared::spawn(shared, future, birth),
    })
}

/// The number of the task that is running.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// let task = rt_core::spawn(async { rt_core::id() });
/// let id = task.id();
/// assert_eq!(task.await.unwrap(), id);
/// # });
/// ```
///
/// # Panics
///
/// Outside a task; see [`try_id`].
#[track_caller]
pub fn id() -> Id {
    try_id().expect("no task is running on this thread; call id() from within one")
}

/// The number of the task that is running, if there is one.
///
/// ```
/// assert_eq!(rt_core::try_id(), None);
/// ```
pub fn try_id() -> Option<Id> {
    context::current_task().map(|task| task.header().id)
}
