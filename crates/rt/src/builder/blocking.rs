//! What a builder says of the threads for blocking jobs.

use std::sync::Arc;
use std::time::Duration;

use rt_pool::Limits;

use crate::builder::Builder;

/// What was set; the rest is as [`Limits`] have it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct BlockingOptions {
    threads_max: Option<usize>,
    keep_alive: Option<Duration>,
    queue_capacity: Option<usize>,
    pub(super) grace: Option<Duration>,
}

impl Builder {
    /// Sets how many threads there may be for [`spawn_blocking`](crate::task::spawn_blocking), 1 or
    /// more; the default is 512. Jobs that come while all are in use wait in a queue.
    ///
    /// ```
    /// let runtime = rt::Builder::new_current_thread().max_blocking_threads(2).build()?;
    /// runtime.block_on(async {
    ///     let jobs: Vec<_> = (0..10).map(|n| rt::task::spawn_blocking(move || n)).collect();
    ///     for (number, job) in jobs.into_iter().enumerate() {
    ///         assert_eq!(job.await.unwrap(), number);
    ///     }
    /// });
    /// assert!(runtime.metrics().jobs.threads <= 2);
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If `count` is 0.
    #[doc(alias = "set_default_executor")]
    #[track_caller]
    pub fn max_blocking_threads(&mut self, count: usize) -> &mut Builder {
        assert!(count > 0, "cannot run blocking jobs on 0 threads; ask for 1 or more");
        self.blocking.threads_max = Some(count);
        self
    }

    /// Sets how long a thread for blocking jobs stays with nothing to do; the default is 10 s.
    ///
    /// ```
    /// use rt::time::Duration;
    ///
    /// let mut builder = rt::Builder::new_current_thread();
    /// let runtime = builder.thread_keep_alive(Duration::from_millis(5)).build()?;
    /// runtime.block_on(async {
    ///     rt::task::spawn_blocking(|| ()).await.unwrap();
    ///     while runtime.metrics().jobs.threads > 0 {
    ///         rt::time::sleep(Duration::from_millis(1)).await;
    ///     }
    /// });
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    pub fn thread_keep_alive(&mut self, time: Duration) -> &mut Builder {
        self.blocking.keep_alive = Some(time);
        self
    }

    /// Sets how many blocking jobs may wait for a thread; the default is any number.
    ///
    /// One more is refused: see [`try_spawn_blocking`](crate::task::try_spawn_blocking).
    ///
    /// ```
    /// let runtime = rt::Builder::new_current_thread()
    ///     .max_blocking_threads(1)
    ///     .blocking_queue_capacity(100)
    ///     .build()
    ///     .unwrap();
    /// let job = runtime.spawn_blocking(|| 7);
    /// assert_eq!(runtime.block_on(job).unwrap(), 7);
    /// ```
    pub fn blocking_queue_capacity(&mut self, jobs: usize) -> &mut Builder {
        self.blocking.queue_capacity = Some(jobs);
        self
    }

    /// Sets how long the end of the runtime waits for blocking jobs that have begun; the default is
    /// asyncio's, 300 s.
    ///
    /// Those that have not ended by then keep their threads, and the report names them.
    ///
    /// ```
    /// use rt::time::Duration;
    ///
    /// let mut builder = rt::Builder::new_current_thread();
    /// let runtime = builder.blocking_grace(Duration::from_millis(5)).build()?;
    /// let (tell, told) = std::sync::mpsc::channel();
    /// let (open, gate) = std::sync::mpsc::channel::<()>();
    /// let stuck = runtime.spawn_blocking(move || (tell.send(()), gate.recv()));
    /// told.recv().unwrap();
    /// let report = runtime.shutdown();
    /// assert_eq!(report.stuck_jobs[0].id, stuck.id());
    /// drop(open);
    /// # Ok::<(), rt::runtime::StartError>(())
    /// ```
    ///
    /// asyncio: the timeout of `loop.shutdown_default_executor`.
    #[doc(alias = "shutdown_default_executor")]
    pub fn blocking_grace(&mut self, time: Duration) -> &mut Builder {
        self.blocking.grace = Some(time);
        self
    }

    /// What the builder says of the threads for blocking jobs.
    pub(super) fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        if let Some(name) = self.thread_name.clone() {
            limits.thread_name = Arc::new(move |number| format!("{name}-blocking-{number}"));
        }
        limits.thread_stack_bytes = self.thread_stack_size;
        limits.threads_max = self.blocking.threads_max.unwrap_or(limits.threads_max);
        limits.keep_alive = self.blocking.keep_alive.unwrap_or(limits.keep_alive);
        limits.queue_capacity = self.blocking.queue_capacity;
        limits.on_thread_start = self.on_thread_start.clone();
        limits.on_thread_stop = self.on_thread_stop.clone();
        limits
    }
}
