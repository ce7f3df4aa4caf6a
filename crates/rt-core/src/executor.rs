//! Starts and owns the worker threads.

mod threads;

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::time::{Duration, Instant};

use rt_primitive::park::meet_deadlines_closely;
use rt_primitive::sync::Arc;
use rt_primitive::thread;

use crate::block_on::block_on;
use crate::config::{Config, Flavor, ThreadHook, WORKERS_MAX, WindDown};
use crate::context;
use crate::driver::Driver;
use crate::error::{BlockOnError, StartError};
use crate::executor::threads::WorkerThreads;
use crate::handle::ExecutorHandle;
use crate::hooks::{Hooks, Watch};
use crate::shared::ExecutorShared;
use crate::shutdown;
use crate::shutdown::report::ShutdownReport;
use crate::simulate::schedule::{Schedule, Simulation};
use crate::worker::WorkerContext;
use rt_primitive::contain::contain;

/// Worker threads and the tasks they run; dropping it cancels what is left.
///
/// Applications use `rt::Runtime`, which adds timers.
///
/// ```
/// use rt_core::{Config, Executor, NoDriver};
///
/// let executor = Executor::start(Config::multi_thread()?, std::sync::Arc::new(NoDriver))?;
/// let answer = executor.block_on(async { rt_core::spawn(async { 42 }).await });
/// assert_eq!(answer.unwrap(), 42);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Shutdown
///
/// A drop refuses new tasks, drops the future of every task at its next suspension, and waits for
/// the worker threads. Inside async code it does not wait, so it never stops the thread it is
/// called on. [`shutdown`](Executor::shutdown) does the same, and says what it did.
///
/// A process forked from the one that started the executor has none of its threads: there a drop
/// does nothing.
pub struct Executor {
    handle: ExecutorHandle,
    wind_down: Option<WindDown>,
    threads: WorkerThreads,
    jobs_grace: Duration,
}

/// What a shutdown waits for.
enum Wait {
    /// The end of every worker thread.
    End,
    /// The same, but only until then.
    Until(Instant),
    /// Nothing.
    Nothing,
}

impl Executor {
    /// Starts the worker threads.
    ///
    /// ```
    /// use rt_core::{Config, Executor, NoDriver};
    /// use std::sync::Arc;
    ///
    /// let config = Config::multi_thread().unwrap();
    /// let executor = Executor::start(config, Arc::new(NoDriver)).unwrap();
    /// assert_eq!(executor.block_on(async { 6 * 7 }), 42);
    /// ```
    ///
    /// # Errors
    ///
    /// [`StartError`] when the number of workers is out of range, or the system refuses a thread;
    /// then no thread is left running.
    pub fn start(
        config: Config,
        driver: std::sync::Arc<dyn Driver>,
    ) -> Result<Executor, StartError> {
        if !(1..=WORKERS_MAX).contains(&config.workers) {
            return Err(StartError::Workers(config.workers));
        }
        let workers = match config.flavor {
            Flavor::MultiThread | Flavor::Deterministic => config.workers,
            Flavor::CurrentThread => 1,
        };
        let mut shared = ExecutorShared::new(config.flavor, workers, driver);
        if config.flavor == Flavor::Deterministic {
            shared.simulation = Some(Simulation::new(workers, config.choices.clone()));
        }
        let watch = Watch::new(config.instrument.clone(), config.task_details);
        shared.hooks = Hooks { unhandled: config.on_unhandled.clone(), watch };
        shared.job_threads = config.job_threads.clone();
        let shared = Arc::new(shared);
        let handle = ExecutorHandle::new(shared.clone());
        let (wind_down, jobs_grace) = (config.wind_down.clone(), config.jobs_grace);
        let threads = WorkerThreads::new();
        let mut executor = Executor { handle, wind_down, threads, jobs_grace };
        if !config.flavor.has_threads() {
            return Ok(executor);
        }
        for worker in 0..workers {
            let (shared, hooks) = (shared.clone(), ThreadHooks::of(&config));
            let mut builder = thread::Builder::new().name((config.thread_name)(worker));
            if let Some(bytes) = config.thread_stack_bytes {
                builder = builder.stack_size(bytes);
            }
            let body = move || run_worker(&shared, worker, &hooks);
            // If it is refused, the executor's drop stops the threads that have started.
            let started = executor.threads.start(worker, builder, body);
            started.map_err(|error| StartError::Thread { worker, error })?;
        }
        Ok(executor)
    }

    /// A way in for other threads.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// let handle = executor.handle().clone();
    /// let task = std::thread::spawn(move || handle.spawn(async { 42 })).join().unwrap();
    /// assert_eq!(executor.block_on(task).unwrap(), 42);
    /// ```
    pub fn handle(&self) -> &ExecutorHandle {
        &self.handle
    }

    /// Runs `future` to its end on the calling thread, inside the executor.
    ///
    /// The thread helps to run the tasks it spawns while its own future waits; workers may steal
    /// them. asyncio: `Runner.run`.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// let hello = String::from("hello");
    /// assert_eq!(executor.block_on(async { hello.len() }), 5); // it may borrow
    /// ```
    ///
    /// # Panics
    ///
    /// If the future panics, and where [`try_block_on`](Executor::try_block_on) gives an error.
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.handle.block_on(future)
    }

    /// As [`block_on`](Executor::block_on), with an error instead of a panic when nested.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// let handle = executor.handle().clone();
    /// let nested = executor.block_on(async { handle.try_block_on(async {}) });
    /// assert!(nested.is_err());
    /// assert!(executor.try_block_on(async {}).is_ok());
    /// ```
    ///
    /// # Errors
    ///
    /// [`BlockOnError`] if the thread runs tasks, is inside a `block_on` already or is ending, or
    /// if the process was forked from the one that started the executor.
    #[track_caller]
    pub fn try_block_on<F: Future>(&self, future: F) -> Result<F::Output, BlockOnError> {
        block_on(self.handle.shared(), future, Location::caller())
    }

    /// What a deterministic executor has chosen and done so far.
    ///
    /// ```
    /// use rt_core::{Choices, Config, Executor, NoDriver};
    /// use std::sync::Arc;
    ///
    /// let run = || {
    ///     let config = Config::deterministic(2, Choices::Seed(7));
    ///     let executor = Executor::start(config, Arc::new(NoDriver)).unwrap();
    ///     executor.block_on(async { rt_core::spawn(rt_core::yield_now()).await.unwrap() });
    ///     executor.schedule().hash
    /// };
    /// assert_eq!(run(), run()); // a seed is a schedule
    /// ```
    ///
    /// # Panics
    ///
    /// On an executor of another flavour, which leaves its schedule to the system.
    #[track_caller]
    pub fn schedule(&self) -> Schedule {
        let simulation = self.handle.shared().simulation.as_ref();
        simulation.expect("only a deterministic executor knows its schedule").schedule()
    }

    /// Shuts down as a drop does, and says what was ended.
    ///
    /// It waits for the worker threads, however long a task stays in its poll; inside async code it
    /// waits for nothing, and the report tells how far the shutdown had come.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// executor.handle().spawn(std::future::pending::<()>());
    /// let report = executor.shutdown();
    /// assert_eq!(report.aborted_total, 1);
    /// ```
    pub fn shutdown(mut self) -> ShutdownReport {
        self.stop(Wait::End)
    }

    /// Shuts down, but waits no longer than `limit` for the worker threads.
    ///
    /// The report names the workers that are stuck, and in which task. Of their tasks, those that
    /// wait or are queued are ended here, on the calling thread.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// let report = executor.shutdown_timeout(std::time::Duration::from_secs(10));
    /// assert!(report.leaked_threads.is_empty());
    /// ```
    pub fn shutdown_timeout(mut self, limit: Duration) -> ShutdownReport {
        // A limit beyond what the clock can tell is none.
        self.stop(Instant::now().checked_add(limit).map_or(Wait::End, Wait::Until))
    }

    /// Shuts down without waiting for the worker threads.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// executor.handle().spawn(std::future::pending::<()>());
    /// executor.shutdown_background(); // the task is dropped by whoever comes to it
    /// ```
    pub fn shutdown_background(mut self) {
        self.stop(Wait::Nothing);
    }

    fn stop(&mut self, wait: Wait) -> ShutdownReport {
        let begun = Instant::now();
        let shared = self.handle.shared();
        if shared.is_forked() {
            self.threads.forget();
            return ShutdownReport::default();
        }
        if !shared.is_closed() && !matches!(wait, Wait::Nothing) && !context::is_inside() {
            if let Some(wind_down) = self.wind_down.take() {
                contain(|| wind_down(&self.handle));
            }
        }
        shutdown::close(shared);
        shared.job_threads.iter().for_each(|threads| threads.close());
        let wait = if context::is_inside() { Wait::Nothing } else { wait };
        let left = match wait {
            Wait::End => {
                self.threads.join();
                Vec::new()
            }
            Wait::Until(deadline) => self.threads.join_until(deadline),
            Wait::Nothing => self.threads.join_until(begun),
        };
        let leaked = left.into_iter().map(|worker| shared.leaked_thread(worker)).collect();
        if matches!(wait, Wait::Until(_)) {
            shutdown::abort_reachable(shared);
        }
        // A limit beyond what the clock can tell is none.
        let grace = Instant::now().checked_add(self.jobs_grace);
        let deadline = match wait {
            Wait::End => grace,
            Wait::Until(deadline) => Some(grace.map_or(deadline, |grace| grace.min(deadline))),
            Wait::Nothing => Some(begun),
        };
        let threads = shared.job_threads.iter();
        let stuck = threads.flat_map(|threads| threads.join_until(deadline)).collect();
        shared.aborted.report(begun.elapsed(), leaked, stuck)
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        self.stop(Wait::End);
    }
}

impl fmt::Debug for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executor").field("handle", &self.handle).finish_non_exhaustive()
    }
}

/// What the user wants run on each worker thread.
struct ThreadHooks {
    start: Option<ThreadHook>,
    stop: Option<ThreadHook>,
}

impl ThreadHooks {
    fn of(config: &Config) -> ThreadHooks {
        ThreadHooks { start: config.on_thread_start.clone(), stop: config.on_thread_stop.clone() }
    }
}

/// A worker thread, from its start to its end.
fn run_worker(shared: &Arc<ExecutorShared>, worker: usize, hooks: &ThreadHooks) {
    // A shutdown that came before this thread did has the seat, and the work.
    let Some(worker) = WorkerContext::take_seat(shared, worker) else { return };
    {
        let _seated = worker.sit();
        meet_deadlines_closely();
        call(hooks.start.as_ref());
        worker.run_until_closed();
    }
    if worker.has_seat() {
        shutdown::stop_slot(worker);
    }
    call(hooks.stop.as_ref());
}

/// Calls a hook, whose panic must not end the worker.
fn call(hook: Option<&ThreadHook>) {
    if let Some(hook) = hook {
        contain(|| hook());
    }
}
