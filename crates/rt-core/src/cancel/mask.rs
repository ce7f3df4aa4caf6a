//! A mask holds requests off until its inside has ended.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::cancel::frame::{self, FrameKind};

/// Runs `future` to its end, whatever is cancelled around it.
///
/// Requests wait, and are delivered at the first suspension after it. Scopes and deadlines within
/// the mask work as ever. It does not outlive an abort, or a drop of what contains it; for that see
/// `task::shield`, which spawns. asyncio: `asyncio.shield`, of which this is the form that needs no
/// task.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     let (tell, told) = std::sync::mpsc::channel();
///     let task = rt_core::spawn(async move {
///         rt_core::mask(async {
///             rt_core::yield_now().await;
///             tell.send("committed").unwrap();
///         })
///         .await;
///         std::future::pending::<()>().await;
///     });
///     rt_core::yield_now().await;
///     task.cancel();
///     assert!(task.await.unwrap_err().is_cancelled());
///     assert_eq!(told.recv(), Ok("committed"));
/// });
/// ```
///
/// # Cancel safety
///
/// As the future's own.
#[doc(alias = "shield")]
pub fn mask<F: Future>(future: F) -> Mask<F> {
    Mask { inside: future }
}

pin_project! {
    /// The future of [`mask`].
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use rt_core::{Mask, mask};
    /// use std::future::{Ready, ready};
    ///
    /// let commit: Mask<Ready<u32>> = mask(ready(7));
    /// assert_eq!(commit.await, 7);
    /// # });
    /// ```
    #[derive(Debug)]
    #[must_use = "futures do nothing unless awaited"]
    pub struct Mask<F> {
        #[pin]
        inside: F,
    }
}

impl<F: Future> Future for Mask<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let inside = self.project().inside;
        frame::within(FrameKind::Mask, || inside.poll(cx)).0
    }
}
