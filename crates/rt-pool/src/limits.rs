//! How many threads, for how long, and how many jobs may wait for them.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Threads that a pool may have, unless it was told otherwise.
const THREADS_MAX: usize = 512;

/// How long an idle thread stays, unless it was told otherwise.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// What is called on each thread of a pool.
pub type ThreadHook = Arc<dyn Fn() + Send + Sync>;

/// The limits of a pool of threads.
///
/// ```
/// let limits = rt_pool::Limits { threads_max: 4, ..rt_pool::Limits::default() };
/// assert_eq!(limits.queue_capacity, None);
/// ```
#[derive(Clone)]
pub struct Limits {
    /// Name of the thread with the given number.
    pub thread_name: Arc<dyn Fn(u64) -> String + Send + Sync>,
    /// Stack of each thread in bytes; `None` leaves it to the platform.
    pub thread_stack_bytes: Option<usize>,
    /// Threads that stay although they have nothing to do; they are started when first needed.
    pub threads_min: usize,
    /// Threads there may be, 1 or more.
    pub threads_max: usize,
    /// How long a thread with nothing to do stays.
    pub keep_alive: Duration,
    /// Jobs that may wait for a thread; `None` is no limit.
    pub queue_capacity: Option<usize>,
    /// Runs on each thread before its first job.
    pub on_thread_start: Option<ThreadHook>,
    /// Runs on each thread after its last job.
    pub on_thread_stop: Option<ThreadHook>,
}

impl Default for Limits {
    /// At most 512 threads, which leave after 10 s with nothing to do; any number of jobs waits.
    fn default() -> Limits {
        Limits {
            thread_name: Arc::new(|number| format!("rt-blocking-{number}")),
            thread_stack_bytes: None,
            threads_min: 0,
            threads_max: THREADS_MAX,
            keep_alive: KEEP_ALIVE,
            queue_capacity: None,
            on_thread_start: None,
            on_thread_stop: None,
        }
    }
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits")
            .field("threads_min", &self.threads_min)
            .field("threads_max", &self.threads_max)
            .field("keep_alive", &self.keep_alive)
            .field("queue_capacity", &self.queue_capacity)
            .field("thread_stack_bytes", &self.thread_stack_bytes)
            .finish_non_exhaustive()
    }
}
