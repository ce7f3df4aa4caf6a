//! Starts and owns the worker threads.

use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};

use rt_primitive::sync::Arc;
use rt_primitive::thread;

use crate::block_on::block_on;
use crate::config::{Config, Flavor, ThreadHook, WORKERS_MAX};
use crate::context;
use crate::driver::Driver;
use crate::error::{NestedBlockOn, StartError};
use crate::handle::ExecutorHandle;
use crate::shared::ExecutorShared;
use crate::shutdown;
use crate::worker::WorkerContext;

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
/// called on.
pub struct Executor {
    handle: ExecutorHandle,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Executor {
    /// Starts the worker threads.
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
            Flavor::MultiThread => config.workers,
            Flavor::CurrentThread => 1,
        };
        let shared = Arc::new(ExecutorShared::new(config.flavor, workers, driver));
        let handle = ExecutorHandle::new(shared.clone());
        let mut executor = Executor { handle, threads: Vec::new() };
        if config.flavor == Flavor::CurrentThread {
            return Ok(executor);
        }
        for worker in 0..workers {
            let (shared, hooks) = (shared.clone(), Hooks::of(&config));
            let mut builder = thread::Builder::new().name((config.thread_name)(worker));
            if let Some(bytes) = config.thread_stack_bytes {
                builder = builder.stack_size(bytes);
            }
            match builder.spawn(move || run_worker(&shared, worker, &hooks)) {
                Ok(thread) => executor.threads.push(thread),
                // The executor's drop stops the threads that have started.
                Err(error) => return Err(StartError::Thread { worker, error }),
            }
        }
        Ok(executor)
    }

    /// A way in for other threads.
    pub fn handle(&self) -> &ExecutorHandle {
        &self.handle
    }

    /// Runs `future` to its end on the calling thread, inside the executor.
    ///
    /// The thread helps to run the tasks it spawns while its own future waits; workers may steal
    /// them. asyncio: `Runner.run`.
    ///
    /// # Panics
    ///
    /// If the future panics, or if the thread runs tasks or is inside a `block_on` already.
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.handle.block_on(future)
    }

    /// As [`block_on`](Executor::block_on), with an error instead of a panic when nested.
    ///
    /// # Errors
    ///
    /// [`NestedBlockOn`] if the thread runs tasks or is inside a `block_on` already.
    #[track_caller]
    pub fn try_block_on<F: Future>(&self, future: F) -> Result<F::Output, NestedBlockOn> {
        block_on(self.handle.shared(), future, Location::caller())
    }

    /// Shuts down without waiting for the worker threads.
    pub fn shutdown_background(mut self) {
        self.threads.clear();
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        shutdown::close(self.handle.shared());
        if context::is_inside() {
            return;
        }
        for thread in self.threads.drain(..) {
            // A worker catches what tasks and hooks throw; an `Err` has been reported by its
            // thread.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executor").field("handle", &self.handle).finish_non_exhaustive()
    }
}

/// What the user wants run on each worker thread.
struct Hooks {
    start: Option<ThreadHook>,
    stop: Option<ThreadHook>,
}

impl Hooks {
    fn of(config: &Config) -> Hooks {
        Hooks { start: config.on_thread_start.clone(), stop: config.on_thread_stop.clone() }
    }
}

/// A worker thread, from its start to its end.
fn run_worker(shared: &Arc<ExecutorShared>, worker: usize, hooks: &Hooks) {
    // A shutdown that came before this thread did has the seat, and the work.
    let Some(worker) = WorkerContext::take_seat(shared, worker) else { return };
    call(hooks.start.as_ref());
    {
        let _seated = worker.sit();
        worker.run_until_closed();
    }
    shutdown::stop_slot(worker);
    call(hooks.stop.as_ref());
}

/// Calls a hook; its panic, reported by the panic hook already, must not end the worker.
fn call(hook: Option<&ThreadHook>) {
    if let Some(hook) = hook {
        let _ = catch_unwind(AssertUnwindSafe(|| hook()));
    }
}
