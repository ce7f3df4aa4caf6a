//! Chooses how a pool of threads is made.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::limits::{Limits, ThreadHook};
use crate::thread::Threads;
use crate::thread_pool::{ThreadPool, state};

/// Chooses how a [`ThreadPool`] is made, then makes it.
///
/// ```
/// use std::time::Duration;
///
/// let pool = rt_pool::ThreadPool::builder()
///     .name("image")
///     .max_threads(4)
///     .keep_alive(Duration::from_secs(1))
///     .queue_capacity(100)
///     .build()?;
/// assert_eq!(pool.metrics().threads, 0);
/// # Ok::<(), rt_pool::ThreadPoolError>(())
/// ```
#[must_use = "a builder does nothing until `build` is called"]
pub struct ThreadPoolBuilder<S = ()> {
    limits: Limits,
    initializer: Arc<dyn Fn() -> S + Send + Sync>,
}

/// A pool of threads cannot be made as it was asked for.
///
/// See [`ThreadPoolBuilder::build`].
///
/// ```
/// use rt_pool::{ThreadPool, ThreadPoolError};
///
/// let refused = ThreadPool::builder().min_threads(3).max_threads(2).build().unwrap_err();
/// assert_eq!(refused, ThreadPoolError::MinAboveMax { min: 3, max: 2 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ThreadPoolError {
    /// It may have no thread.
    NoThreads,
    /// More threads stay than there may be.
    MinAboveMax {
        /// Threads that stay.
        min: usize,
        /// Threads that there may be.
        max: usize,
    },
}

impl ThreadPoolBuilder {
    pub(crate) fn new() -> ThreadPoolBuilder {
        let limits = Limits {
            thread_name: Arc::new(|number| format!("rt-pool-{number}")),
            threads_max: num_threads(),
            ..Limits::default()
        };
        ThreadPoolBuilder { limits, initializer: Arc::new(|| ()) }
    }
}

impl<S: 'static> ThreadPoolBuilder<S> {
    /// Names the threads `name-1`, `name-2` and so on; the default is `rt-pool`. Linux shows the
    /// first 15 bytes.
    ///
    /// ```
    /// let pool = rt_pool::ThreadPool::builder().name("db").build()?;
    /// let name = pool.spawn(|| std::thread::current().name().map(str::to_owned));
    /// assert_eq!(name.join_blocking(None)??.as_deref(), Some("db-1"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "thread_name_prefix")]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.limits.thread_name = Arc::new(move |number| format!("{name}-{number}"));
        self
    }

    /// Sets how many threads stay although they have nothing to do; the default is 0. They are
    /// started when they are first needed.
    ///
    /// ```
    /// let pool = rt_pool::ThreadPool::builder().min_threads(2).build()?;
    /// assert_eq!(pool.metrics().threads, 0); // none is needed yet
    /// # Ok::<(), rt_pool::ThreadPoolError>(())
    /// ```
    pub fn min_threads(mut self, count: usize) -> Self {
        self.limits.threads_min = count;
        self
    }

    /// Sets how many threads there may be; the default is Python's, 4 more than the processors that
    /// this process may use, and 32 at most.
    ///
    /// ```
    /// let refused = rt_pool::ThreadPool::builder().max_threads(0).build();
    /// assert!(refused.is_err());
    /// ```
    #[doc(alias = "max_workers")]
    pub fn max_threads(mut self, count: usize) -> Self {
        self.limits.threads_max = count;
        self
    }

    /// Sets how long a thread with nothing to do stays; the default is 10 s.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let pool = rt_pool::ThreadPool::builder().keep_alive(Duration::from_millis(500)).build()?;
    /// # Ok::<(), rt_pool::ThreadPoolError>(())
    /// ```
    pub fn keep_alive(mut self, time: Duration) -> Self {
        self.limits.keep_alive = time;
        self
    }

    /// Sets the stack of each thread, in bytes; the default is the platform's.
    ///
    /// ```
    /// let pool = rt_pool::ThreadPool::builder().stack_size(1 << 20).build()?;
    /// pool.spawn(|| ()).join_blocking(None)??;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn stack_size(mut self, bytes: usize) -> Self {
        self.limits.thread_stack_bytes = Some(bytes);
        self
    }

    /// Sets how many jobs may wait for a thread; the default is any number. One more is refused:
    /// see [`ThreadPool::try_spawn`].
    ///
    /// ```
    /// use std::sync::mpsc::channel;
    ///
    /// let pool = rt_pool::ThreadPool::builder().max_threads(1).queue_capacity(1).build()?;
    /// let ((begun, has_begun), (open, gate)) = (channel(), channel::<()>());
    /// pool.spawn(move || (begun.send(()), gate.recv()));
    /// has_begun.recv()?;
    /// pool.spawn(|| "waits");
    /// assert!(pool.try_spawn(|| "is one too many").is_err());
    /// drop(open);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn queue_capacity(mut self, jobs: usize) -> Self {
        self.limits.queue_capacity = Some(jobs);
        self
    }

    /// Makes a state for each thread, on that thread, before its first job; it is dropped there
    /// after the last. Jobs get at it by [`ThreadPool::spawn_with`].
    ///
    /// asyncio: `ThreadPoolExecutor(initializer=…)`.
    ///
    /// ```
    /// let pool = rt_pool::ThreadPool::builder().initializer(Vec::<u32>::new).build()?;
    /// let len = pool.spawn_with(|list| {
    ///     list.push(1);
    ///     list.len()
    /// });
    /// assert_eq!(len.join_blocking(None)??, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "initargs")]
    pub fn initializer<T: 'static>(
        self,
        initializer: impl Fn() -> T + Send + Sync + 'static,
    ) -> ThreadPoolBuilder<T> {
        ThreadPoolBuilder { limits: self.limits, initializer: Arc::new(initializer) }
    }

    /// Makes the pool; no thread is started before it is needed.
    ///
    /// ```
    /// let pool = rt_pool::ThreadPool::builder().build()?;
    /// assert_eq!(pool.metrics().threads, 0);
    /// # Ok::<(), rt_pool::ThreadPoolError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ThreadPoolError`] when the numbers of threads do not go together.
    pub fn build(mut self) -> Result<ThreadPool<S>, ThreadPoolError> {
        let (min, max) = (self.limits.threads_min, self.limits.threads_max);
        if max == 0 {
            return Err(ThreadPoolError::NoThreads);
        }
        if min > max {
            return Err(ThreadPoolError::MinAboveMax { min, max });
        }
        let initializer = self.initializer;
        let start: ThreadHook = Arc::new(move || state::set(initializer()));
        self.limits.on_thread_start = Some(start);
        self.limits.on_thread_stop = Some(Arc::new(state::clear));
        Ok(ThreadPool::new(Threads::new(self.limits)))
    }
}

/// What Python takes, whose threads block more than they compute.
fn num_threads() -> usize {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    (processors + 4).min(32)
}

impl<S> fmt::Debug for ThreadPoolBuilder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ThreadPoolBuilder").field(&self.limits).finish()
    }
}

impl fmt::Display for ThreadPoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ThreadPoolError::NoThreads => {
                f.write_str("cannot make a pool of at most 0 threads; ask for 1 or more")
            }
            ThreadPoolError::MinAboveMax { min, max } => {
                write!(f, "cannot keep {min} threads of at most {max}; ask for {max} or fewer")
            }
        }
    }
}

impl Error for ThreadPoolError {}
