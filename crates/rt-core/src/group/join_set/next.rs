//! The futures of a set of tasks: the next that ends, some of them, all of them.

use std::fmt;
use std::future::Future;
use std::panic::{Location, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use crate::budget::poll_budget;
use crate::group::join_set::{JoinSet, WaitFor};
use crate::task::join_error::JoinError;
use crate::time_limit::TimeLimit;
use crate::wait::{WaitKind, note_wait};

/// The future of [`JoinSet::join_next`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::{JoinNext, JoinSet};
///
/// let mut set = JoinSet::new();
/// set.spawn(async { 7 });
/// let next: JoinNext<'_, u32> = set.join_next();
/// assert_eq!(next.await.unwrap().unwrap(), 7);
/// # });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct JoinNext<'a, T> {
    set: &'a mut JoinSet<T>,
    made_at: &'static Location<'static>,
}

/// The future of [`JoinSet::wait`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::{JoinSet, Wait, WaitFor};
///
/// let mut set = JoinSet::new();
/// set.spawn(async { 7 });
/// let all: Wait<'_, u32> = set.wait(WaitFor::All, None);
/// assert_eq!(all.await, 1);
/// # });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct Wait<'a, T> {
    set: &'a mut JoinSet<T>,
    until: WaitFor,
    limit: TimeLimit,
    made_at: &'static Location<'static>,
}

/// The future of [`JoinSet::join_all`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::{JoinAll, JoinSet};
///
/// let mut set = JoinSet::new();
/// set.spawn(async { 7 });
/// let all: JoinAll<u32> = set.join_all();
/// assert_eq!(all.await, [7]);
/// # });
/// ```
#[must_use = "dropping it aborts the tasks"]
pub struct JoinAll<T> {
    set: JoinSet<T>,
    values: Vec<T>,
    made_at: &'static Location<'static>,
}

impl<'a, T> JoinNext<'a, T> {
    #[track_caller]
    pub(crate) fn new(set: &'a mut JoinSet<T>) -> JoinNext<'a, T> {
        JoinNext { set, made_at: Location::caller() }
    }
}

impl<T> Future for JoinNext<'_, T> {
    type Output = Option<Result<T, JoinError>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = self.set.poll_join_next(cx);
        if polled.is_pending() {
            note_wait(WaitKind::Join, self.made_at, 0);
        }
        polled
    }
}

impl<'a, T> Wait<'a, T> {
    #[track_caller]
    pub(crate) fn new(
        set: &'a mut JoinSet<T>,
        until: WaitFor,
        limit: Option<Duration>,
    ) -> Wait<'a, T> {
        let made_at = Location::caller();
        Wait { set, until, limit: TimeLimit::new(limit, made_at), made_at }
    }
}

impl<T> Future for Wait<'_, T> {
    type Output = usize;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
        ready!(poll_budget(cx));
        if let Some(ended) = self.set.has_come(self.until, cx.waker()) {
            return Poll::Ready(ended);
        }
        if self.limit.has_passed(cx) {
            return Poll::Ready(self.set.ended());
        }
        note_wait(WaitKind::Join, self.made_at, 0);
        Poll::Pending
    }
}

impl<T> JoinAll<T> {
    #[track_caller]
    pub(crate) fn new(set: JoinSet<T>) -> JoinAll<T> {
        let values = Vec::with_capacity(set.len());
        JoinAll { set, values, made_at: Location::caller() }
    }
}

impl<T> Unpin for JoinAll<T> {}

impl<T> Future for JoinAll<T> {
    type Output = Vec<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Vec<T>> {
        loop {
            let Poll::Ready(next) = self.set.poll_join_next(cx) else {
                note_wait(WaitKind::Join, self.made_at, 0);
                return Poll::Pending;
            };
            match next {
                None => return Poll::Ready(std::mem::take(&mut self.values)),
                Some(Ok(value)) => self.values.push(value),
                Some(Err(error)) => match error.try_into_panic() {
                    Ok(panic) => resume_unwind(panic),
                    Err(error) => panic!("cannot join all: {error}"),
                },
            }
        }
    }
}

impl<T> fmt::Debug for JoinNext<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JoinNext").field(&self.set).finish()
    }
}

impl<T> fmt::Debug for Wait<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Wait").field(&self.set).field(&self.until).finish()
    }
}

impl<T> fmt::Debug for JoinAll<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JoinAll").field(&self.set).finish()
    }
}
