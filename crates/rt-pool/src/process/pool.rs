//! The process pool, as its users see it.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use rt_core::{WaitKind, note_wait};
use rt_primitive::sync::Arc;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::builder::ProcessPoolBuilder;
use super::deck::{PoolCore, Teller};
use super::dispatch::{self, Runner};
use super::frame::FrameKind;
use super::named::NamedCall;
use super::roster::Brief;
use super::run::Run;
use super::stats::ProcessPoolStats;
use super::ticket::Call;
use crate::job::{Job, JobFn};
use crate::job_error::CancelledBy;

/// Runs functions in processes of their own, which may crash, hang or leak without harm to this
/// one.
///
/// A worker process executes the same program again, but never comes to its `main`. It is started
/// when it is needed, does one job at a time, and ends when it was idle for long. One that dies is
/// replaced, and only the job that it had fails, with a precise error.
///
/// ```
/// use rt_pool::ProcessPool;
///
/// fn squares(up_to: u64) -> u64 {
///     (1..=up_to).map(|n| n * n).sum()
/// }
///
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// let pool = ProcessPool::builder().workers(2).build().unwrap();
/// assert_eq!(pool.run(squares, (3,)).await.unwrap(), 14);
///
/// let error = pool.run(|| -> u32 { std::process::exit(3) }, ()).await.unwrap_err();
/// assert_eq!(error.as_crash().unwrap().how.exit_code(), Some(3));
/// assert_eq!(pool.run(squares, (2,)).await.unwrap(), 5); // the pool goes on
/// # });
/// ```
///
/// Drop it to end it: jobs that wait are cancelled, and those that run have a second to end.
/// asyncio: `ProcessPoolExecutor`.
#[doc(alias = "ProcessPoolExecutor")]
#[doc(alias = "run_in_executor")]
pub struct ProcessPool {
    core: Arc<PoolCore>,
}

/// How long running jobs have when a pool is dropped.
const DROP_GRACE: Duration = Duration::from_secs(1);

impl ProcessPool {
    /// Says what a pool is to be; see [`ProcessPoolBuilder`].
    ///
    /// ```
    /// let pool = rt_pool::ProcessPool::builder().workers(2).build().unwrap();
    /// assert!(pool.worker_pids().is_empty()); // they come with the first jobs
    /// ```
    pub fn builder() -> ProcessPoolBuilder {
        ProcessPoolBuilder::new()
    }

    pub(super) fn of_core(core: Arc<PoolCore>) -> ProcessPool {
        ProcessPool { core }
    }

    /// Runs a function, or a closure that captures nothing, in another process.
    ///
    /// Its arguments are a tuple; they and the result cross by serde, in postcard's format, which
    /// has no room for untagged enums and flattened fields. Use [`Blob`](crate::Blob) for many
    /// bytes.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let pool = rt_pool::ProcessPool::builder().workers(1).build().unwrap();
    /// let sum = pool.run(|a: u32, b: u32| a + b, (1, 2));
    /// assert_eq!(sum.timeout(std::time::Duration::from_secs(5)).await.unwrap(), 3);
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// Every [`JobError`](crate::JobError).
    #[track_caller]
    pub fn run<F, A>(&self, function: F, args: A) -> Run<A, F::Out>
    where
        F: JobFn<A>,
        F::Out: Serialize + DeserializeOwned + Send + 'static,
        A: Serialize + DeserializeOwned + Send + 'static,
    {
        let _ = function;
        let call = self.anonymous::<F>(dispatch::run::<F, A>);
        Run::new(
            Arc::clone(&self.core),
            call,
            args,
            self.core.settings.brief.clone(),
            Location::caller(),
        )
    }

    /// As [`ProcessPool::run`], but never waits for room: the job is sent now, or its arguments
    /// come back.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let pool = rt_pool::ProcessPool::builder().workers(1).queue(1).build().unwrap();
    /// let first = pool.try_run(|text: String| text.len(), ("taken".to_owned(),)).unwrap();
    /// let refused = pool.try_run(|text: String| text.len(), ("one too many".to_owned(),));
    /// assert_eq!(refused.unwrap_err().0, "one too many");
    /// assert_eq!(first.await.unwrap(), 5);
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// The arguments, when the queue is full.
    #[track_caller]
    pub fn try_run<F, A>(&self, function: F, args: A) -> Result<Run<A, F::Out>, A>
    where
        F: JobFn<A>,
        F::Out: Serialize + DeserializeOwned + Send + 'static,
        A: Serialize + DeserializeOwned + Send + 'static,
    {
        self.run(function, args).send_now()
    }

    /// Runs a job that has a name, made by [`job!`](crate::job!). It is tried again when its
    /// process dies if it is declared idempotent.
    ///
    /// ```
    /// rt_pool::job! {
    ///     fn double(n: u32) -> u32 { n * 2 }
    ///     with { idempotent: true }
    /// }
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let pool = rt_pool::ProcessPool::builder().workers(1).build().unwrap();
    /// assert_eq!(pool.job::<double>((4,)).await.unwrap(), 8);
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// Every [`JobError`](crate::JobError).
    #[track_caller]
    pub fn job<J: Job>(&self, args: J::Args) -> Run<J::Args, J::Out> {
        let call = if self.core.settings.is_other_program {
            let head = NamedCall::new(J::NAME, J::VERSION).to_head();
            Call { kind: FrameKind::NamedJob, offset: 0, head }
        } else {
            here(dispatch::run_named::<J>)
        };
        let retries = self.core.settings.brief.retries.max(u32::from(J::IDEMPOTENT));
        let brief = Brief { retries, ..self.core.settings.brief.clone() };
        Run::new(Arc::clone(&self.core), call, args, brief, Location::caller())
    }

    /// A call of a function that has no name. Another program does not have it, so there its name
    /// is sent, for the error to tell.
    pub(super) fn anonymous<F>(&self, runner: Runner) -> Call {
        if !self.core.settings.is_other_program {
            return here(runner);
        }
        let head = NamedCall::new(std::any::type_name::<F>(), 0).to_head();
        Call { kind: FrameKind::NamedJob, offset: 0, head }
    }

    pub(super) fn core(&self) -> &Arc<PoolCore> {
        &self.core
    }

    /// What the pool does and has done.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let pool = rt_pool::ProcessPool::builder().workers(1).build().unwrap();
    /// pool.run(|| (), ()).await.unwrap();
    /// let stats = pool.stats();
    /// assert_eq!((stats.started, stats.succeeded, stats.crashed), (1, 1, 0));
    /// # });
    /// ```
    pub fn stats(&self) -> ProcessPoolStats {
        self.core.tell(Teller::Loop, |deck, _, _| {
            let (starting, idle, busy) = deck.roster.census();
            let counts = deck.roster.counts();
            ProcessPoolStats {
                queued: deck.roster.queue_len(),
                starting,
                idle,
                busy,
                submitted: counts.submitted,
                succeeded: counts.succeeded,
                panicked: counts.panicked,
                crashed: counts.crashed,
                retried: counts.retried,
                timed_out: counts.timed_out,
                cancelled: counts.cancelled,
                started: counts.started,
                failed_starts: counts.failed_starts,
                exited: counts.exited,
                violations: counts.violations,
                busy_time: Duration::from_nanos(counts.busy_nanos),
            }
        })
    }

    /// The process ids of the workers that live now.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let pool = rt_pool::ProcessPool::builder().workers(1).build().unwrap();
    /// assert!(pool.worker_pids().is_empty()); // none is started before there is a job
    /// let pid = pool.run(std::process::id, ()).await.unwrap();
    /// assert_eq!(pool.worker_pids(), [pid]);
    /// # });
    /// ```
    pub fn worker_pids(&self) -> Vec<u32> {
        self.core.tell(Teller::Loop, |deck, _, _| {
            let links = deck.links.iter().flatten();
            links.map(|link| link.pid.as_raw_pid() as u32).collect()
        })
    }

    /// Takes back the jobs that wait: they fail with [`JobError::Cancelled`]. Those that run go on.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let pool = rt_pool::ProcessPool::builder().workers(1).build().unwrap();
    /// let waits = pool.try_run(|| 1, ()).unwrap(); // for its process, which is on its way
    /// pool.cancel_pending();
    /// assert!(waits.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    ///
    /// asyncio: `shutdown(cancel_futures=True)`.
    ///
    /// [`JobError::Cancelled`]: crate::JobError::Cancelled
    pub fn cancel_pending(&self) {
        self.core.tell(Teller::Other, |deck, _, _| deck.roster.cancel_queued(CancelledBy::Call));
    }

    /// Takes no more jobs, does those it has, and ends when the last is done.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let pool = rt_pool::ProcessPool::builder().workers(1).build().unwrap();
    /// let last = pool.try_run(|| String::from("done"), ()).unwrap();
    /// pool.close().await;
    /// assert_eq!(last.await.unwrap(), "done");
    /// # });
    /// ```
    ///
    /// asyncio: `shutdown(wait=True)`.
    ///
    /// # Cancel safety
    ///
    /// The pool is closed from the call on, whether the future is awaited or not.
    #[track_caller]
    pub fn close(self) -> ProcessPoolClose {
        self.core.tell(Teller::Other, |deck, now, _| deck.roster.drain(None, now));
        ProcessPoolClose { pool: self, site: Location::caller() }
    }

    /// Ends the pool: kills every worker, and cancels every job.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let pool = rt_pool::ProcessPool::builder().workers(1).build().unwrap();
    /// let endless = pool.try_run(|| -> u32 { loop { std::thread::yield_now() } }, ()).unwrap();
    /// pool.kill().await;
    /// assert!(endless.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    ///
    /// asyncio: `kill_workers`.
    ///
    /// # Cancel safety
    ///
    /// Everything is killed by the call, whether the future is awaited or not.
    #[track_caller]
    #[doc(alias = "kill_workers")]
    pub fn kill(self) -> ProcessPoolClose {
        self.core.tell(Teller::Other, |deck, _, _| deck.roster.end());
        ProcessPoolClose { pool: self, site: Location::caller() }
    }
}

/// A call of a runner of this program.
fn here(runner: Runner) -> Call {
    Call { kind: FrameKind::Job, offset: dispatch::offset_of(runner), head: Vec::new() }
}

impl Drop for ProcessPool {
    fn drop(&mut self) {
        // The workers of a fork's parent are not the fork's to end.
        if !self.core.is_of_another_process() {
            self.core.tell(Teller::Other, |deck, now, _| {
                deck.roster.cancel_queued(CancelledBy::Shutdown);
                deck.roster.drain(Some(now + DROP_GRACE), now);
            });
        }
    }
}

impl fmt::Debug for ProcessPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessPool").field("stats", &self.stats()).finish()
    }
}

/// Waits for the end of a pool.
///
/// When it is dropped early the pool goes on as a dropped one does: what runs has a second to end.
///
/// [`ProcessPool::close`] and [`ProcessPool::kill`] give it.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_pool::{ProcessPool, ProcessPoolClose};
///
/// let pool = ProcessPool::builder().workers(1).build().unwrap();
/// let job = pool.try_run(|| 1, ()).unwrap();
/// let end: ProcessPoolClose = pool.close();
/// end.await;
/// assert_eq!(job.await.unwrap(), 1);
/// # });
/// ```
#[derive(Debug)]
#[must_use = "the pool was told to end; await this to know when it has"]
pub struct ProcessPoolClose {
    pool: ProcessPool,
    site: &'static Location<'static>,
}

impl Future for ProcessPoolClose {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let is_gone = self.pool.core.tell(Teller::Loop, |deck, _, _| {
            if deck.starts.is_none() {
                return true;
            }
            deck.closers.retain(|waker| !waker.will_wake(cx.waker()));
            deck.closers.push(cx.waker().clone());
            false
        });
        if is_gone {
            return Poll::Ready(());
        }
        note_wait(WaitKind::Join, self.site, 0);
        Poll::Pending
    }
}
