//! Waiting for a token.

use super::{AlreadyBorrowed, Answer, Asks, CapacityLimiter, CapacityToken, Lent};
use crate::waiters::{Stage, Waiter};
use pin_project_lite::pin_project;
use rt_core::{WaitKind, note_wait, poll_budget};
use rt_primitive::mutant;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// The future of [`CapacityLimiter::acquire`] and [`CapacityLimiter::acquire_on_behalf_of`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::{CapacityLimiter, futures::AcquireCapacity};
    ///
    /// let limiter = CapacityLimiter::new(1);
    /// let borrow: AcquireCapacity<'_> = limiter.acquire();
    /// assert!(borrow.await.is_ok());
    /// # });
    /// ```
    #[must_use = "a token is borrowed only by a future that is awaited or polled"]
    pub struct AcquireCapacity<'a> {
        limiter: &'a CapacityLimiter,
        borrower: Option<u64>,
        site: &'static Location<'static>,
        #[pin]
        waiter: Waiter<'a, Asks, Lent>,
    }

    impl PinnedDrop for AcquireCapacity<'_> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if this.waiter.stage() == Stage::Queued {
                let mut queue = this.limiter.queue.lock();
                if queue.withdraw(&this.waiter) {
                    return;
                }
            }
            let asked = this.waiter.take_served();
            let is_lent = asked.is_some_and(|asked| asked.answer == Answer::Lent);
            if is_lent && !mutant!("limiter.keep_lent") {
                this.limiter.take_back(*this.borrower);
            }
        }
    }
}

impl<'a> AcquireCapacity<'a> {
    #[track_caller]
    pub(super) fn new(limiter: &'a CapacityLimiter, borrower: Option<u64>) -> Self {
        let waiter = Waiter::new(&limiter.queue);
        AcquireCapacity { limiter, borrower, site: Location::caller(), waiter }
    }
}

impl<'a> Future for AcquireCapacity<'a> {
    type Output = Result<CapacityToken<'a>, AlreadyBorrowed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let limiter = *this.limiter;
        let borrower = *this.borrower;
        let mut waiter = this.waiter;
        if waiter.stage() == Stage::Rest {
            ready!(poll_budget(cx));
            waiter.as_mut().prepare(Asks { borrower, answer: Answer::Wait }, cx);
            let mut queue = limiter.queue.lock();
            // The oldest waits only while there is no token, so nobody is overtaken.
            match queue.lend(borrower) {
                Answer::Wait => queue.push(waiter.as_ref()),
                answer => return Poll::Ready(limiter.answer(answer, borrower)),
            }
        } else if let Poll::Ready(asked) = waiter.poll_served(cx) {
            return Poll::Ready(limiter.answer(asked.answer, borrower));
        }
        note_wait(WaitKind::Permit, this.site, 0);
        Poll::Pending
    }
}

impl fmt::Debug for AcquireCapacity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AcquireCapacity").field("made_at", self.site).finish_non_exhaustive()
    }
}
