//! One way to hand a job over, wherever it runs: here, on a thread, in another process.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use rt_core::{JoinError, Refusal};

use crate::job::Job;
use crate::job_error::{CancelledBy, JobError, PanicReport};
use crate::process::pool::ProcessPool;
use crate::thread_pool::ThreadPool;

/// Runs jobs made by [`job!`](crate::job!): so a program can choose where by a value.
///
/// ```
/// use rt_pool::{Inline, JobError, Offload, ThreadPool};
///
/// rt_pool::job! {
///     fn double(number: u32) -> u32 { number * 2 }
/// }
///
/// async fn eight(offload: &impl Offload) -> Result<u32, JobError> {
///     offload.offload::<double>((4,)).await
/// }
///
/// # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
/// # fn block_on<F: Future>(future: F) -> F::Output {
/// #     let (mut future, mut cx) = (pin!(future), Context::from_waker(Waker::noop()));
/// #     loop {
/// #         match future.as_mut().poll(&mut cx) {
/// #             Poll::Ready(output) => return output,
/// #             Poll::Pending => std::thread::yield_now(),
/// #         }
/// #     }
/// # }
/// let pool = ThreadPool::builder().max_threads(1).build().unwrap();
/// assert_eq!(block_on(eight(&Inline)).unwrap(), 8);
/// assert_eq!(block_on(eight(&pool)).unwrap(), 8);
/// ```
///
/// asyncio: `concurrent.futures.Executor`.
#[doc(alias = "Executor")]
pub trait Offload {
    /// Runs the job and gives its result.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use rt_pool::{Offload, ProcessPool};
    ///
    /// rt_pool::job! { fn double(n: u32) -> u32 { n * 2 } }
    /// let pool = ProcessPool::builder().workers(1).build().unwrap();
    /// assert_eq!(pool.offload::<double>((4,)).await.unwrap(), 8);
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// [`JobError`] says why there is none; a panic of the job is one of the reasons.
    ///
    /// # Cancel safety
    ///
    /// When it is dropped, a job on a thread that has begun goes on; one that waits is ended, and
    /// so is one in another process.
    fn offload<J: Job>(
        &self,
        args: J::Args,
    ) -> impl Future<Output = Result<J::Out, JobError>> + Send;
}

/// Runs jobs where they are awaited, within the poll: for tests, and for jobs that take no time.
///
/// See [`Offload`].
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_pool::{Inline, Offload};
///
/// rt_pool::job! { fn broken() -> u32 { panic!("no paper") } }
/// let error = Inline.offload::<broken>(()).await.unwrap_err();
/// assert_eq!(error.as_panic().unwrap().message, "no paper");
/// # });
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Inline;

impl Offload for Inline {
    async fn offload<J: Job>(&self, args: J::Args) -> Result<J::Out, JobError> {
        catch_unwind(AssertUnwindSafe(|| J::call(args))).map_err(|panic| panicked(&*panic))
    }
}

impl<S: 'static> Offload for ThreadPool<S> {
    fn offload<J: Job>(
        &self,
        args: J::Args,
    ) -> impl Future<Output = Result<J::Out, JobError>> + Send {
        let spawned = self.try_spawn(move || J::call(args)).map_err(|refused| refused.why);
        async move {
            let handle = spawned.map_err(refused)?;
            handle.cancel_on_drop().await.map_err(ended)
        }
    }
}

impl Offload for ProcessPool {
    fn offload<J: Job>(
        &self,
        args: J::Args,
    ) -> impl Future<Output = Result<J::Out, JobError>> + Send {
        self.job::<J>(args)
    }
}

/// Why a pool of threads did not take the job.
fn refused(why: Refusal) -> JobError {
    match why {
        Refusal::QueueFull { .. } => JobError::QueueFull,
        Refusal::NoThread(error) => JobError::Broken { attempts: 1, last: error.to_string() },
        _ => JobError::Closed,
    }
}

/// Why a job on a thread has no result.
fn ended(error: JoinError) -> JobError {
    match error.try_into_panic() {
        Ok(panic) => panicked(&*panic),
        Err(_) => JobError::Cancelled { by: CancelledBy::Shutdown },
    }
}

fn panicked(payload: &(dyn Any + Send)) -> JobError {
    let text = payload.downcast_ref::<String>().cloned();
    let text = text.or_else(|| payload.downcast_ref::<&str>().map(|&text| text.to_owned()));
    JobError::Panicked(Box::new(PanicReport {
        message: text.unwrap_or_default(),
        location: String::new(),
        thread: thread::current().name().unwrap_or_default().to_owned(),
        backtrace: None,
    }))
}
