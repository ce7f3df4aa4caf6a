//! Runs futures side by side and yields all their results, in order.

use std::convert::identity;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use rt_primitive::sync::Arc;

use crate::budget::poll_budget;
use crate::cancel::frame::Signals;
use crate::group::child_count::Start;
use crate::group::children::{Children, spawn_child};
use crate::group::family::Family;
use crate::handle::ExecutorHandle;
use crate::shared::spawn_cancelled;
use crate::task::header::Birth;
use crate::task::join::JoinHandle;
use crate::task::join_error::JoinError;

/// Runs each future as a task, and waits for all, however they end.
///
/// The results are in the order of the futures. A request to cancel, and a drop, goes to all that
/// have not ended; also then nobody is left behind. asyncio: `asyncio.gather(…,
/// return_exceptions=True)`.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::multi_thread()?, Arc::new(NoDriver))?;
/// let squares = executor.block_on(async {
///     rt_core::gather((0..4).map(|number| async move { number * number })).await
/// });
/// assert_eq!(squares.into_iter().map(Result::unwrap).collect::<Vec<_>>(), [0, 1, 4, 9]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Panics
///
/// Outside a runtime.
///
/// # Cancel safety
///
/// Dropped, it asks all to end, and the task that drops it ends only after them.
#[doc(alias = "return_exceptions")]
#[track_caller]
pub fn gather<I>(futures: I) -> Gather<<I::Item as Future>::Output>
where
    I: IntoIterator,
    I::Item: Future + Send + 'static,
    <I::Item as Future>::Output: Send + 'static,
{
    gather_in(Family::new(false), futures, Location::caller())
}

/// The same, in a family that exists.
pub(crate) fn gather_in<I>(
    family: Arc<Family>,
    futures: I,
    at: &'static Location<'static>,
) -> Gather<<I::Item as Future>::Output>
where
    I: IntoIterator,
    I::Item: Future + Send + 'static,
    <I::Item as Future>::Output: Send + 'static,
{
    let executor = ExecutorHandle::current();
    // Before the first is spawned, so that a panic of the iterator leaves nobody behind.
    let children = Children::new(family.clone(), at);
    let spawn = |future| {
        match spawn_child(executor.shared(), &family, Start::AtOnce, at, future, identity) {
            Ok(handle) => handle,
            // One that runs already has asked the others to end: this one does not begin.
            Err(future) => spawn_cancelled(future, Birth::at(at)),
        }
    };
    let handles = futures.into_iter().map(spawn).collect();
    Gather { children, handles }
}

/// The future of [`gather`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::{Gather, gather};
///
/// let all: Gather<u32> = gather([async { 7 }]);
/// assert_eq!(*all.await[0].as_ref().unwrap(), 7);
/// # });
/// ```
#[must_use = "dropping it cancels the tasks"]
pub struct Gather<T> {
    children: Children,
    handles: Vec<JoinHandle<T>>,
}

impl<T> Future for Gather<T> {
    type Output = Vec<Result<T, JoinError>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        ready!(poll_budget(cx));
        if self.children.poll_ended(cx).is_pending() {
            self.children.hear(Signals::NONE, cx);
            return Poll::Pending;
        }
        // Its part is done: what comes of it is a value, not the end of a cancellation.
        drop(self.children.take_token());
        let handles = std::mem::take(&mut self.handles);
        Poll::Ready(handles.into_iter().map(JoinHandle::into_output).collect())
    }
}

impl<T> fmt::Debug for Gather<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gather").field("children", &self.children).finish_non_exhaustive()
    }
}
