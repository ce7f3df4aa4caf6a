//! Limits of the executor, with tiny values under a model checker.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rt_primitive::MODEL;

use crate::error::WorkersError;
use crate::handle::ExecutorHandle;
use crate::hooks::{Instrument, UnhandledHook};
use crate::job::threads::JobThreads;
use crate::simulate::choices::Choices;

/// Tasks a worker's deque holds before half of them move to the injector.
pub(crate) const LOCAL_CAPACITY: usize = if MODEL { 4 } else { 1024 };

/// Most tasks one look at the injector takes.
pub(crate) const INJECTOR_BATCH: usize = if MODEL { 2 } else { 64 };

/// At least every so many turns a worker looks at the injector first, and at its driver.
pub(crate) const INJECTOR_TICK: u32 = if MODEL { 2 } else { 61 };

/// A worker does so every so many nanoseconds, if that is sooner.
pub(crate) const LOOK_NS: u64 = 30_000;

/// Turns in a row a worker takes from its next slot before its deque has a turn.
pub(crate) const NEXT_BUDGET: u32 = if MODEL { 1 } else { 16 };

/// Leaf futures a task may find ready within one poll before it must let others run.
pub(crate) const POLL_BUDGET: u32 = 128;

/// Scans of all queues that one searcher makes before it parks, each about 0.3 µs.
pub(crate) const SPIN_ROUNDS: u32 = if MODEL { 0 } else { 60 };

/// A searcher gives its processor away once in so many scans, about every 3 µs.
pub(crate) const SPIN_ROUNDS_BETWEEN_YIELDS: u32 = 10;

/// Searches in a row that spun for nothing before a worker parks without a spin.
pub(crate) const FRUITLESS_SPINS_MAX: u32 = 2;

/// A park that ended sooner than this would have been a fruitful spin.
pub(crate) const SHORT_PARK_NS: u64 = 50_000;

/// Pauses for which a searcher watches how fast the others are, about 1 µs.
pub(crate) const WATCH_PAUSES: u32 = 40;

/// A worker that has run all it holds sooner than this is left alone by thieves.
pub(crate) const QUICK_NS: u64 = 1_000;

/// How long a searcher naps at first when it leaves the others alone; each nap is twice as long as
/// the one before, up to the second value.
pub(crate) const NAP_NS: (u64, u64) = (8_000, 64_000);

/// Turns in a row after which the plain choice of a deterministic executor is another worker.
pub(crate) const STAY_TURNS_MAX: u32 = if MODEL { 4 } else { 64 };

/// Every so many turns a deterministic executor looks at the drivers of all its workers.
pub(crate) const DRIVERS_TICK: u32 = INJECTOR_TICK;

/// How long a shutdown waits for jobs, unless it was told otherwise.
const JOBS_GRACE: Duration = Duration::from_secs(300);

/// Threads inside `block_on` that get a deque of their own at one time.
pub const GUESTS: usize = if MODEL { 1 } else { 8 };

/// Task heaps shared by the threads that are neither workers nor guests.
pub(crate) const FOREIGN_HEAPS: usize = if MODEL { 1 } else { 4 };

/// Most workers an executor may have.
pub const WORKERS_MAX: usize = 1024;

/// The environment variable that sets the number of workers.
pub const WORKERS_VARIABLE: &str = "RT_WORKER_THREADS";

/// How the tasks of an executor are run.
///
/// [`Config`] has a function for each.
///
/// ```
/// use rt_core::{Config, Flavor};
///
/// assert_eq!(Config::current_thread().flavor, Flavor::CurrentThread);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flavor {
    /// Worker threads of its own, which steal from each other.
    MultiThread,
    /// No threads of its own: the thread inside `block_on` runs the tasks.
    CurrentThread,
    /// No threads of its own: the thread inside `block_on` runs the tasks as several workers would,
    /// a turn at a time, and [`Choices`] say whose turn it is.
    Deterministic,
}

impl Flavor {
    /// Whether the workers have threads.
    pub(crate) fn has_threads(self) -> bool {
        self == Flavor::MultiThread
    }
}

/// A callback that runs on each worker thread.
pub type ThreadHook = Arc<dyn Fn() + Send + Sync>;

/// What is done for the tasks before a shutdown ends them.
pub type WindDown = Arc<dyn Fn(&ExecutorHandle) + Send + Sync>;

/// What an executor is started with.
///
/// ```
/// let config = rt_core::Config { workers: 2, ..rt_core::Config::current_thread() };
/// assert_eq!(config.workers, 2);
/// ```
#[derive(Clone)]
pub struct Config {
    /// Who runs the tasks.
    pub flavor: Flavor,
    /// Workers, 1 to [`WORKERS_MAX`]; [`Flavor::CurrentThread`] always has 1.
    pub workers: usize,
    /// What decides the schedule of [`Flavor::Deterministic`]; the others ignore it.
    pub choices: Choices,
    /// Name of the worker thread with the given number.
    pub thread_name: Arc<dyn Fn(usize) -> String + Send + Sync>,
    /// Stack of each worker thread in bytes; `None` leaves it to the platform.
    pub thread_stack_bytes: Option<usize>,
    /// Who runs jobs; without it none is taken.
    pub job_threads: Option<Arc<dyn JobThreads>>,
    /// How long a shutdown waits for jobs that have begun.
    pub jobs_grace: Duration,
    /// Runs on each worker thread before its first task.
    pub on_thread_start: Option<ThreadHook>,
    /// Runs on each worker thread after its last task.
    pub on_thread_stop: Option<ThreadHook>,
    /// Runs before a shutdown that waits, on the thread that shuts down: it may wait for tasks.
    pub wind_down: Option<WindDown>,
    /// Told of failures that nobody sees.
    pub on_unhandled: Option<UnhandledHook>,
    /// Watches the tasks.
    pub instrument: Option<Arc<dyn Instrument>>,
    /// Keeps of each task who spawned it, how often it was polled, and since when it waits.
    pub task_details: bool,
}

impl Config {
    /// One worker a processor this process may use, cgroup limits included.
    ///
    /// The environment variable `RT_WORKER_THREADS` overrides the number.
    ///
    /// ```
    /// let config = rt_core::Config::multi_thread().unwrap();
    /// assert!(config.workers >= 1);
    /// ```
    ///
    /// # Errors
    ///
    /// [`WorkersError`] when the variable is set to anything but 1 to [`WORKERS_MAX`].
    pub fn multi_thread() -> Result<Config, WorkersError> {
        let workers = match std::env::var_os(WORKERS_VARIABLE) {
            None => num_cpus::get().clamp(1, WORKERS_MAX),
            Some(text) => parse_workers(&text.to_string_lossy())?,
        };
        Ok(Config { flavor: Flavor::MultiThread, workers, ..Config::current_thread() })
    }

    /// No worker threads; tasks run inside `block_on`.
    ///
    /// ```
    /// use rt_core::{Config, Executor, NoDriver};
    /// use std::sync::Arc;
    ///
    /// let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// assert_eq!(executor.block_on(async { 6 * 7 }), 42);
    /// ```
    pub fn current_thread() -> Config {
        Config {
            flavor: Flavor::CurrentThread,
            workers: 1,
            choices: Choices::Seed(0),
            thread_name: Arc::new(|worker| format!("rt-worker-{worker}")),
            thread_stack_bytes: None,
            job_threads: None,
            jobs_grace: JOBS_GRACE,
            on_thread_start: None,
            on_thread_stop: None,
            wind_down: None,
            on_unhandled: None,
            instrument: None,
            task_details: false,
        }
    }

    /// No worker threads; inside `block_on` tasks run as on this many workers, in an order that
    /// `choices` decide.
    ///
    /// ```
    /// use rt_core::{Choices, Config, Executor, NoDriver};
    /// use std::sync::Arc;
    ///
    /// let config = Config::deterministic(2, Choices::Seed(7));
    /// let executor = Executor::start(config, Arc::new(NoDriver)).unwrap();
    /// assert_eq!(executor.block_on(async { 6 * 7 }), 42);
    /// ```
    pub fn deterministic(workers: usize, choices: Choices) -> Config {
        let flavor = Flavor::Deterministic;
        Config { flavor, workers, choices, ..Config::current_thread() }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("flavor", &self.flavor)
            .field("workers", &self.workers)
            .field("thread_stack_bytes", &self.thread_stack_bytes)
            .finish_non_exhaustive()
    }
}

/// Reads the text of [`WORKERS_VARIABLE`].
fn parse_workers(text: &str) -> Result<usize, WorkersError> {
    match text.trim().parse() {
        Ok(workers) if (1..=WORKERS_MAX).contains(&workers) => Ok(workers),
        _ => Err(WorkersError::new(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::{WORKERS_MAX, parse_workers};

    #[test]
    fn the_variable_takes_whole_numbers_in_range_only() {
        assert_eq!(parse_workers("3").unwrap(), 3);
        assert_eq!(parse_workers(" 1 ").unwrap(), 1);
        assert_eq!(parse_workers(&WORKERS_MAX.to_string()).unwrap(), WORKERS_MAX);
        for bad in ["", "0", "-1", "two", "1.5", "1025", "99999999999999999999"] {
            let text = parse_workers(bad).unwrap_err().to_string();
            assert!(text.contains("RT_WORKER_THREADS") && text.contains(bad), "{text}");
        }
    }
}
