//! A claim of permits: tried at first, then queued.

use super::{Permits, Request, Taken};
use crate::waiters::{Stage, Waiter};
use pin_project_lite::pin_project;
use rt_core::poll_budget;
use rt_primitive::mutant;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// No more permits are given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Closed;

pin_project! {
    /// Waits for its turn and for its permits.
    ///
    /// When it is dropped its place in the queue is free, and permits it was given, but had not yet
    /// reported, go to the next.
    pub(crate) struct Claim<'a> {
        permits: &'a Permits,
        wanted: usize,
        is_urgent: bool,
        // None until it has to wait, so that a claim which need not wait costs nothing more.
        #[pin]
        waiter: Option<Waiter<'a, Request>>,
    }

    impl PinnedDrop for Claim<'_> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if let Some(waiter) = this.waiter.as_pin_mut() {
                withdraw(this.permits, *this.wanted, waiter);
            }
        }
    }
}

impl<'a> Claim<'a> {
    #[inline]
    pub(super) fn new(permits: &'a Permits, wanted: usize, is_urgent: bool) -> Self {
        Claim { permits, wanted, is_urgent, waiter: None }
    }

    /// Ready once it has its permits, which are the caller's then.
    #[inline]
    pub(crate) fn poll_claim(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Closed>> {
        if self.waiter.is_none() {
            ready!(poll_budget(cx));
            if !self.is_urgent {
                match self.permits.try_take(self.wanted) {
                    Taken::Yes => return Poll::Ready(Ok(())),
                    Taken::Closed => return Poll::Ready(Err(Closed)),
                    Taken::TooFew => {}
                }
            }
            let mut this = self.as_mut().project();
            this.waiter.set(Some(Waiter::new(&this.permits.queue)));
        }
        self.poll_slow(cx)
    }

    fn poll_slow(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        let this = self.project();
        let mut waiter = this.waiter.as_pin_mut().expect("set before the first slow poll");
        if waiter.stage() == Stage::Rest {
            waiter.as_mut().prepare(Request::Wants(*this.wanted), cx);
            let mut queue = this.permits.queue.lock();
            match this.permits.state.take_or_wait(*this.wanted) {
                Taken::Yes => return Poll::Ready(Ok(())),
                Taken::Closed => return Poll::Ready(Err(Closed)),
                Taken::TooFew if *this.is_urgent => {
                    // There may be enough, which were too few for the oldest.
                    let available = this.permits.state.permits();
                    if let Some(left) = available.checked_sub(*this.wanted) {
                        this.permits.state.settle(left, !queue.is_empty());
                        return Poll::Ready(Ok(()));
                    }
                    queue.push_in_front(waiter.as_ref());
                }
                Taken::TooFew => queue.push(waiter.as_ref()),
            }
            return Poll::Pending;
        }
        match ready!(waiter.poll_served(cx)) {
            Request::Granted => Poll::Ready(Ok(())),
            Request::Refused => Poll::Ready(Err(Closed)),
            Request::Wants(_) => unreachable!("a claim is served with an answer"),
        }
    }
}

/// Takes the claim back: its place in the queue, or the permits it was given.
fn withdraw(permits: &Permits, wanted: usize, mut waiter: Pin<&mut Waiter<'_, Request>>) {
    if waiter.stage() == Stage::Queued {
        let mut queue = permits.queue.lock();
        if queue.withdraw(&waiter) {
            if mutant!("permits.withdraw_serves_nobody") {
                return;
            }
            // Those behind may do with the permits that were too few for this one.
            let available = permits.state.permits();
            return permits.serve(queue, available);
        }
    }
    let answer = waiter.as_mut().take_served();
    if answer == Some(Request::Granted) && !mutant!("permits.keep_granted") {
        permits.give(wanted);
    }
}
