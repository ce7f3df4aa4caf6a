//! Waits for a task, but asks it to end when that takes too long.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::cancel::reason::{Reason, ReasonKind};
use crate::task::join::JoinHandle;
use crate::task::join_error::JoinError;
use crate::time_limit::TimeLimit;

impl<T> JoinHandle<T> {
    /// Waits for the task; if it has not ended after `limit`, asks it to, and waits for that.
    ///
    /// A task that cleans up, or that ends with a value all the same, may so take longer than
    /// `limit`. To stop waiting, and let the task run on, put a timeout around `&mut handle`.
    ///
    /// asyncio: `asyncio.wait_for(task, timeout)`.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use std::time::Duration;
    ///
    /// let quick = rt_core::spawn(async { 7 });
    /// rt_core::yield_now().await; // it has its turn
    /// assert_eq!(quick.join_timeout(Duration::from_secs(1)).await.unwrap(), 7);
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// As awaiting the handle; a task that was asked to end, and did, gives an error with a
    /// [`Reason`] of the kind [`ReasonKind::Deadline`].
    ///
    /// # Panics
    ///
    /// When it is polled outside a runtime with timers, and the task has not ended.
    ///
    /// # Cancel safety
    ///
    /// Dropped, it lets the task run on, as the handle does.
    #[doc(alias = "wait_for")]
    #[track_caller]
    pub fn join_timeout(self, limit: Duration) -> TimedJoin<T> {
        let made_at = Location::caller();
        TimedJoin { task: self, limit: TimeLimit::new(Some(limit), made_at), made_at }
    }
}

/// The future of [`JoinHandle::join_timeout`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::TimedJoin;
/// use std::time::Duration;
///
/// let quick: TimedJoin<u32> = rt_core::spawn(async { 7 }).join_timeout(Duration::from_secs(1));
/// rt_core::yield_now().await; // it has its turn
/// assert_eq!(quick.await.unwrap(), 7);
/// # });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct TimedJoin<T> {
    task: JoinHandle<T>,
    limit: TimeLimit,
    made_at: &'static Location<'static>,
}

impl<T> Future for TimedJoin<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if let Poll::Ready(ended) = Pin::new(&mut this.task).poll(cx) {
            return Poll::Ready(ended);
        }
        if this.limit.has_passed(cx) {
            let reason = Reason::new(ReasonKind::Deadline).made_at(this.made_at);
            this.task.cancel_with(reason);
        }
        // The timer has left a note of its own.
        this.task.note_wait();
        Poll::Pending
    }
}

impl<T> fmt::Debug for TimedJoin<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimedJoin").field("task", &self.task).field("limit", &self.limit).finish()
    }
}
