//! For code that runs in a worker process: what it is asked, and what it keeps.

use crate::job::Job;
use crate::process::{self, Roll};

/// True in a worker process of a pool.
///
/// ```
/// assert!(!rt_pool::worker::is_worker());
/// ```
pub fn is_worker() -> bool {
    process::child::is_worker()
}

/// True if nobody waits for the running job any more: its time is up, or it was cancelled. A job
/// that looks at this often ends in time, and its process need not be killed.
///
/// ```
/// fn search(limit: u64) -> Option<u64> {
///     for n in 0..limit {
///         if n % 1_000 == 0 && rt_pool::worker::is_cancelled() {
///             return None;
///         }
///     }
///     Some(limit)
/// }
/// assert_eq!(search(10), Some(10));
/// ```
pub fn is_cancelled() -> bool {
    process::child::is_cancelled()
}

/// What the pool's initializer made in this process, if it is a `T`.
///
/// ```
/// assert_eq!(rt_pool::worker::state::<u32>(), None); // this is no worker process
/// ```
pub fn state<T: 'static>() -> Option<&'static T> {
    process::child::kept()
}

/// The `main` of a program that exists to be a pool's worker; see
/// [`ProcessPoolBuilder::program`](crate::ProcessPoolBuilder::program).
///
/// ```
/// rt_pool::job! { fn double(n: u32) -> u32 { n * 2 } }
///
/// fn main() {
///     let worker = rt_pool::worker::Worker::new().job::<double>();
///     assert!(worker.serve().is_err()); // nobody started this program as a worker
/// }
/// ```
#[derive(Debug, Default)]
#[must_use = "a worker does nothing until `serve` is called"]
pub struct Worker {
    roll: Roll,
}

/// The program was not started as a worker.
///
/// See [`Worker::serve`].
///
/// ```
/// use rt_pool::worker::{NotAWorker, Worker};
///
/// let error: NotAWorker = Worker::new().serve().unwrap_err();
/// assert!(error.to_string().starts_with("no pool has started this program"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotAWorker;

impl Worker {
    /// A worker without jobs.
    ///
    /// ```
    /// let worker = rt_pool::worker::Worker::new();
    /// assert!(worker.serve().is_err()); // nobody started this program as a worker
    /// ```
    pub fn new() -> Worker {
        Worker::default()
    }

    /// Adds a job.
    ///
    /// ```
    /// use rt_pool::worker::Worker;
    ///
    /// rt_pool::job! { fn double(n: u32) -> u32 { n * 2 } }
    /// rt_pool::job! { fn half(n: u32) -> u32 { n / 2 } }
    /// let worker = Worker::new().job::<double>().job::<half>();
    /// assert!(worker.serve().is_err()); // nobody started this program as a worker
    /// ```
    pub fn job<J: Job>(mut self) -> Worker {
        self.roll.add::<J>();
        self
    }

    /// Serves jobs until the pool has no more, and ends the process. Call it first in `main`,
    /// before there is another thread: it changes the environment.
    ///
    /// ```
    /// rt_pool::job! { fn double(n: u32) -> u32 { n * 2 } }
    ///
    /// fn main() {
    ///     match rt_pool::worker::Worker::new().job::<double>().serve() {
    ///         Ok(never) => match never {},
    ///         Err(error) => eprintln!("{error}"),
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotAWorker`] when no pool has started the program.
    pub fn serve(self) -> Result<std::convert::Infallible, NotAWorker> {
        let socket = process::entry::accept_in_main().ok_or(NotAWorker)?;
        process::child::serve(socket, self.roll)
    }
}

impl std::error::Error for NotAWorker {}

impl std::fmt::Display for NotAWorker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no pool has started this program; it is for `ProcessPoolBuilder::program`")
    }
}
