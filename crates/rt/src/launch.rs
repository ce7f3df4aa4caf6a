//! Starts a runtime, runs futures on it, and stops it.

use std::time::Duration;

use rt_core::{
    BlockOnError, BlockingCx, EnterGuard, Executor, ExecutorHandle, JoinHandle, Metrics, Schedule,
    ShutdownReport, StartError,
};

use crate::builder::Builder;
use crate::stalls::StallWatch;

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
/// workers, except inside async code, where it hands them over and returns at once. In a process
/// forked from the one that started it, it does nothing.
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
    /// Ends with the runtime.
    _stall_watch: Option<StallWatch>,
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

    pub(crate) fn new_from(executor: Executor, stall_watch: Option<StallWatch>) -> Runtime {
        Runtime { executor, _stall_watch: stall_watch }
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
    /// When this thread is already inside `block_on` or a task, or is ending and has lost its
    /// locals, and in a process forked from the one that started the runtime. `future` is dropped
    /// unpolled.
    ///
    /// # Panics
    ///
    /// When `future` panics.
    #[track_caller]
    pub fn try_block_on<F: Future>(&self, future: F) -> Result<F::Output, BlockOnError> {
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
    /// # Panics
    ///
    /// In a process forked from the one that started the runtime.
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

    /// Runs a closure that may block on a thread of this runtime kept for such; see
    /// [`task::spawn_blocking`](crate::task::spawn_blocking).
    ///
    /// ```
    /// let runtime = rt::Runtime::new()?;
    /// let job = runtime.spawn_blocking(|| 6 * 7);
    /// assert_eq!(runtime.block_on(job).unwrap(), 42);
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    #[doc(alias = "run_in_executor")]
    #[track_caller]
    pub fn spawn_blocking<F, T>(&self, f: F) -> JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.handle().spawn_blocking(f)
    }

    /// As [`spawn_blocking`](Runtime::spawn_blocking), for a closure that wants to know whether it
    /// was asked to end; see [`task::spawn_blocking_with`](crate::task::spawn_blocking_with).
    ///
    /// ```
    /// let runtime = rt::Builder::new_current_thread().build().unwrap();
    /// let job = runtime.spawn_blocking_with(|cx| cx.is_cancelled());
    /// assert!(!runtime.block_on(job).unwrap());
    /// ```
    #[track_caller]
    pub fn spawn_blocking_with<F, T>(&self, f: F) -> JoinHandle<T>
    where
        F: FnOnce(&BlockingCx) -> T + Send + 'static,
        T: Send + 'static,
    {
        self.handle().spawn_blocking_with(f)
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

    /// What the workers have done so far, and how many tasks there are, read without stopping
    /// anything.
    ///
    /// ```
    /// let runtime = rt::Builder::new_multi_thread().worker_threads(2).build()?;
    /// assert_eq!(runtime.metrics().workers.len(), 2);
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    pub fn metrics(&self) -> Metrics {
        self.handle().metrics()
    }

    /// What a deterministic runtime has chosen and done so far: to compare, to replay, to read.
    ///
    /// ```
    /// let runtime = rt::Builder::new_deterministic(3).build()?;
    /// runtime.block_on(async { rt::spawn(async {}).await.unwrap() });
    /// let schedule = runtime.schedule();
    /// println!("{}replay with {:?}", schedule.story, schedule.choices);
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    ///
    /// # Panics
    ///
    /// On a runtime that was not made by
    /// [`new_deterministic`](Builder::new_deterministic).
    #[track_caller]
    pub fn schedule(&self) -> Schedule {
        self.executor.schedule()
    }

    /// Stops the runtime as dropping it does, and says what that ended.
    ///
    /// It waits for the workers, however long a task stays in its poll. Inside async code it waits
    /// for nothing, and the report tells how far the shutdown had come.
    ///
    /// ```
    /// let runtime = rt::Runtime::new()?;
    /// let waiting = runtime.spawn(std::future::pending::<()>());
    /// let report = runtime.shutdown();
    /// assert_eq!(report.aborted[0].id, waiting.id());
    /// println!("{report}");
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    ///
    /// asyncio: `loop.close`, `Runner.close`.
    #[doc(alias = "close")]
    pub fn shutdown(self) -> ShutdownReport {
        self.executor.shutdown()
    }

    /// Stops the runtime, but waits no longer than `limit` for a worker that is stuck in a task.
    ///
    /// The report names such workers, and the task each is inside. Their other tasks are dropped on
    /// this thread; the stuck one, when it comes back.
    ///
    /// ```
    /// use rt::time::Duration;
    ///
    /// let runtime = rt::Builder::new_multi_thread().worker_threads(1).build()?;
    /// let (tell, told) = std::sync::mpsc::channel();
    /// let (release, released) = std::sync::mpsc::channel::<()>();
    /// let stuck = runtime.spawn(async move {
    ///     tell.send("inside").unwrap();
    ///     drop(released.recv());
    /// });
    /// assert_eq!(told.recv(), Ok("inside"));
    /// let report = runtime.shutdown_timeout(Duration::from_millis(5));
    /// assert_eq!(report.leaked_threads[0].task.unwrap().id, stuck.id());
    /// drop(release);
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    pub fn shutdown_timeout(self, limit: Duration) -> ShutdownReport {
        self.executor.shutdown_timeout(limit)
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
