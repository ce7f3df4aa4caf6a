//! Spawns jobs on the threads of a runtime.

use std::panic::Location;

use rt_primitive::sync::Arc;

use crate::context;
use crate::error::{FORKED, NoRuntime};
use crate::handle::ExecutorHandle;
use crate::job::blocking::BlockingCx;
use crate::job::refused::{Refusal, RefusedJob};
use crate::job::{Call, Job, JobSchedule};
use crate::shared::ExecutorShared;
use crate::shared::foreign::make_from_outside;
use crate::task::cell::allocate_boxed;
use crate::task::header::{Birth, TaskPtr};
use crate::task::join::JoinHandle;
use crate::task::state::Snapshot;
use crate::worker::WorkerContext;

/// Runs a closure that may block on a thread for such, and returns a handle to its value.
///
/// It is a task as any other, with an id and a place in the list of tasks, but no worker waits for
/// it. Dropping the handle detaches it. An abort ends it if it has not begun, and drops the closure
/// in the thread that aborts; once begun it runs to its end, and can only be told: see
/// [`spawn_blocking_with`].
///
/// asyncio: `to_thread`, `run_in_executor(None, f)`.
///
/// ```
/// # use rt_core::{Config, Errand, Executor, Job, JobMetrics, JobThreads, NoDriver};
/// # use rt_core::{Refusal, TaskSite};
/// # struct Threads;
/// # impl JobThreads for Threads {
/// #     fn push(&self, make: &mut dyn FnMut() -> Job) -> Result<(), Refusal> {
/// #         let job = make();
/// #         std::thread::spawn(move || {
/// #             let _inside = job.enter();
/// #             job.run()
/// #         });
/// #         Ok(())
/// #     }
/// #     fn lend(&self, errand: Errand) -> Result<(), Errand> { Err(errand) }
/// #     fn close(&self) {}
/// #     fn join_until(&self, _: Option<std::time::Instant>) -> Vec<TaskSite> { Vec::new() }
/// #     fn metrics(&self) -> JobMetrics { JobMetrics::default() }
/// # }
/// # let threads = std::sync::Arc::new(Threads);
/// # let config = Config { job_threads: Some(threads), ..Config::current_thread() };
/// # let executor = Executor::start(config, std::sync::Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// let sum = rt_core::spawn_blocking(|| (1..=1_000_u64).sum::<u64>());
/// assert_eq!(sum.await.unwrap(), 500_500);
/// # });
/// ```
///
/// # Errors
///
/// The handle says cancelled when the job was not taken, because as many wait as may, the runtime
/// has shut down, or there is no thread and the system refuses one; see [`try_spawn_blocking`].
///
/// # Panics
///
/// Outside a runtime; see [`ExecutorHandle::spawn_blocking`].
#[track_caller]
#[doc(alias = "to_thread")]
#[doc(alias = "run_in_executor")]
pub fn spawn_blocking<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let spawned_at = Location::caller();
    let spawned = context::with_shared(|shared, worker| {
        spawn_or_cancel(shared, worker, f, Birth::at(spawned_at))
    });
    match spawned {
        Ok(handle) => handle,
        Err(error) => panic!("cannot spawn at {spawned_at}: {error}"),
    }
}

/// As [`spawn_blocking`], for a closure that wants to know whether it was asked to end.
///
/// asyncio has no such thing: a thread there is never told. trio: `from_thread.check_cancelled`.
///
/// ```
/// # use rt_core::{Config, Errand, Executor, Job, JobMetrics, JobThreads, NoDriver};
/// # use rt_core::{Refusal, TaskSite};
/// # struct Threads;
/// # impl JobThreads for Threads {
/// #     fn push(&self, make: &mut dyn FnMut() -> Job) -> Result<(), Refusal> {
/// #         let job = make();
/// #         std::thread::spawn(move || {
/// #             let _inside = job.enter();
/// #             job.run()
/// #         });
/// #         Ok(())
/// #     }
/// #     fn lend(&self, errand: Errand) -> Result<(), Errand> { Err(errand) }
/// #     fn close(&self) {}
/// #     fn join_until(&self, _: Option<std::time::Instant>) -> Vec<TaskSite> { Vec::new() }
/// #     fn metrics(&self) -> JobMetrics { JobMetrics::default() }
/// # }
/// # let threads = std::sync::Arc::new(Threads);
/// # let config = Config { job_threads: Some(threads), ..Config::current_thread() };
/// # let executor = Executor::start(config, std::sync::Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// let job = rt_core::spawn_blocking_with(|cx| {
///     let mut pieces = 0;
///     while pieces < 10 && !cx.is_cancelled() {
///         pieces += 1;
///     }
///     pieces
/// });
/// assert_eq!(job.await.unwrap(), 10);
/// # });
/// ```
///
/// # Panics
///
/// Outside a runtime.
#[track_caller]
#[doc(alias = "from_thread")]
pub fn spawn_blocking_with<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce(&BlockingCx) -> T + Send + 'static,
    T: Send + 'static,
{
    spawn_blocking(move || f(&BlockingCx::current()))
}

/// As [`spawn_blocking`], with an error that gives the closure back if it is not taken.
///
/// ```
/// # use rt_core::{Config, Errand, Executor, Job, JobMetrics, JobThreads, NoDriver};
/// # use rt_core::{Refusal, TaskSite};
/// # struct Threads;
/// # impl JobThreads for Threads {
/// #     fn push(&self, make: &mut dyn FnMut() -> Job) -> Result<(), Refusal> {
/// #         let job = make();
/// #         std::thread::spawn(move || {
/// #             let _inside = job.enter();
/// #             job.run()
/// #         });
/// #         Ok(())
/// #     }
/// #     fn lend(&self, errand: Errand) -> Result<(), Errand> { Err(errand) }
/// #     fn close(&self) {}
/// #     fn join_until(&self, _: Option<std::time::Instant>) -> Vec<TaskSite> { Vec::new() }
/// #     fn metrics(&self) -> JobMetrics { JobMetrics::default() }
/// # }
/// # let threads = std::sync::Arc::new(Threads);
/// # let config = Config { job_threads: Some(threads), ..Config::current_thread() };
/// # let executor = Executor::start(config, std::sync::Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// let job = rt_core::try_spawn_blocking(|| 7).unwrap();
/// assert_eq!(job.await.unwrap(), 7);
/// # });
/// ```
///
/// # Errors
///
/// [`RefusedJob`] says why.
///
/// # Panics
///
/// Outside a runtime.
#[track_caller]
pub fn try_spawn_blocking<F, T>(f: F) -> Result<JoinHandle<T>, RefusedJob<F>>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let spawned_at = Location::caller();
    let spawned = context::with_shared(|shared, worker| {
        try_spawn(shared, worker, f, Birth::at(spawned_at)).map_err(|(refused, _)| refused)
    });
    match spawned {
        Ok(result) => result,
        Err(NoRuntime) => panic!("cannot spawn at {spawned_at}: {NoRuntime}"),
    }
}

impl ExecutorHandle {
    /// Runs a closure that may block on a thread of this runtime; see [`spawn_blocking`].
    ///
    /// ```
    /// # use rt_core::{Config, Errand, Executor, Job, JobMetrics, JobThreads, NoDriver};
    /// # use rt_core::{Refusal, TaskSite};
    /// # struct Threads;
    /// # impl JobThreads for Threads {
    /// #     fn push(&self, make: &mut dyn FnMut() -> Job) -> Result<(), Refusal> {
    /// #         let job = make();
    /// #         std::thread::spawn(move || {
    /// #             let _inside = job.enter();
    /// #             job.run()
    /// #         });
    /// #         Ok(())
    /// #     }
    /// #     fn lend(&self, errand: Errand) -> Result<(), Errand> { Err(errand) }
    /// #     fn close(&self) {}
    /// #     fn join_until(&self, _: Option<std::time::Instant>) -> Vec<TaskSite> { Vec::new() }
    /// #     fn metrics(&self) -> JobMetrics { JobMetrics::default() }
    /// # }
    /// # let threads = std::sync::Arc::new(Threads);
    /// # let config = Config { job_threads: Some(threads), ..Config::current_thread() };
    /// # let executor = Executor::start(config, std::sync::Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let handle = rt_core::ExecutorHandle::current();
    /// let elsewhere = std::thread::spawn(move || handle.spawn_blocking(|| 7));
    /// assert_eq!(elsewhere.join().unwrap().await.unwrap(), 7);
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// In a process forked from the one that started the runtime.
    #[track_caller]
    #[doc(alias = "run_in_executor")]
    pub fn spawn_blocking<F, T>(&self, f: F) -> JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let birth = Birth::at(Location::caller());
        with_own_worker(self.shared(), |worker| spawn_or_cancel(self.shared(), worker, f, birth))
    }

    /// As [`spawn_blocking`](ExecutorHandle::spawn_blocking), for a closure that wants to know
    /// whether it was asked to end.
    ///
    /// ```
    /// # use rt_core::{Config, Errand, Executor, Job, JobMetrics, JobThreads, NoDriver};
    /// # use rt_core::{Refusal, TaskSite};
    /// # struct Threads;
    /// # impl JobThreads for Threads {
    /// #     fn push(&self, make: &mut dyn FnMut() -> Job) -> Result<(), Refusal> {
    /// #         let job = make();
    /// #         std::thread::spawn(move || {
    /// #             let _inside = job.enter();
    /// #             job.run()
    /// #         });
    /// #         Ok(())
    /// #     }
    /// #     fn lend(&self, errand: Errand) -> Result<(), Errand> { Err(errand) }
    /// #     fn close(&self) {}
    /// #     fn join_until(&self, _: Option<std::time::Instant>) -> Vec<TaskSite> { Vec::new() }
    /// #     fn metrics(&self) -> JobMetrics { JobMetrics::default() }
    /// # }
    /// # let threads = std::sync::Arc::new(Threads);
    /// # let config = Config { job_threads: Some(threads), ..Config::current_thread() };
    /// # let executor = Executor::start(config, std::sync::Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let handle = rt_core::ExecutorHandle::current();
    /// let job = handle.spawn_blocking_with(|cx| cx.is_cancelled());
    /// assert!(!job.await.unwrap());
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// In a process forked from the one that started the runtime.
    #[track_caller]
    pub fn spawn_blocking_with<F, T>(&self, f: F) -> JoinHandle<T>
    where
        F: FnOnce(&BlockingCx) -> T + Send + 'static,
        T: Send + 'static,
    {
        self.spawn_blocking(move || f(&BlockingCx::current()))
    }

    /// As [`spawn_blocking`](ExecutorHandle::spawn_blocking), with an error that gives the closure
    /// back if it is not taken.
    ///
    /// ```
    /// # use rt_core::{Config, Errand, Executor, Job, JobMetrics, JobThreads, NoDriver};
    /// # use rt_core::{Refusal, TaskSite};
    /// # struct Threads;
    /// # impl JobThreads for Threads {
    /// #     fn push(&self, make: &mut dyn FnMut() -> Job) -> Result<(), Refusal> {
    /// #         let job = make();
    /// #         std::thread::spawn(move || {
    /// #             let _inside = job.enter();
    /// #             job.run()
    /// #         });
    /// #         Ok(())
    /// #     }
    /// #     fn lend(&self, errand: Errand) -> Result<(), Errand> { Err(errand) }
    /// #     fn close(&self) {}
    /// #     fn join_until(&self, _: Option<std::time::Instant>) -> Vec<TaskSite> { Vec::new() }
    /// #     fn metrics(&self) -> JobMetrics { JobMetrics::default() }
    /// # }
    /// # let threads = std::sync::Arc::new(Threads);
    /// # let config = Config { job_threads: Some(threads), ..Config::current_thread() };
    /// # let executor = Executor::start(config, std::sync::Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let job = rt_core::ExecutorHandle::current().try_spawn_blocking(|| 7).unwrap();
    /// assert_eq!(job.await.unwrap(), 7);
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// [`RefusedJob`] says why.
    ///
    /// # Panics
    ///
    /// In a process forked from the one that started the runtime.
    #[track_caller]
    pub fn try_spawn_blocking<F, T>(&self, f: F) -> Result<JoinHandle<T>, RefusedJob<F>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let birth = Birth::at(Location::caller());
        with_own_worker(self.shared(), |worker| {
            try_spawn(self.shared(), worker, f, birth).map_err(|(refused, _)| refused)
        })
    }
}

/// Calls `f` with the slot that the calling thread drives, if it is one of this executor.
fn with_own_worker<R>(
    shared: &Arc<ExecutorShared>,
    f: impl FnOnce(Option<&WorkerContext>) -> R,
) -> R {
    context::with_worker(|worker| f(worker.filter(|own| Arc::ptr_eq(&own.shared, shared))))
}

fn spawn_or_cancel<F, T>(
    shared: &Arc<ExecutorShared>,
    worker: Option<&WorkerContext>,
    f: F,
    birth: Birth,
) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    match try_spawn(shared, worker, f, birth) {
        Ok(handle) => handle,
        Err((refused, birth)) => {
            let call = Call(Some(refused.job));
            let task = allocate_boxed::<_, JobSchedule>(Snapshot::JOB, call, birth);
            drop(Job::from_task(task));
            JoinHandle::new(task)
        }
    }
}

fn try_spawn<F, T>(
    shared: &Arc<ExecutorShared>,
    worker: Option<&WorkerContext>,
    f: F,
    birth: Birth,
) -> Result<JoinHandle<T>, (RefusedJob<F>, Birth)>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    assert!(!shared.is_forked(), "cannot spawn at {}: {FORKED}", birth.spawned_at);
    let mut parts = Some((Call(Some(f)), birth));
    let mut handle = None;
    let pushed = match &shared.job_threads {
        Some(threads) if !shared.is_closed() => threads.push(&mut || {
            let (call, birth) = parts.take().expect("a job is made once");
            let task = make(shared, worker, call, birth);
            handle = Some(JoinHandle::new(task));
            Job::from_task(task)
        }),
        _ => Err(Refusal::Closed),
    };
    match (pushed, handle, parts) {
        (Ok(()), Some(handle), _) => {
            // Not before it was queued: that is done under the lock of its pool.
            shared.hooks.spawned(handle.task_ptr());
            Ok(handle)
        }
        (Err(why), None, Some((Call(Some(job)), birth))) => Err((RefusedJob { job, why }, birth)),
        _ => unreachable!("a job is made if it is taken, and only then"),
    }
}

/// Makes the task of a job that is going to be queued.
fn make<F, T>(
    shared: &Arc<ExecutorShared>,
    worker: Option<&WorkerContext>,
    call: Call<F>,
    birth: Birth,
) -> TaskPtr
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let made = match worker {
        Some(worker) => worker.make::<_, JobSchedule>(Snapshot::JOB, call, birth),
        None => make_from_outside::<_, JobSchedule>(shared, Snapshot::JOB, call, birth),
    };
    if made.is_ok() {
        shared.begin_outside();
    }
    made.unwrap_or_else(|(call, birth)| {
        // The executor has just been closed. The threads will be, and end what is queued.
        allocate_boxed::<_, JobSchedule>(Snapshot::JOB, call, birth)
    })
}
