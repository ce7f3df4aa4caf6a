//! A pool of threads of its own, for those who want one beside the runtime's.

pub(crate) mod builder;
pub(crate) mod report;
mod state;

use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::time::{Duration, Instant};

use rt_core::{Job, JobMetrics, JoinHandle, RefusedJob};

use crate::thread::Threads;
use crate::thread::clock::HeldClock;
use crate::thread_pool::builder::ThreadPoolBuilder;
use crate::thread_pool::report::ThreadPoolReport;

/// Threads that run jobs, each with a state of its own if an initializer makes one.
///
/// It belongs to no runtime: jobs may come from anywhere, and their handles are awaited on any
/// executor. Threads are started when they are needed, and leave when they have nothing to do.
///
/// Dropping the pool ends the jobs that wait, and waits for none; see
/// [`shutdown`](ThreadPool::shutdown).
///
/// asyncio: `ThreadPoolExecutor`.
///
/// ```
/// let pool = rt_pool::ThreadPool::builder().name("db").max_threads(2).build()?;
/// let job = pool.spawn(|| 6 * 7);
/// assert_eq!(job.join_blocking(None)??, 42);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "ThreadPoolExecutor")]
pub struct ThreadPool<S = ()> {
    // [C]
    threads: Threads,
    state: PhantomData<fn(&mut S)>,
}

impl ThreadPool {
    /// Says how a pool is to be made.
    ///
    /// ```
    /// let pool = rt_pool::ThreadPool::builder().name("images").build()?;
    /// # Ok::<(), rt_pool::ThreadPoolError>(())
    /// ```
    pub fn builder() -> ThreadPoolBuilder {
        ThreadPoolBuilder::new()
    }
}

impl<S: 'static> ThreadPool<S> {
    pub(crate) fn new(threads: Threads) -> ThreadPool<S> {
        ThreadPool { threads, state: PhantomData }
    }

    /// Runs a closure on a thread of the pool, and returns a handle to its value.
    ///
    /// Dropping the handle detaches the job. An abort ends one that has not begun; one that has
    /// runs to its end. A panic of the closure goes into the handle. Inside a runtime whose clock
    /// stands still, that waits for the job.
    ///
    /// asyncio: `loop.run_in_executor(pool, f)`, `ThreadPoolExecutor.submit`.
    ///
    /// ```
    /// let pool = rt_pool::ThreadPool::builder().build()?;
    /// let fine = pool.spawn(|| 6 * 7);
    /// let broken = pool.spawn(|| -> u32 { panic!("no paper") });
    /// assert_eq!(fine.join_blocking(None)??, 42);
    /// assert!(broken.join_blocking(None)?.unwrap_err().is_panic());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The handle says cancelled when the job was not taken; see
    /// [`try_spawn`](ThreadPool::try_spawn).
    #[doc(alias = "run_in_executor")]
    #[doc(alias = "submit")]
    #[track_caller]
    pub fn spawn<F, T>(&self, f: F) -> JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let spawned_at = Location::caller();
        self.push(spawned_at, f).unwrap_or_else(|refused| {
            let (job, handle) = Job::at(spawned_at, refused.job);
            drop(job);
            handle
        })
    }

    /// As [`spawn`](ThreadPool::spawn), with an error that gives the closure back if it is not
    /// taken.
    ///
    /// ```
    /// use rt_pool::{Refusal, ThreadPool};
    ///
    /// let pool = ThreadPool::builder().max_threads(1).queue_capacity(1).build()?;
    /// let (open, gate) = std::sync::mpsc::channel::<()>();
    /// let (tell, told) = std::sync::mpsc::channel();
    /// let running = pool.spawn(move || (tell.send(()), gate.recv()));
    /// told.recv()?;
    /// let waiting = pool.spawn(|| 1);
    /// let refused = pool.try_spawn(|| 2).unwrap_err();
    /// assert!(matches!(refused.why, Refusal::QueueFull { capacity: 1 }));
    /// drop(open);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`RefusedJob`] says why.
    #[track_caller]
    pub fn try_spawn<F, T>(&self, f: F) -> Result<JoinHandle<T>, RefusedJob<F>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.push(Location::caller(), f)
    }

    /// As [`spawn`](ThreadPool::spawn), for a closure that uses the state of its thread.
    ///
    /// The job panics if the initializer of its thread did.
    ///
    /// ```
    /// let pool = rt_pool::ThreadPool::builder().max_threads(1).initializer(|| vec![1]).build()?;
    /// let push = pool.spawn_with(|list| list.push(2));
    /// let sum = pool.spawn_with(|list| list.iter().sum::<i32>());
    /// push.join_blocking(None)??;
    /// assert_eq!(sum.join_blocking(None)??, 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn spawn_with<F, T>(&self, f: F) -> JoinHandle<T>
    where
        F: FnOnce(&mut S) -> T + Send + 'static,
        T: Send + 'static,
    {
        self.spawn(move || state::with(f))
    }

    fn push<F, T>(
        &self,
        spawned_at: &'static Location<'static>,
        f: F,
    ) -> Result<JoinHandle<T>, RefusedJob<F>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let (mut f, mut handle) = (Some(f), None);
        let mut clock = Some(HeldClock::of_this_runtime());
        let pushed = self.threads.push(&mut || {
            let f = f.take().expect("a job is made once");
            let clock = clock.take();
            let run = move || {
                let _clock = clock;
                f()
            };
            let (job, made) = Job::at(spawned_at, run);
            handle = Some(made);
            job
        });
        match (pushed, handle, f) {
            (Ok(()), Some(handle), _) => Ok(handle),
            (Err(why), None, Some(job)) => Err(RefusedJob { job, why }),
            _ => unreachable!("a job is made if it is taken, and only then"),
        }
    }

    /// What the threads do, and have done.
    ///
    /// ```
    /// let pool = rt_pool::ThreadPool::builder().max_threads(1).build()?;
    /// pool.spawn(|| ()).join_blocking(None)??;
    /// assert_eq!(pool.metrics().threads, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn metrics(&self) -> JobMetrics {
        self.threads.metrics()
    }

    /// Takes no more jobs, and waits on the calling thread until those it has are done, but not
    /// longer than `limit`; then ends those that still wait, and reports those that have not ended.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let pool = rt_pool::ThreadPool::builder().build()?;
    /// let job = pool.spawn(|| "done");
    /// let report = pool.shutdown(Duration::from_secs(10));
    /// assert!(report.stuck_jobs.is_empty());
    /// assert_eq!(job.join_blocking(None)??, "done");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// asyncio: `Executor.shutdown(wait=True)`.
    #[doc(alias = "close")]
    pub fn shutdown(self, limit: Duration) -> ThreadPoolReport {
        let begun = Instant::now();
        self.threads.refuse();
        // A limit beyond what the clock can tell is none.
        let stuck_jobs = self.threads.join_until(begun.checked_add(limit));
        let ended_jobs = self.threads.close();
        ThreadPoolReport { duration: begun.elapsed(), stuck_jobs, ended_jobs }
    }
}

impl<S> Drop for ThreadPool<S> {
    fn drop(&mut self) {
        self.threads.close();
    }
}

impl<S> fmt::Debug for ThreadPool<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ThreadPool").field(&self.threads).finish()
    }
}
