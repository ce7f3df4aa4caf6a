//! Runs futures side by side, of which one wins and ends the others.

use std::fmt;
use std::future::Future;
use std::panic::{Location, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use rt_primitive::sync::{Arc, Mutex};

use crate::cancel::reason::{Reason, ReasonKind};
use crate::cancel::request::is_ending_cancelled;
use crate::group::error::TaskError;
use crate::group::family::Family;
use crate::group::gather::{Gather, gather_in};
use crate::task::join_error::JoinError;

/// Runs each future as a task; the first that returns wins, and the others are cancelled and
/// awaited. Returns its place and its value.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::future::{Future, pending, ready};
/// # use std::pin::Pin;
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// type Runner = Pin<Box<dyn Future<Output = &'static str> + Send>>;
/// let runners: [Runner; 2] = [Box::pin(pending()), Box::pin(ready("hare"))];
/// let winner = executor.block_on(async { rt_core::race(runners).await });
/// assert_eq!(winner.unwrap(), (1, "hare"));
/// ```
///
/// # Errors
///
/// [`JoinError`] of the first task if none returned; there is one unless all were cancelled or
/// panicked.
///
/// # Panics
///
/// Outside a runtime, and without a future. With the panic of a task, if none won.
///
/// # Cancel safety
///
/// As [`gather`](fn@crate::gather).
#[track_caller]
pub fn race<I, T>(futures: I) -> Race<T>
where
    I: IntoIterator,
    I::Item: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    Race { run: Contest::start(futures, |_| true, Location::caller()) }
}

/// As [`race`], but the first that succeeds wins.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// let parse = async |text: &'static str| text.parse::<i32>();
/// let first = executor.block_on(async { rt_core::first_ok(["one", "2"].map(parse)).await });
/// assert_eq!(first.unwrap(), (1, 2));
/// ```
///
/// # Errors
///
/// The errors of all, in their order, if none succeeded.
///
/// # Panics
///
/// Outside a runtime. With the panic of a task, if none won.
///
/// # Cancel safety
///
/// As [`gather`](fn@crate::gather).
#[track_caller]
pub fn first_ok<I, T, E>(futures: I) -> FirstOk<T, E>
where
    I: IntoIterator,
    I::Item: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    FirstOk { run: Contest::start(futures, Result::is_ok, Location::caller()) }
}

/// The future of [`race`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::{Race, race};
///
/// let first: Race<u32> = race([async { 7 }]);
/// assert_eq!(first.await.unwrap(), (0, 7));
/// # });
/// ```
#[must_use = "dropping it cancels the tasks"]
pub struct Race<T> {
    run: Contest<T>,
}

/// The future of [`first_ok`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::{FirstOk, first_ok};
///
/// let first: FirstOk<u32, &str> = first_ok([async { Ok(7) }]);
/// assert_eq!(first.await.unwrap(), (0, 7));
/// # });
/// ```
#[must_use = "dropping it cancels the tasks"]
pub struct FirstOk<T, E> {
    run: Contest<Result<T, E>>,
}

/// What all have ended with.
type Ends<T> = Vec<Result<T, JoinError>>;

/// The tasks, and which of them has won.
struct Contest<T> {
    gather: Gather<T>,
    winner: Arc<Mutex<Option<usize>>>,
}

impl<T: Send + 'static> Contest<T> {
    fn start<I>(futures: I, wins: fn(&T) -> bool, at: &'static Location<'static>) -> Contest<T>
    where
        I: IntoIterator,
        I::Item: Future<Output = T> + Send + 'static,
    {
        let family = Family::new(false);
        let winner = Arc::new(Mutex::new(None));
        let (shared, place) = (family.clone(), winner.clone());
        let runners = futures.into_iter().enumerate().map(move |(number, inside)| Runner {
            inside,
            number,
            wins,
            winner: place.clone(),
            family: shared.clone(),
        });
        Contest { gather: gather_in(family, runners, at), winner }
    }
}

impl<T> Contest<T> {
    /// The winner with its number, or what all have ended with.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(usize, T), Ends<T>>> {
        let mut results = ready!(Pin::new(&mut self.gather).poll(cx));
        if let Some(number) = *self.winner.lock() {
            match results.swap_remove(number) {
                Ok(value) => return Poll::Ready(Ok((number, value))),
                Err(error) => results.push(Err(error)),
            }
        }
        Poll::Ready(Err(results))
    }
}

impl<T> Future for Race<T> {
    type Output = Result<(usize, T), JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let results = match ready!(self.run.poll(cx)) {
            Ok(won) => return Poll::Ready(Ok(won)),
            Err(results) => results,
        };
        let mut errors = results.into_iter().filter_map(Result::err);
        let first = errors.next().expect("a race of no futures has no winner; give it one or more");
        match first.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(error) => Poll::Ready(Err(error)),
        }
    }
}

impl<T, E> Future for FirstOk<T, E> {
    type Output = Result<(usize, T), Vec<TaskError<E>>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let results = match ready!(self.run.poll(cx)) {
            Ok((number, Ok(value))) => return Poll::Ready(Ok((number, value))),
            Ok((_, Err(error))) => return Poll::Ready(Err(vec![TaskError::Failed(error)])),
            Err(results) => results,
        };
        let mut errors = Vec::with_capacity(results.len());
        for result in results {
            match result.map_err(JoinError::try_into_panic) {
                Ok(Err(error)) => errors.push(TaskError::Failed(error)),
                Ok(Ok(_)) => {}
                Err(Ok(panic)) => resume_unwind(panic),
                Err(Err(error)) => errors.push(TaskError::Join(error)),
            }
        }
        Poll::Ready(Err(errors))
    }
}

pin_project! {
    /// A task that ends its siblings if it wins.
    struct Runner<F: Future> {
        #[pin]
        inside: F,
        number: usize,
        wins: fn(&F::Output) -> bool,
        winner: Arc<Mutex<Option<usize>>>,
        family: Arc<Family>,
    }
}

impl<F: Future> Future for Runner<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let output = ready!(this.inside.poll(cx));
        if (this.wins)(&output) && !is_ending_cancelled() {
            this.winner.lock().get_or_insert(*this.number);
            this.family.ask_siblings(&Reason::new(ReasonKind::SiblingSucceeded));
        }
        Poll::Ready(output)
    }
}

impl<T> fmt::Debug for Race<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Race").field(&self.run.gather).finish()
    }
}

impl<T, E> fmt::Debug for FirstOk<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FirstOk").field(&self.run.gather).finish()
    }
}
