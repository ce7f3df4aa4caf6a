//! Waits for a task on a thread that runs none.

use std::error::Error;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::task::{Poll, Wake, Waker};
use std::time::{Duration, Instant};

use rt_primitive::park::Parker;

use crate::context;
use crate::error::Obstacle;
use crate::shared::owner_of;
use crate::task::join::JoinHandle;
use crate::task::join_error::JoinError;

/// A task did not end within the time given; its handle is in here.
///
/// See [`JoinHandle::join_blocking`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// use rt_core::JoinTimeout;
/// use std::time::Duration;
///
/// // Nobody is in `block_on`, so it does not run.
/// let task = executor.handle().spawn(async { 7 });
/// let late: JoinTimeout<i32> = task.join_blocking(Some(Duration::from_millis(1))).unwrap_err();
/// assert_eq!(executor.block_on(late.into_handle()).unwrap(), 7);
/// ```
pub struct JoinTimeout<T> {
    handle: JoinHandle<T>,
}

impl<T> JoinHandle<T> {
    /// Stops the calling thread until the task has ended, or `limit` has passed.
    ///
    /// For threads outside a runtime, or in no task: within a task await the handle. It runs no
    /// tasks meanwhile, so on a current-thread runtime some other thread must.
    ///
    /// asyncio: `run_coroutine_threadsafe(…).result(timeout)`.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # use std::time::Duration;
    /// # let executor = Executor::start(Config::multi_thread()?, Arc::new(NoDriver))?;
    /// let answer = executor.handle().spawn(async { 42 });
    /// assert_eq!(answer.join_blocking(None)??, 42);
    ///
    /// let never = executor.handle().spawn(std::future::pending::<()>());
    /// let late = never.join_blocking(Some(Duration::from_millis(1))).unwrap_err();
    /// late.into_handle().abort();
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`JoinTimeout`] when `limit` has passed, with the handle: nothing is lost. Within it, what
    /// awaiting the handle would give.
    ///
    /// # Panics
    ///
    /// On a thread that runs tasks or is inside a `block_on`, which it would stop; if the output
    /// was taken before; and in a process forked from the one that started the runtime.
    #[track_caller]
    pub fn join_blocking(
        mut self,
        limit: Option<Duration>,
    ) -> Result<Result<T, JoinError>, JoinTimeout<T>> {
        if let Some(obstacle) = self.obstacle() {
            panic!("cannot join_blocking at {}: {obstacle}", Location::caller());
        }
        self.assert_not_taken();
        // A limit beyond what the clock can tell is none.
        let deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
        let sleeper = Arc::new(Sleeper { parker: Parker::new() });
        let waker = Waker::from(sleeper.clone());
        loop {
            if let Poll::Ready(output) = self.poll_end(&waker) {
                return Ok(output);
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Err(JoinTimeout { handle: self });
            }
            sleeper.parker.park_until(deadline);
        }
    }

    /// Why the calling thread must not wait, or would wait for ever.
    fn obstacle(&self) -> Option<Obstacle> {
        let executor = owner_of(self.task_ptr());
        if executor.is_some_and(|executor| executor.is_forked()) {
            return Some(Obstacle::Forked);
        }
        let worker = || context::is_inside().then_some(Obstacle::Worker);
        context::obstacle().or_else(worker)
    }
}

/// A thread in `join_blocking`.
struct Sleeper {
    parker: Parker,
}

impl Wake for Sleeper {
    fn wake(self: Arc<Self>) {
        self.parker.unpark();
    }
}

impl<T> JoinTimeout<T> {
    /// The handle, to wait on.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// use std::time::Duration;
    ///
    /// // Nobody is in `block_on`, so it does not run.
    /// let task = executor.handle().spawn(async { 7 });
    /// let late = task.join_blocking(Some(Duration::from_millis(1))).unwrap_err();
    /// assert_eq!(executor.block_on(late.into_handle()).unwrap(), 7);
    /// ```
    pub fn into_handle(self) -> JoinHandle<T> {
        self.handle
    }
}

impl<T> fmt::Display for JoinTimeout<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "task {} did not end in time; its handle is in the error", self.handle.id())
    }
}

impl<T> fmt::Debug for JoinTimeout<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JoinTimeout").field(&self.handle).finish()
    }
}

impl<T> Error for JoinTimeout<T> {}
