//! Cleans up after a cancelled future, then passes the cancellation on.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use crate::cancel::region::{CancelExt, CatchCancel};
use crate::cancel::token::Cancelled;

pin_project! {
    /// The future of [`CancelExt::on_cancel`].
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
