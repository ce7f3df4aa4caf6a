//! One function over many arguments, several of them in one message.

mod pieces;

use std::fmt;
use std::future::{Future, poll_fn};
use std::num::NonZeroUsize;
use std::task::{Context, Poll};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::dispatch;
use super::pool::ProcessPool;
use crate::job::JobFn;
use crate::job_error::JobError;
use pieces::Pieces;

/// How long a piece is meant to run: long against the cost of sending it, short against a wait.
const PIECE_TIME: Duration = Duration::from_millis(2);

/// The longest piece whose length the pool chooses.
const CHUNK_MAX: usize = 4096;

/// The results of a function over many arguments, in the order of the arguments.
///
/// Made by [`ProcessPool::map`]. Arguments are taken from their iterator as they are needed, so it
/// may be endless. Several go in one message; how many is found out from the time they take.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// let pool = rt_pool::ProcessPool::builder().workers(1).build().unwrap();
/// let halves = pool.map(|n: u32| n / 2, [4, 6]).collect().await;
/// let halves: Vec<u32> = halves.into_iter().collect::<Result<_, _>>().unwrap();
/// assert_eq!(halves, [2, 3]);
/// # });
/// ```
#[must_use = "a map does nothing until its results are asked for"]
pub struct Map<I, F, A>
where
    I: Iterator<Item = A>,
    F: JobFn<(A,)>,
{
    pieces: Pieces<A, F::Out>,
    arguments: I,
    chunk: Chunk,
    in_flight_max: usize,
}

#[derive(Clone, Copy, Debug)]
enum Chunk {
    Fixed(usize),
    /// What was found out so far.
    Found(usize),
}

impl ProcessPool {
    /// Runs a function over many arguments, in other processes.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let pool = rt_pool::ProcessPool::builder().workers(2).build().unwrap();
    /// let mut squares = pool.map(|n: u64| n * n, 1..=1_000);
    /// let mut sum = 0;
    /// while let Some(square) = squares.next_result().await {
    ///     sum += square.unwrap();
    /// }
    /// assert_eq!(sum, 333_833_500);
    /// # });
    /// ```
    ///
    /// A panic costs its own element. When a process dies the element that it was at fails, and
    /// those behind it are run by another; the results of those before it are lost with the
    /// process, and they fail too, unless [`Map::idempotent`] allows to run them again.
    #[track_caller]
    #[doc(alias = "Executor.map")]
    pub fn map<F, A, I>(&self, function: F, arguments: I) -> Map<I::IntoIter, F, A>
    where
        I: IntoIterator<Item = A>,
        F: JobFn<(A,)>,
        F::Out: Serialize + DeserializeOwned + Send + 'static,
        A: Serialize + DeserializeOwned + Send + 'static,
    {
        let _ = function;
        let call = self.anonymous::<F>(dispatch::run_chunk::<F, A>);
        let workers = self.core().settings.rules.workers_max;
        Map {
            pieces: Pieces::new(self.core(), call),
            arguments: arguments.into_iter(),
            chunk: Chunk::Found(1),
            in_flight_max: 2 * workers,
        }
    }
}

impl<I, F, A> Map<I, F, A>
where
    I: Iterator<Item = A>,
    F: JobFn<(A,)>,
    F::Out: Serialize + DeserializeOwned + Send + 'static,
    A: Serialize + DeserializeOwned + Send + 'static,
{
    /// How many arguments go in one message, and their results in one answer; by default as many as
    /// run for some 2 milliseconds.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use std::num::NonZeroUsize;
    ///
    /// let pool = rt_pool::ProcessPool::builder().workers(1).build().unwrap();
    /// let ten = NonZeroUsize::new(10).unwrap();
    /// let halves = pool.map(|n: u32| n / 2, 0..100).chunk(ten).in_flight(NonZeroUsize::MIN);
    /// let results = halves.idempotent().collect().await;
    /// assert_eq!(*results[99].as_ref().unwrap(), 49);
    /// # });
    /// ```
    #[doc(alias = "chunksize")]
    pub fn chunk(mut self, arguments: NonZeroUsize) -> Self {
        self.chunk = Chunk::Fixed(arguments.get());
        self
    }

    /// How many messages are on their way at a time; by default 2 for each worker.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use std::num::NonZeroUsize;
    ///
    /// let pool = rt_pool::ProcessPool::builder().workers(1).build().unwrap();
    /// let one_by_one = pool.map(|n: u32| n / 2, 0..10).in_flight(NonZeroUsize::MIN);
    /// assert_eq!(one_by_one.collect().await.len(), 10);
    /// # });
    /// ```
    #[doc(alias = "buffersize")]
    pub fn in_flight(mut self, messages: NonZeroUsize) -> Self {
        self.in_flight_max = messages.get();
        self
    }

    /// How long the function may run over the arguments of one message.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use std::time::Duration;
    ///
    /// let pool = rt_pool::ProcessPool::builder().workers(1).build().unwrap();
    /// let sleeps = pool.map(|ms| std::thread::sleep(Duration::from_millis(ms)), [60_000]);
    /// let results = sleeps.timeout(Duration::from_millis(5)).collect().await;
    /// assert!(results[0].as_ref().unwrap_err().is_timeout());
    /// # });
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.pieces.brief_mut().timeout = Some(timeout);
        self
    }

    /// The function does no harm when it is run again, so arguments whose process died are.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let pool = rt_pool::ProcessPool::builder().workers(1).build().unwrap();
    /// let exit_at_three = |n: u32| if n == 3 { std::process::exit(1) } else { n };
    /// let results = pool.map(exit_at_three, 0..10).idempotent().collect().await;
    /// assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 9);
    /// # });
    /// ```
    pub fn idempotent(mut self) -> Self {
        self.pieces.make_idempotent();
        self
    }

    /// The next result; `None` behind the last.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let pool = rt_pool::ProcessPool::builder().workers(1).build().unwrap();
    /// let mut endless = pool.map(|n: u32| n / 2, 2..);
    /// assert_eq!(endless.next_result().await.unwrap().unwrap(), 1);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// A drop of this future loses nothing; a drop of the [`Map`] takes its jobs back.
    pub fn next_result(
        &mut self,
    ) -> impl Future<Output = Option<Result<F::Out, JobError>>> + Send + '_
    where
        I: Send,
        F: Sync,
    {
        poll_fn(|cx| self.poll_next(cx))
    }

    /// All results, in order.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let pool = rt_pool::ProcessPool::builder().workers(1).build().unwrap();
    /// let results = pool.map(|n: u32| 12 / n, [3, 0, 4]).collect().await;
    /// assert!(results[1].is_err()); // it panicked, and the others did not
    /// assert_eq!(*results[2].as_ref().unwrap(), 3);
    /// # });
    /// ```
    pub async fn collect(mut self) -> Vec<Result<F::Out, JobError>> {
        let mut results = Vec::with_capacity(self.arguments.size_hint().0);
        while let Some(result) = poll_fn(|cx| self.poll_next(cx)).await {
            results.push(result);
        }
        results
    }

    /// What [`Map::next_result`] polls.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let pool = rt_pool::ProcessPool::builder().workers(1).build().unwrap();
    /// let mut halves = pool.map(|n: u32| n / 2, [8]);
    /// let first = std::future::poll_fn(|cx| halves.poll_next(cx)).await;
    /// assert_eq!(first.unwrap().unwrap(), 4);
    /// # });
    /// ```
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<F::Out, JobError>>> {
        loop {
            if let Some(result) = self.pieces.take_result() {
                return Poll::Ready(Some(result));
            }
            while self.pieces.len() < self.in_flight_max {
                let (Chunk::Fixed(len) | Chunk::Found(len)) = self.chunk;
                let arguments: Vec<A> = self.arguments.by_ref().take(len).collect();
                if arguments.is_empty() {
                    break;
                }
                self.pieces.push(arguments);
            }
            if self.pieces.len() == 0 {
                return Poll::Ready(None);
            }
            let Poll::Ready((len, ran_for)) = self.pieces.poll(cx) else {
                return Poll::Pending;
            };
            if let Chunk::Found(_) = self.chunk {
                self.chunk = Chunk::Found(better_chunk(len, ran_for));
            }
        }
    }
}

/// How many arguments run for [`PIECE_TIME`], if `len` of them ran for `ran_for`.
fn better_chunk(len: usize, ran_for: Duration) -> usize {
    let fits = PIECE_TIME.as_nanos() * len as u128 / ran_for.as_nanos().max(1);
    // Not more than four times as many: the next ones may take longer.
    usize::try_from(fits).unwrap_or(CHUNK_MAX).clamp(1, CHUNK_MAX.min(4 * len))
}

impl<I, F, A> fmt::Debug for Map<I, F, A>
where
    I: Iterator<Item = A>,
    F: JobFn<(A,)>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Map").field("chunk", &self.chunk).finish_non_exhaustive()
    }
}
