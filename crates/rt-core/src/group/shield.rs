//! Awaits a future that goes on when nobody awaits it any more.

use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::handle;
use crate::task::join::JoinHandle;
use crate::task::join_error::JoinError;

/// Runs `future` as a task of its own and waits for it: whatever becomes of the waiter, also a
/// drop, the task goes on.
///
/// Where it is enough to hold off requests, [`mask`](crate::mask) needs no task and may borrow.
/// asyncio: `asyncio.shield`.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     let (tell, told) = std::sync::mpsc::channel();
///     drop(rt_core::shield(async move { tell.send("done").unwrap() }));
///     rt_core::yield_now().await;
///     assert_eq!(told.try_recv(), Ok("done"));
/// });
/// ```
///
/// # Errors
///
/// [`JoinError`] if the task was cancelled by other means.
///
/// # Panics
///
/// Outside a runtime; and if the task panics, with its panic.
///
/// # Cancel safety
///
/// Dropped, it leaves the task running, and the output is dropped when it comes.
#[track_caller]
pub fn shield<F>(future: F) -> Shield<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    Shield { task: handle::spawn(future) }
}

/// The future of [`shield`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::{Shield, shield};
///
/// let save: Shield<u32> = shield(async { 7 });
/// assert_eq!(save.await.unwrap(), 7);
/// # });
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct Shield<T> {
    task: JoinHandle<T>,
}

impl<T> Future for Shield<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match ready!(Pin::new(&mut self.task).poll(cx)) {
            Ok(value) => Poll::Ready(Ok(value)),
            Err(error) => match error.try_into_panic() {
                Ok(panic) => resume_unwind(panic),
                Err(error) => Poll::Ready(Err(error)),
            },
        }
    }
}
