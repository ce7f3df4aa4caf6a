//! Lets the other ready tasks run first.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::context;

/// Returns to the scheduler once; the task runs again behind those that are ready now.
///
/// asyncio: `await asyncio.sleep(0)`.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     let other = rt_core::spawn(async {});
///     rt_core::yield_now().await;
///     other.await.unwrap();
/// });
/// ```
///
/// # Cancel safety
///
/// Nothing is lost when it is dropped.
pub fn yield_now() -> YieldNow {
    YieldNow { yielded: false }
}

/// The future of [`yield_now`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::{YieldNow, yield_now};
///
/// let turn: YieldNow = yield_now();
/// turn.await; // every other task that is ready has had a turn
/// # });
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct YieldNow {
    yielded: bool,
}

impl Future for YieldNow {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.yielded {
            return Poll::Ready(());
        }
        self.yielded = true;
        if !context::yield_current(cx.waker()) {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}
