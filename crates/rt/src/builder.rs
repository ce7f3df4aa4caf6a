//! Chooses how a runtime is made.

mod blocking;
mod watching;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rt_core::{Choices, Config, Executor, Flavor, StartError, ThreadHook, WORKERS_MAX};

use rt_pool::BlockingThreads;

use crate::builder::blocking::BlockingOptions;
use crate::builder::watching::WatchingOptions;
use crate::driver;
use crate::grace;
use crate::launch::Runtime;

/// Chooses how a runtime is made, then makes it.
///
/// ```
/// let runtime = rt::Builder::new_multi_thread()
///     .worker_threads(2)
///     .thread_name("search")
///     .build()?;
/// assert_eq!(runtime.block_on(async { 6 * 7 }), 42);
/// # Ok::<(), rt::runtime::StartError>(())
/// ```
///
/// asyncio: the arguments of `asyncio.Runner`.
#[doc(alias = "Runner")]
#[doc(alias = "loop_factory")]
#[must_use = "a builder does nothing until `build` is called"]
pub struct Builder {
    flavor: Flavor,
    choices: Choices,
    worker_threads: Option<usize>,
    thread_name: Option<String>,
    thread_stack_size: Option<usize>,
    on_thread_start: Option<ThreadHook>,
    on_thread_stop: Option<ThreadHook>,
    watching: WatchingOptions,
    start_paused: bool,
    blocking: BlockingOptions,
    shutdown_grace: Duration,
}

impl Builder {
    /// A runtime with worker threads, which steal tasks from each other.
    ///
    /// There is one worker for each processor this process may use, unless the environment variable
    /// `RT_WORKER_THREADS` or [`worker_threads`](Builder::worker_threads) says otherwise.
    ///
    /// ```
    /// let runtime = rt::Builder::new_multi_thread().build()?;
    /// assert!(!runtime.metrics().workers.is_empty());
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    pub fn new_multi_thread() -> Builder {
        Builder::new(Flavor::MultiThread)
    }

    /// A runtime without threads: tasks run while some thread is inside
    /// [`block_on`](Runtime::block_on).
    ///
    /// ```
    /// let runtime = rt::Builder::new_current_thread().build()?;
    /// let here = std::thread::current().id();
    /// let there = runtime.block_on(async {
    ///     rt::spawn(async { std::thread::current().id() }).await.unwrap()
    /// });
    /// assert_eq!(here, there);
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    pub fn new_current_thread() -> Builder {
        Builder::new(Flavor::CurrentThread)
    }

    /// A runtime for tests: several workers, taken in turns on one thread, in an order that `seed`
    /// decides. So the same seed is the same schedule, and a bug that shows once shows again.
    ///
    /// ```
    /// async fn program() {
    ///     let tasks: Vec<_> = (0..4).map(|_| rt::spawn(rt::task::yield_now())).collect();
    ///     for task in tasks {
    ///         task.await.unwrap();
    ///     }
    /// }
    ///
    /// for seed in 0..20 {
    ///     let runtime = rt::Builder::new_deterministic(seed).build()?;
    ///     runtime.block_on(program());
    ///     let again = rt::Builder::new_deterministic(seed).build()?;
    ///     again.block_on(program());
    ///     assert_eq!(runtime.schedule().hash, again.schedule().hash);
    /// }
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    ///
    /// Tasks run while a thread is inside [`block_on`](Runtime::block_on). Each is polled by some
    /// worker, with its own queues, and stolen by others, as on
    /// [`new_multi_thread`](Builder::new_multi_thread); there are 2 workers unless
    /// [`worker_threads`](Builder::worker_threads) says otherwise. A poll is never interrupted, so
    /// only what lies between two polls comes in another order.
    /// [`Runtime::schedule`] says what was done, in numbers and in words, also after a panic.
    ///
    /// Its clock stands still, so time is part of the schedule: it jumps to the next deadline when
    /// every task waits; see [`start_paused`](Builder::start_paused). What comes from outside is
    /// not decided by the seed: other threads that spawn or wake, random numbers, the order of a
    /// `HashMap`.
    #[doc(alias = "seed")]
    pub fn new_deterministic(seed: u64) -> Builder {
        Builder { choices: Choices::Seed(seed), ..Builder::new(Flavor::Deterministic) }
    }

    /// Takes these choices instead of the seed's; only for
    /// [`new_deterministic`](Builder::new_deterministic), others ignore it.
    ///
    /// The [`choices`](crate::runtime::Schedule::choices) of a run give that run again, as long as
    /// the program is the same. After the last number, and for each 0, the runtime does the plain
    /// thing: the empty vector is the schedule without surprises.
    ///
    /// Any numbers will do, so a test can let proptest look for a `Vec<u32>` that fails, and make
    /// it small; that works best when most numbers are 0 from the start.
    ///
    /// ```
    /// let program = || async { rt::spawn(async { 1 }).await.unwrap() };
    /// let runtime = rt::Builder::new_deterministic(7).build()?;
    /// runtime.block_on(program());
    ///
    /// let choices = runtime.schedule().choices;
    /// let again = rt::Builder::new_deterministic(0).replay(choices).build()?;
    /// again.block_on(program());
    /// assert_eq!(runtime.schedule().hash, again.schedule().hash);
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    pub fn replay(&mut self, choices: impl Into<Vec<u32>>) -> &mut Builder {
        self.choices = Choices::Replay(choices.into());
        self
    }

    fn new(flavor: Flavor) -> Builder {
        Builder {
            flavor,
            choices: Choices::Seed(0),
            worker_threads: None,
            thread_name: None,
            thread_stack_size: None,
            on_thread_start: None,
            on_thread_stop: None,
            watching: WatchingOptions::default(),
            start_paused: flavor == Flavor::Deterministic,
            blocking: BlockingOptions::default(),
            shutdown_grace: Duration::ZERO,
        }
    }

    /// Sets the number of worker threads, 1 or more; `RT_WORKER_THREADS` is then not looked at.
    ///
    /// A number that cannot be had is refused by [`build`](Builder::build). A runtime from
    /// [`new_current_thread`](Builder::new_current_thread) has no workers and ignores it; those of
    /// [`new_deterministic`](Builder::new_deterministic) share one thread.
    ///
    /// ```
    /// let refused = rt::Builder::new_multi_thread().worker_threads(0).build();
    /// assert_eq!(
    ///     refused.unwrap_err().to_string(),
    ///     "cannot start 0 workers; ask for 1 or more",
    /// );
    /// ```
    #[doc(alias = "max_workers")]
    pub fn worker_threads(&mut self, count: usize) -> &mut Builder {
        self.worker_threads = Some(count);
        self
    }

    /// Names the worker threads: `name-0`, `name-1` and so on. The default is `rt-worker`. Threads
    /// for blocking jobs are `name-blocking-1` and so on, by default `rt-blocking-1`.
    ///
    /// Linux shows the first 15 bytes.
    ///
    /// ```
    /// let runtime =
    ///     rt::Builder::new_multi_thread().worker_threads(1).thread_name("db").build()?;
    /// let (tell, told) = std::sync::mpsc::channel();
    /// drop(runtime.spawn(async move {
    ///     let name = std::thread::current().name().map(str::to_owned);
    ///     tell.send(name).unwrap();
    /// }));
    /// assert_eq!(told.recv().unwrap().as_deref(), Some("db-0"));
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    #[doc(alias = "thread_name_prefix")]
    pub fn thread_name(&mut self, name: impl Into<String>) -> &mut Builder {
        self.thread_name = Some(name.into());
        self
    }

    /// Sets the stack of each thread of the runtime, in bytes; the default is the platform's.
    ///
    /// ```
    /// let runtime = rt::Builder::new_multi_thread().thread_stack_size(512 * 1024).build()?;
    /// # drop(runtime);
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    pub fn thread_stack_size(&mut self, bytes: usize) -> &mut Builder {
        self.thread_stack_size = Some(bytes);
        self
    }

    /// Calls `hook` on each thread of the runtime before its first task or blocking job; on a
    /// worker that is inside the runtime.
    ///
    /// A worker whose runtime ends before its thread has begun calls neither hook.
    ///
    /// ```
    /// let runtime = rt::Builder::new_multi_thread()
    ///     .on_thread_start(|| println!("a worker starts"))
    ///     .build()?;
    /// # drop(runtime);
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    #[doc(alias = "initializer")]
    pub fn on_thread_start(&mut self, hook: impl Fn() + Send + Sync + 'static) -> &mut Builder {
        self.on_thread_start = Some(Arc::new(hook));
        self
    }

    /// Calls `hook` on each thread of the runtime after its last task or blocking job.
    ///
    /// ```
    /// let runtime = rt::Builder::new_multi_thread()
    ///     .on_thread_stop(|| println!("a worker stops"))
    ///     .build()?;
    /// # drop(runtime);
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    pub fn on_thread_stop(&mut self, hook: impl Fn() + Send + Sync + 'static) -> &mut Builder {
        self.on_thread_stop = Some(Arc::new(hook));
        self
    }

    /// Lets the runtime start with a clock that stands still; see [`pause`](crate::time::pause).
    ///
    /// That is so anyway for [`new_deterministic`](Builder::new_deterministic), where `false` lets
    /// the clock run. Threads outside the runtime that spawn before anybody is inside should hold
    /// an [`external`](crate::testing::external) guard, or time may jump as soon as the tasks they
    /// have spawned so far all wait.
    ///
    /// ```
    /// use rt::time::{Duration, Instant, sleep};
    ///
    /// let runtime = rt::Builder::new_multi_thread().start_paused(true).build()?;
    /// runtime.block_on(async {
    ///     let start = Instant::now();
    ///     sleep(Duration::from_secs(86_400)).await;
    ///     assert_eq!(start.elapsed(), Duration::from_secs(86_400));
    /// });
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    pub fn start_paused(&mut self, start_paused: bool) -> &mut Builder {
        self.start_paused = start_paused;
        self
    }

    /// Lets tasks clean up at a shutdown: they are asked to end, and given this long before what
    /// is left is dropped.
    ///
    /// The default is zero: tasks are dropped at once where they wait. A shutdown inside async
    /// code, and [`shutdown_background`](Runtime::shutdown_background), do not wait.
    ///
    /// ```
    /// use rt::cancel::CancelExt;
    /// use rt::time::Duration;
    ///
    /// let mut builder = rt::Builder::new_current_thread();
    /// let runtime = builder.shutdown_grace(Duration::from_secs(5)).build()?;
    /// let (tell, told) = std::sync::mpsc::channel();
    /// runtime.block_on(async {
    ///     rt::spawn(std::future::pending::<()>().on_cancel(async move {
    ///         tell.send("goodbye").unwrap();
    ///     }));
    ///     rt::task::yield_now().await;
    /// });
    /// drop(runtime);
    /// assert_eq!(told.recv(), Ok("goodbye"));
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    pub fn shutdown_grace(&mut self, grace: Duration) -> &mut Builder {
        self.shutdown_grace = grace;
        self
    }

    /// Starts the runtime. The builder can be used again.
    ///
    /// ```
    /// let mut builder = rt::Builder::new_current_thread();
    /// let (one, other) = (builder.build()?, builder.build()?);
    /// assert_eq!(one.block_on(async { 1 }) + other.block_on(async { 2 }), 3);
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the number of workers is out of range, when `RT_WORKER_THREADS` is not a number in
    /// range, or when the system refuses a thread. No thread is left running then.
    pub fn build(&mut self) -> Result<Runtime, StartError> {
        let config = self.config()?;
        // `start` refuses a number out of range; until then nothing may be sized by it.
        let driver = driver::for_workers(config.workers.min(WORKERS_MAX));
        let executor = Executor::start(config, driver)?;
        let stall_watch = self.watching.start(&executor)?;
        let runtime = Runtime::new_from(executor, stall_watch);
        if self.start_paused {
            let _inside = runtime.enter();
            rt_time::pause();
        }
        Ok(runtime)
    }

    fn config(&self) -> Result<Config, StartError> {
        let mut config = match (self.flavor, self.worker_threads) {
            (Flavor::MultiThread, None) => Config::multi_thread()?,
            (Flavor::MultiThread, Some(workers)) => {
                Config { flavor: Flavor::MultiThread, workers, ..Config::current_thread() }
            }
            (Flavor::Deterministic, workers) => {
                Config::deterministic(workers.unwrap_or(2), self.choices.clone())
            }
            _ => Config::current_thread(),
        };
        if let Some(name) = self.thread_name.clone() {
            config.thread_name = Arc::new(move |worker| format!("{name}-{worker}"));
        }
        config.thread_stack_bytes = self.thread_stack_size;
        config.on_thread_start = self.on_thread_start.clone();
        config.on_thread_stop = self.on_thread_stop.clone();
        self.watching.put_into(&mut config);
        config.job_threads = Some(Arc::new(BlockingThreads::new(self.limits())));
        config.jobs_grace = self.blocking.grace.unwrap_or(config.jobs_grace);
        config.wind_down = grace::wind_down(self.shutdown_grace);
        Ok(config)
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("flavor", &self.flavor)
            .field("choices", &self.choices)
            .field("worker_threads", &self.worker_threads)
            .field("thread_name", &self.thread_name)
            .field("thread_stack_size", &self.thread_stack_size)
            .field("start_paused", &self.start_paused)
            .finish_non_exhaustive()
    }
}
