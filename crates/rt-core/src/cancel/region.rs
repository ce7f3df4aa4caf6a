//! A region catches a request that comes while its inside is suspended.

use std::convert::Infallible;
use std::future::{Future, Pending, pending};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use rt_primitive::mutant;

use crate::cancel::frame::{self, FrameKind, Signals};
use crate::cancel::on_cancel::OnCancel;
use crate::cancel::token::Cancelled;
use crate::context;

/// How many regions of one task may catch in one poll, so that code which drops its tokens in a
/// loop comes to an end.
pub(crate) const DELIVERIES_MAX: u8 = 8;

/// Catching cancellation, for every future.
///
/// ```
/// use rt_core::CancelExt;
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
///
/// executor.block_on(async {
///     let (tell, told) = std::sync::mpsc::channel();
///     let task = rt_core::spawn(std::future::pending::<()>().on_cancel(async move {
///         rt_core::yield_now().await;
///         tell.send("cleaned up").unwrap();
///     }));
///     rt_core::yield_now().await;
///     task.cancel();
///     assert!(task.await.unwrap_err().is_cancelled());
///     assert_eq!(told.recv(), Ok("cleaned up"));
/// });
/// ```
pub trait CancelExt: Future + Sized {
    /// Runs this future until it ends or is cancelled, whichever comes first.
    ///
    /// A request is delivered while the future is suspended, to the innermost region around it: the
    /// future is dropped, and the region ends with a token. A future that is ready wins over a
    /// request, which then stays for the next suspension. asyncio: `try: … except CancelledError`.
    ///
    /// A region that is entered while a token lives, in clean-up, hears of later requests only.
    /// Outside a task nothing can be cancelled but scopes.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use rt_core::CancelExt;
    ///
    /// let task = rt_core::spawn(async {
    ///     let stopped = std::future::pending::<()>().catch_cancel().await;
    ///     rt_core::yield_now().await; // to clean up, it may wait
    ///     stopped
    /// });
    /// rt_core::yield_now().await;
    /// task.cancel();
    /// assert!(task.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// As the future's own.
    #[doc(alias = "except CancelledError")]
    fn catch_cancel(self) -> CatchCancel<Self> {
        CatchCancel { inside: Some(self), seen: None }
    }

    /// As [`catch_cancel`](CancelExt::catch_cancel), and then awaits `clean_up`, before it gives
    /// the token on.
    ///
    /// asyncio: `try: … finally`, for cancellation.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use rt_core::CancelExt;
    ///
    /// let task = rt_core::spawn(async {
    ///     let clean_up = async { println!("put away") };
    ///     std::future::pending::<()>().on_cancel(clean_up).await
    /// });
    /// rt_core::yield_now().await;
    /// task.cancel();
    /// assert!(task.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// A second request while it cleans up goes to a region in `clean_up`, or else further out, and
    /// then `clean_up` is dropped; a [`mask`](crate::mask) in it helps.
    #[doc(alias = "finally")]
    fn on_cancel<C: Future>(self, clean_up: C) -> OnCancel<Self, C> {
        OnCancel::new(self, clean_up)
    }
}

impl<F: Future> CancelExt for F {}

/// Waits until what the calling code is in is asked to end; for `select!`, beside the work.
///
/// It is a region in which nothing runs: it ends with the token, and the code around it goes on.
/// Within clean-up it hears of later requests only.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     let task = rt_core::spawn(async {
///         let token = rt_core::cancelled().await;
///         rt_core::yield_now().await; // a farewell to the client
///         Err::<(), _>(token)
///     });
///     rt_core::yield_now().await;
///     task.cancel();
///     assert!(task.await.unwrap_err().is_cancelled());
/// });
/// ```
///
/// # Cancel safety
///
/// Dropped, it loses nothing: the request stays for who else can hear of it.
pub fn cancelled() -> WasCancelled {
    WasCancelled { region: pending().catch_cancel() }
}

pin_project! {
    /// The future of [`cancelled`].
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use rt_core::{WasCancelled, cancelled};
    ///
    /// let task = rt_core::spawn(async {
    ///     let stop: WasCancelled = cancelled();
    ///     stop.await
    /// });
    /// rt_core::yield_now().await;
    /// task.cancel();
    /// assert!(task.await.is_err());
    /// # });
    /// ```
    #[derive(Debug)]
    #[must_use = "futures do nothing unless awaited"]
    pub struct WasCancelled {
        #[pin]
        region: CatchCancel<Pending<Infallible>>,
    }
}

impl Future for WasCancelled {
    type Output = Cancelled;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Cancelled> {
        match ready!(self.project().region.poll(cx)) {
            Ok(never) => match never {},
            Err(token) => Poll::Ready(token),
        }
    }
}

pin_project! {
    /// The future of [`CancelExt::catch_cancel`].
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use rt_core::{CancelExt, CatchCancel};
    /// use std::future::{Ready, ready};
    ///
    /// let work: CatchCancel<Ready<u32>> = ready(7).catch_cancel();
    /// assert_eq!(work.await.unwrap(), 7);
    /// # });
    /// ```
    #[derive(Debug)]
    #[must_use = "futures do nothing unless awaited"]
    pub struct CatchCancel<F> {
        // [O] Gone once the region has ended.
        #[pin]
        inside: Option<F>,
        // [O] The latest request it need not hear of; none before the first poll.
        seen: Option<u64>,
    }
}

impl<F: Future> Future for CatchCancel<F> {
    type Output = Result<F::Output, Cancelled>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        // What was asked for before, others clean up for.
        let first = || if frame::is_cleaning_up() { frame::latest_request() } else { 0 };
        let seen = *this.seen.get_or_insert_with(first);
        let inside = this.inside.as_mut().as_pin_mut();
        let inside = inside.expect("a region was polled after it had ended");
        let (polled, signals) = frame::within(FrameKind::Region, || inside.poll(cx));
        if let Poll::Ready(output) = polled {
            this.inside.set(None);
            return Poll::Ready(Ok(output));
        }
        let latest = frame::latest_request();
        let is_told = signals.told >= latest && !mutant!("cancel.told_twice");
        let is_due = latest > seen && !is_told && signals.have_all_heard_of(latest);
        if latest > seen && is_told {
            // Whatever holds it off in this poll: what was told cleans up there.
            *this.seen = Some(latest);
        } else if is_due && context::spend_delivery(DELIVERIES_MAX) {
            this.inside.set(None);
            let token = Cancelled::deliver(latest, cx.waker());
            frame::report(Signals { told: latest, ..Signals::NONE });
            return Poll::Ready(Err(token));
        }
        frame::report(Signals { looked_at: latest, ..Signals::NONE });
        Poll::Pending
    }
}
