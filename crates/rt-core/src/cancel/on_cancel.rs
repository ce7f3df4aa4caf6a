//! Cleans up after a future, and passes a cancellation on.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use crate::cancel::region::{CancelExt, CatchCancel};
use crate::cancel::token::Cancelled;

/// Runs `future`, and then `clean_up`, whether the future has ended or was cancelled.
///
/// The clean-up gets to see which. While it runs, the token lives, so it may wait; a request that
/// comes after the future has ended cuts it, unless a [`mask`](crate::mask) in it holds that off.
/// It does not run after a panic or an abort. asyncio: `try: … finally`.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     let (tell, told) = std::sync::mpsc::channel();
///     let ended = rt_core::finally(async { 42 }, async |outcome| {
///         rt_core::yield_now().await;
///         tell.send(outcome.is_ok()).unwrap();
///     });
///     assert_eq!(ended.await.unwrap(), 42);
///     assert_eq!(told.recv(), Ok(true));
/// });
/// ```
///
/// # Errors
///
/// The token, if the future was cancelled.
///
/// # Cancel safety
///
/// As the future's own, and that of the clean-up.
pub async fn finally<F, C>(future: F, clean_up: C) -> Result<F::Output, Cancelled>
where
    F: Future,
    C: AsyncFnOnce(&Result<F::Output, Cancelled>),
{
    let outcome = future.catch_cancel().await;
    clean_up(&outcome).await;
    outcome
}

pin_project! {
    /// The future of [`CancelExt::on_cancel`].
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use rt_core::{CancelExt, OnCancel};
    /// use std::future::{Ready, ready};
    ///
    /// let work: OnCancel<Ready<u32>, Ready<()>> = ready(7).on_cancel(ready(()));
    /// assert_eq!(work.await.unwrap(), 7); // it was not cancelled, so nothing is cleaned up
    /// # });
    /// ```
    #[derive(Debug)]
    #[must_use = "futures do nothing unless awaited"]
    pub struct OnCancel<F, C> {
        #[pin]
        inside: CatchCancel<F>,
        #[pin]
        clean_up: C,
        // [O] There while it cleans up.
        token: Option<Cancelled>,
    }
}

impl<F: Future, C> OnCancel<F, C> {
    pub(crate) fn new(inside: F, clean_up: C) -> OnCancel<F, C> {
        OnCancel { inside: inside.catch_cancel(), clean_up, token: None }
    }
}

impl<F: Future, C: Future> Future for OnCancel<F, C> {
    type Output = Result<F::Output, Cancelled>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if this.token.is_none() {
            match ready!(this.inside.poll(cx)) {
                Ok(output) => return Poll::Ready(Ok(output)),
                Err(token) => *this.token = Some(token),
            }
        }
        ready!(this.clean_up.poll(cx));
        Poll::Ready(Err(this.token.take().expect("put there when the inside was cancelled")))
    }
}
