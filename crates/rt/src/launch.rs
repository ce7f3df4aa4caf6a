//! Starts a runtime, runs futures on it, and stops it.

use rt_core::{
    EnterGuard, Executor, ExecutorHandle, JoinHandle, Metrics, NestedBlockOn, StartError,
};

use crate::builder::Builder;

/// Runs `future` on a new runtime with a worker for each processor, and returns its value.
///
/// Tasks that are still running when `future` is done are cancelled: they are dropped where they
/// wait, before this returns.
///
/// ```
/// let sum = rt::run(async {
///     let left = rt::spawn(async { 20 });
///     let right = rt::spawn(async { 22 });
///     left.await.unwrap() + right.await.unwrap()
/// });
/// assert_eq!(sum, 42);
/// ```
///
/// # Panics
///
/// When the runtime cannot be started, when this thread already runs one, and when `future` panics.
///
/// asyncio: `asyncio.run`.
#[doc(alias = "asyncio.run")]
#[track_caller]
pub fn run<F: Future>(future: F) -> F::Output {
    match Runtime::new() {
        Ok(runtime) => runtime.block_on(future),
        Err(error) => panic!("cannot start the runtime: {error}"),
    }
}

/// Runs tasks, until it is dropped.
///
/// Dropping it stops the workers and drops every task that is not done. The drop waits for the
/// workers, except inside async code, where it hands them over and returns at once.
///
/// ```
/// let runtime = rt::Runtime::new()?;
/// let double = runtime.spawn(async { 21 * 2 });
/// assert_eq!(runtime.block_on(double).unwrap(), 42);
/// # Ok::<(), rt::runtime::StartError>(())
/// ```
///
/// asyncio: `asyncio.Runner`.
#[doc(alias = "Runner")]
#[doc(alias = "new_event_loop")]
#[derive(Debug)]
pub struct Runtime {
    executor: Executor,
}

impl Runtime {
    /// Starts a runtime with a worker for each processor this process may use.
    ///
    /// ```
    /// let runtime = rt::Runtime::new()?;
    /// assert_eq!(runtime.block_on(async { "hello" }), "hello");
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Builder::build`].
    pub fn new() -> Result<Runtime, StartError> {
        Builder::new_multi_thread().build()
    }

    pub(crate) fn new_from(executor: Executor) -> Runtime {
        Runtime { executor }
    }

    /// Runs `future` on this thread until it is done, and returns its value.
    ///
    /// While `future` waits, the thread helps to run the runtime's tasks. Any number of threads may
    /// be in here at once; `future` need not be `Send`.
    ///
    /// ```
    /// let runtime = rt::Runtime::new()?;
    /// let text = String::from("borrowed");
    /// assert_eq!(runtime.block_on(async { text.len() }), 8);
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    ///
    /// # Panics
    ///
    /// When this thread is already inside `block_on` or a task, naming both places; and when
    /// `future` panics. [`try_block_on`](Runtime::try_block_on) returns the first as an error.
    ///
    /// asyncio: `Runner.run`, `loop.run_until_complete`.
    #[doc(alias = "run_until_complete")]
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.executor.block_on(future)
    }

    /// As [`block_on`](Runtime::block_on), but returns an error where that panics.
    ///
    /// ```
    /// let runtime = rt::Runtime::new()?;
    /// let nested = runtime.block_on(async { runtime.try_block_on(async { 1 }).is_err() });
    /// assert!(nested);
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When this thread is already inside `block_on` or a task; `future` is dropped unpolled.
    ///
    /// # Panics
    ///
    /// When `future` panics.
    #[track_caller]
    pub fn try_block_on<F: Future>(&self, future: F) -> Result<F::Output, NestedBlockOn> {
        self.executor.try_block_on(future)
    }

    /// Starts a task from any thread. See [`rt::spawn`](crate::spawn).
    ///
    /// ```
    /// let runtime = rt::Runtime::new()?;
    /// let (tell, told) = std::sync::mpsc::channel();
    /// drop(runtime.spawn(async move { tell.send("from a worker").unwrap() }));
    /// assert_eq!(told.recv().unwrap(), "from a worker");
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    ///
    /// asyncio: `run_coroutine_threadsafe`.
    #[doc(alias = "run_coroutine_threadsafe")]
    #[doc(alias = "create_task")]
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.handle().spawn(future)
    }

    /// What other threads use to reach this runtime. It may outlive the runtime.
    ///
    /// ```
    /// let runtime = rt::Runtime::new()?;
    /// let handle = runtime.handle().clone();
    /// let elsewhere = std::thread::spawn(move || handle.block_on(async { 7 }));
    /// assert_eq!(elsewhere.join().unwrap(), 7);
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    #[doc(alias = "get_loop")]
    pub fn handle(&self) -> &ExecutorHandle {
        self.executor.handle()
    }

    /// Makes this the runtime that [`rt::spawn`](crate::spawn) finds on this thread, until the
    /// guard is dropped.
    ///
    /// ```
    /// let runtime = rt::Runtime::new()?;
    /// let task = {
    ///     let _inside = runtime.enter();
    ///     rt::spawn(async { 1 })
    /// };
    /// assert_eq!(runtime.block_on(task).unwrap(), 1);
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    ///
    /// asyncio: `set_event_loop`.
    #[doc(alias = "set_event_loop")]
    pub fn enter(&self) -> EnterGuard<'_> {
        self.handle().enter()
    }

    /// Counters of the workers, read without stopping them.
    ///
    /// ```
    /// let runtime = rt::Builder::new_multi_thread().worker_threads(2).build()?;
    /// assert_eq!(runtime.metrics().workers.len(), 2);
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    pub fn metrics(&self) -> Metrics {
        self.handle().metrics()
    }

    /// Stops the runtime as dropping it does, but waits for nothing.
    ///
    /// ```
    /// let runtime = rt::Runtime::new()?;
    /// drop(runtime.spawn(std::future::pending::<()>()));
    /// runtime.shutdown_background();
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    pub fn shutdown_background(self) {
        self.executor.shutdown_background();
    }
}
