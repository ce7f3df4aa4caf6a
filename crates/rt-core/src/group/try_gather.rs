//! Runs fallible futures side by side; the first error ends the others.

use std::fmt;
use std::future::Future;
use std::panic::{Location, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use rt_primitive::sync::Arc;

use crate::cancel::reason::{Reason, ReasonKind};
use crate::cancel::request::is_ending_cancelled;
use crate::group::error::TaskError;
use crate::group::family::Family;
use crate::group::gather::{Gather, gather_in};

/// Runs each future as a task, and waits until all have succeeded, or one has failed.
///
/// At the first error the others are cancelled, and awaited: when this returns, none runs.
/// asyncio's `gather` lets them run on.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     let parse = async |text: &'static str| text.parse::<i32>();
///     let sum: i32 = rt_core::try_gather(["1", "2"].map(parse)).await.unwrap().iter().sum();
///     assert_eq!(sum, 3);
///     assert!(rt_core::try_gather(["1", "two"].map(parse)).await.is_err());
/// });
/// ```
///
/// # Errors
///
/// [`TaskError::Failed`] with the first error; [`TaskError::Join`] if none failed but one was
/// cancelled.
///
/// # Panics
///
/// Outside a runtime; and if a task panics, with its panic, once the others have ended.
///
/// # Cancel safety
///
/// As [`gather`](fn@crate::gather).
#[doc(alias = "asyncio.gather")]
#[track_caller]
pub fn try_gather<I, T, E>(futures: I) -> TryGather<T, E>
where
    I: IntoIterator,
    I::Item: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let family = Family::new(true);
    let shared = family.clone();
    let failing = move |future| FailFast { inside: future, family: shared.clone() };
    TryGather { gather: gather_in(family, futures.into_iter().map(failing), Location::caller()) }
}

/// The future of [`try_gather`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::{TryGather, try_gather};
///
/// let all: TryGather<u32, &str> = try_gather([async { Ok(7) }]);
/// assert_eq!(all.await.unwrap(), [7]);
/// # });
/// ```
#[must_use = "dropping it cancels the tasks"]
pub struct TryGather<T, E> {
    gather: Gather<Result<T, E>>,
}

impl<T, E> Future for TryGather<T, E> {
    type Output = Result<Vec<T>, TaskError<E>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let results = ready!(Pin::new(&mut self.gather).poll(cx));
        let mut values = Vec::with_capacity(results.len());
        let (mut failed, mut cancelled) = (None, None);
        for result in results {
            match result {
                Ok(Ok(value)) => values.push(value),
                Ok(Err(error)) => failed = failed.or(Some(error)),
                Err(error) => match error.try_into_panic() {
                    Ok(panic) => resume_unwind(panic),
                    Err(error) => cancelled = cancelled.or(Some(error)),
                },
            }
        }
        Poll::Ready(match (failed, cancelled) {
            (Some(error), _) => Err(TaskError::Failed(error)),
            (None, Some(error)) => Err(TaskError::Join(error)),
            (None, None) => Ok(values),
        })
    }
}

impl<T, E> fmt::Debug for TryGather<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TryGather").field(&self.gather).finish()
    }
}

pin_project! {
    /// A child whose error ends its siblings.
    struct FailFast<F> {
        #[pin]
        inside: F,
        family: Arc<Family>,
    }
}

impl<F: Future<Output = Result<T, E>>, T, E> Future for FailFast<F> {
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let output = ready!(this.inside.poll(cx));
        if output.is_err() && !is_ending_cancelled() {
            this.family.ask_siblings(&Reason::new(ReasonKind::SiblingFailed));
        }
        Poll::Ready(output)
    }
}
