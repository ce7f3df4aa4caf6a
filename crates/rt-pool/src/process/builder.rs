//! What a process pool is to be.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::time::Duration;

use rt_primitive::sync::Arc;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::child::WorkerSettings;
use super::codec::Encoded;
use super::deck::PoolCore;
use super::dispatch;
use super::entry;
use super::io_loop::{Initializer, IoLoop};
use super::pool::ProcessPool;
use super::pool_error::ProcessPoolError;
use super::program;
use super::roster::{Brief, Rules};
use super::settings::PoolSettings;
use super::spawner::{self, DEPTH_MAX, Recipe, WorkerOutput};
use crate::job::JobFn;

/// Most workers that one pool may have.
const WORKERS_MAX: usize = 1024;

/// Says what a [`ProcessPool`] is to be.
///
/// ```
/// use std::time::Duration;
///
/// let pool = rt_pool::ProcessPool::builder()
///     .workers(4)
///     .timeout(Duration::from_secs(30))
///     .memory_limit(1 << 30)
///     .max_tasks(1_000)
///     .build()
///     .unwrap();
/// # drop(pool);
/// ```
#[must_use = "a builder does nothing until `build` is called"]
pub struct ProcessPoolBuilder {
    settings: PoolSettings,
    worker: WorkerSettings,
    recipe: Recipe,
    queue_max: Option<usize>,
    initializer: Option<Box<dyn FnOnce() -> Result<Initializer, String> + Send>>,
}

impl ProcessPoolBuilder {
    pub(super) fn new() -> ProcessPoolBuilder {
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        let rules = Rules {
            workers_max: workers,
            workers_min: 0,
            idle_for: Duration::from_secs(10),
            jobs_max: None,
            age_max: None,
            start_within: Duration::from_secs(30),
            queue_max: 0,
            kills_max: 2,
            leave_within: Duration::from_secs(1),
            memory_look: None,
        };
        let settings = PoolSettings {
            rules,
            brief: Brief { grace: Duration::from_millis(100), ..Brief::default() },
            restart_budget: (10, Duration::from_secs(5)),
            memory_max: None,
            memory_kept: None,
            forwards_stderr: true,
            parcel_max: 4 << 30,
            is_other_program: false,
        };
        let worker = WorkerSettings {
            data_max: None,
            has_backtraces: true,
            ends_offspring: false,
            stack_size: 8 << 20,
            parcel_max: settings.parcel_max,
        };
        let recipe = Recipe::default();
        ProcessPoolBuilder { settings, worker, recipe, queue_max: None, initializer: None }
    }

    /// The most worker processes at a time; by default one for each processor, at most 1 024.
    ///
    /// ```
    /// let none = rt_pool::ProcessPool::builder().workers(0).build();
    /// assert!(none.is_err());
    /// ```
    #[doc(alias = "max_workers")]
    pub fn workers(mut self, workers: usize) -> Self {
        self.settings.rules.workers_max = workers;
        self
    }

    /// Workers that are kept ready, also when there is nothing to do; by default 0.
    ///
    /// ```
    /// let pool = rt_pool::ProcessPool::builder().workers(4).min_workers(1).build();
    /// assert!(pool.is_ok());
    /// ```
    pub fn min_workers(mut self, workers: usize) -> Self {
        self.settings.rules.workers_min = workers;
        self
    }

    /// How long a worker may be idle before it ends; by default 10 seconds.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let pool = rt_pool::ProcessPool::builder().idle_timeout(Duration::from_secs(60)).build();
    /// assert!(pool.is_ok());
    /// ```
    pub fn idle_timeout(mut self, idle: Duration) -> Self {
        self.settings.rules.idle_for = idle;
        self
    }

    /// Jobs that may wait; by default 1 024 for each worker. Who has one more waits until there is
    /// room.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let pool = rt_pool::ProcessPool::builder().workers(1).queue(1).build().unwrap();
    /// let _waits = pool.try_run(|| 1, ()).unwrap();
    /// assert!(pool.try_run(|| 2, ()).is_err());
    /// # });
    /// ```
    pub fn queue(mut self, jobs: usize) -> Self {
        self.queue_max = Some(jobs);
        self
    }

    /// How long a job may run, unless it says otherwise; by default for ever.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use std::time::Duration;
    ///
    /// let limit = Duration::from_millis(5);
    /// let pool = rt_pool::ProcessPool::builder().workers(1).timeout(limit).build().unwrap();
    /// let slow = pool.run(|| std::thread::sleep(Duration::from_secs(60)), ());
    /// assert!(slow.await.unwrap_err().is_timeout());
    /// # });
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.brief.timeout = Some(timeout);
        self
    }

    /// How long a job that is no longer wanted has to end by itself before its process is killed;
    /// by default 100 milliseconds.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let pool = rt_pool::ProcessPool::builder().grace(Duration::from_secs(2)).build();
    /// assert!(pool.is_ok());
    /// ```
    pub fn grace(mut self, grace: Duration) -> Self {
        self.settings.brief.grace = grace;
        self
    }

    /// Jobs that a worker does before it is replaced; by default any number.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let pool = rt_pool::ProcessPool::builder().workers(1).max_tasks(1).build().unwrap();
    /// let first = pool.run(std::process::id, ()).await.unwrap();
    /// let second = pool.run(std::process::id, ()).await.unwrap();
    /// assert_ne!(first, second); // a process for each job
    /// # });
    /// ```
    #[doc(alias = "max_tasks_per_child")]
    pub fn max_tasks(mut self, jobs: u64) -> Self {
        self.settings.rules.jobs_max = Some(jobs);
        self
    }

    /// How old a worker gets before it is replaced, between two jobs; by default any age.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let pool = rt_pool::ProcessPool::builder().max_age(Duration::from_secs(3_600)).build();
    /// assert!(pool.is_ok());
    /// ```
    pub fn max_age(mut self, age: Duration) -> Self {
        self.settings.rules.age_max = Some(age);
        self
    }

    /// The most memory that a worker may have, in bytes. One that has more is killed, and its job
    /// fails with [`JobError::MemoryLimit`](crate::JobError::MemoryLimit). Resident memory is
    /// looked at every 20 milliseconds while a job runs, and what the system counts as data is
    /// limited at once.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let builder = rt_pool::ProcessPool::builder().workers(1);
    /// let pool = builder.memory_limit(64 << 20).build().unwrap();
    /// let greedy = pool.run(|| vec![1_u8; 1 << 30].len(), ());
    /// assert!(greedy.await.is_err());
    /// # });
    /// ```
    pub fn memory_limit(mut self, bytes: u64) -> Self {
        self.settings.memory_max = Some(bytes);
        self.settings.rules.memory_look = Some(Duration::from_millis(20));
        self.worker.data_max = Some(bytes);
        self
    }

    /// Replaces a worker that has more resident memory than this after a job, in bytes.
    ///
    /// ```
    /// let pool = rt_pool::ProcessPool::builder().recycle_above(256 << 20).build();
    /// assert!(pool.is_ok());
    /// ```
    pub fn recycle_above(mut self, bytes: u64) -> Self {
        self.settings.memory_kept = Some(bytes);
        self
    }

    /// Bytes of stack for a job; by default 8 MiB.
    ///
    /// ```
    /// let pool = rt_pool::ProcessPool::builder().stack_size(64 << 20).build();
    /// assert!(pool.is_ok());
    /// ```
    pub fn stack_size(mut self, bytes: usize) -> Self {
        self.worker.stack_size = bytes;
        self
    }

    /// Kills after each job the processes that it left behind, also those that left its group; by
    /// default only those in its group die, with the worker.
    ///
    /// ```
    /// let pool = rt_pool::ProcessPool::builder().end_offspring(true).build();
    /// assert!(pool.is_ok());
    /// ```
    pub fn end_offspring(mut self, ends: bool) -> Self {
        self.worker.ends_offspring = ends;
        self
    }

    /// Whether the report of a panic has its stack, which takes some milliseconds the first time.
    /// By default it has.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let pool = rt_pool::ProcessPool::builder().workers(1).backtraces(false).build().unwrap();
    /// let error = pool.run(|| -> u32 { panic!() }, ()).await.unwrap_err();
    /// assert_eq!(error.as_panic().unwrap().backtrace, None);
    /// # });
    /// ```
    pub fn backtraces(mut self, has_them: bool) -> Self {
        self.worker.has_backtraces = has_them;
        self
    }

    /// Processes that a job may kill before it is not tried again, whatever its retries: by default
    /// two. A job that kills every worker it gets would else take the pool down.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let pool = rt_pool::ProcessPool::builder().workers(1).kills_max(1).build().unwrap();
    /// let fatal = pool.run(|| -> u32 { std::process::exit(3) }, ()).retries(10);
    /// let error = fatal.await.unwrap_err();
    /// assert!(error.as_crash().unwrap().attempts.is_empty()); // it was not tried again
    /// # });
    /// ```
    pub fn kills_max(mut self, kills: u32) -> Self {
        self.settings.rules.kills_max = kills;
        self
    }

    /// Workers that may die within a time and be replaced at once; by default 10 within 5 seconds.
    /// Beyond that replacements wait, at first for 100 milliseconds, at most for 10 seconds.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let minute = Duration::from_secs(60);
    /// let pool = rt_pool::ProcessPool::builder().restart_budget(3, minute).build();
    /// assert!(pool.is_ok());
    /// ```
    pub fn restart_budget(mut self, deaths: usize, within: Duration) -> Self {
        self.settings.restart_budget = (deaths, within);
        self
    }

    /// How long the start of a worker may take, with its initializer; by default 30 seconds.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let pool = rt_pool::ProcessPool::builder().start_timeout(Duration::from_secs(5)).build();
    /// assert!(pool.is_ok());
    /// ```
    pub fn start_timeout(mut self, timeout: Duration) -> Self {
        self.settings.rules.start_within = timeout;
        self
    }

    /// Whether what workers write to their standard error is passed on to ours; by default it is.
    /// The end of it is kept for errors either way.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let builder = rt_pool::ProcessPool::builder().workers(1);
    /// let pool = builder.forward_stderr(false).build().unwrap();
    /// let fatal = pool.run(|| { eprintln!("last words"); std::process::exit(3) }, ());
    /// let error = fatal.await.map(|()| ()).unwrap_err();
    /// assert!(error.as_crash().unwrap().stderr_tail.contains("last words"));
    /// # });
    /// ```
    pub fn forward_stderr(mut self, forwards: bool) -> Self {
        self.settings.forwards_stderr = forwards;
        self
    }

    /// Where workers' standard output goes; by default to ours.
    ///
    /// ```
    /// use rt_pool::{ProcessPool, WorkerOutput};
    ///
    /// let pool = ProcessPool::builder().stdout(WorkerOutput::Null).build();
    /// assert!(pool.is_ok());
    /// ```
    pub fn stdout(mut self, output: WorkerOutput) -> Self {
        self.recipe.stdout = output;
        self
    }

    /// Sets a variable in the environment of the workers.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let pool = rt_pool::ProcessPool::builder().workers(1).env("LEVEL", "3").build().unwrap();
    /// let level = pool.run(|| std::env::var("LEVEL").ok(), ()).await.unwrap();
    /// assert_eq!(level.as_deref(), Some("3"));
    /// # });
    /// ```
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.recipe.environment.push((name.into(), Some(value.into())));
        self
    }

    /// Takes a variable out of the environment of the workers.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let pool = rt_pool::ProcessPool::builder().workers(1).env_remove("PATH").build().unwrap();
    /// assert!(pool.run(|| std::env::var("PATH").is_err(), ()).await.unwrap());
    /// # });
    /// ```
    pub fn env_remove(mut self, name: impl Into<OsString>) -> Self {
        self.recipe.environment.push((name.into(), None));
        self
    }

    /// Starts the workers with an empty environment, but for [`ProcessPoolBuilder::env`].
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let pool = rt_pool::ProcessPool::builder().workers(1).env_clear().build().unwrap();
    /// assert!(pool.run(|| std::env::var("PATH").is_err(), ()).await.unwrap());
    /// # });
    /// ```
    pub fn env_clear(mut self) -> Self {
        self.recipe.clears_environment = true;
        self
    }

    /// The directory in which workers start; by default ours.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use std::path::Path;
    ///
    /// let pool = rt_pool::ProcessPool::builder().workers(1).current_dir("/").build().unwrap();
    /// let directory = pool.run(|| std::env::current_dir().unwrap(), ()).await.unwrap();
    /// assert_eq!(directory, Path::new("/"));
    /// # });
    /// ```
    pub fn current_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.recipe.directory = Some(directory.into());
        self
    }

    /// Has the workers execute another program, whose `main` calls
    /// [`Worker::serve`](crate::worker::Worker::serve). Only jobs with a name can run there.
    ///
    /// ```
    /// let pool = rt_pool::ProcessPool::builder().program("/usr/lib/pictures/worker").build();
    /// assert!(pool.is_ok()); // it is looked for when there is a job
    /// ```
    pub fn program(mut self, program: impl Into<PathBuf>) -> Self {
        self.recipe.program = Some(program.into());
        self.settings.is_other_program = true;
        self
    }

    /// Runs a function first in each new worker, which keeps its value for
    /// [`worker::state`](crate::worker::state). When it fails, panics or does not end the worker is
    /// of no use, and after 3 in a row the jobs that wait fail with its error.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use rt_pool::{ProcessPool, worker};
    ///
    /// let load = |text: String| text.parse::<u32>();
    /// let pool = ProcessPool::builder().workers(1).initializer(load, ("41".to_owned(),));
    /// let pool = pool.build().unwrap();
    /// let answer = pool.run(|| worker::state::<u32>().map(|n| n + 1), ()).await;
    /// assert_eq!(answer.unwrap(), Some(42));
    /// # });
    /// ```
    pub fn initializer<F, A, T, E>(mut self, function: F, args: A) -> Self
    where
        F: JobFn<A, Out = Result<T, E>>,
        A: Serialize + DeserializeOwned + Send + 'static,
        T: Send + Sync + 'static,
        E: fmt::Display,
    {
        let _ = function;
        self.initializer = Some(Box::new(move || {
            let encoded = Encoded::new(Vec::new(), &args, usize::MAX);
            let arguments = encoded.map_err(|error| format!("{error:?}"))?.pack()?;
            let offset = dispatch::offset_of(dispatch::run_initializer::<F, A, T, E>);
            Ok(Initializer { offset, arguments })
        }));
        self
    }

    /// Makes the pool. Two threads of this process serve it; workers come with the first jobs.
    ///
    /// ```
    /// use rt_pool::{ProcessPool, ProcessPoolError};
    ///
    /// let refused = ProcessPool::builder().workers(2).min_workers(3).build().unwrap_err();
    /// assert!(matches!(refused, ProcessPoolError::Setting(_)));
    /// ```
    ///
    /// # Errors
    ///
    /// [`ProcessPoolError`], for each of its reasons.
    pub fn build(mut self) -> Result<ProcessPool, ProcessPoolError> {
        self.check()?;
        let workers = self.settings.rules.workers_max;
        self.settings.rules.queue_max = self.queue_max.unwrap_or(1024 * workers);
        let initializer = self.initializer.take().map(|make| make()).transpose();
        let initializer = initializer.map_err(ProcessPoolError::Encode)?;
        let settings = Encoded::new(Vec::new(), &self.worker, usize::MAX)
            .map_err(|error| ProcessPoolError::Encode(format!("{error:?}")))?;
        self.recipe.settings = settings.pack().map_err(ProcessPoolError::Encode)?;
        let (starts, requests) = channel();
        let core = PoolCore::new(self.settings, self.recipe, starts);
        let core = Arc::new(core.map_err(ProcessPoolError::System)?);
        let io_loop =
            IoLoop::new(Arc::clone(&core), initializer).map_err(ProcessPoolError::System)?;
        let spawner = Arc::clone(&core);
        thread("rt-pool-start", move || spawner::run(&spawner, &requests))?;
        // If this one is refused the spawner ends with the core's last owner.
        thread("rt-pool-io", move || io_loop.run())?;
        Ok(ProcessPool::of_core(core))
    }

    fn check(&self) -> Result<(), ProcessPoolError> {
        let setting = |text: String| Err(ProcessPoolError::Setting(text));
        let workers = self.settings.rules.workers_max;
        if workers == 0 || workers > WORKERS_MAX {
            return setting(format!("cannot have {workers} workers; ask for 1 to {WORKERS_MAX}"));
        }
        let kept = self.settings.rules.workers_min;
        if kept > workers {
            return setting(format!("cannot keep {kept} workers of {workers}; ask for fewer"));
        }
        if self.queue_max == Some(0) {
            return setting("cannot have a queue for 0 jobs; ask for 1 or more".to_owned());
        }
        if self.settings.rules.jobs_max == Some(0) {
            return setting("a worker cannot do 0 jobs; ask for 1 or more".to_owned());
        }
        if self.settings.is_other_program {
            return match self.initializer {
                Some(_) => setting("another program does not have this initializer".to_owned()),
                None => Ok(()),
            };
        }
        if spawner::depth() >= DEPTH_MAX {
            return Err(ProcessPoolError::TooDeep);
        }
        match program::is_in_main_file() {
            Ok(is_in_it) if is_in_it && entry::is_linked() => Ok(()),
            Ok(_) => Err(ProcessPoolError::NoEntry),
            Err(error) => Err(ProcessPoolError::System(error)),
        }
    }
}

fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), ProcessPoolError> {
    let thread = std::thread::Builder::new().name(name.to_owned());
    thread.spawn(run).map(drop).map_err(ProcessPoolError::System)
}

impl fmt::Debug for ProcessPoolBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessPoolBuilder")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
