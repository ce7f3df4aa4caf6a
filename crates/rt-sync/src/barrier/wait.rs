//! Waiting at a barrier.

use super::{Barrier, BarrierBroken, BarrierWaitResult, Place, Round, release};
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
    /// The future of [`Barrier::wait`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::{Barrier, futures::BarrierWait};
    ///
    /// let alone = Barrier::new(1);
    /// let wait: BarrierWait<'_> = alone.wait();
    /// assert!(wait.await.is_ok());
    /// # });
    /// ```
    #[must_use = "a wait does nothing unless it is awaited or polled"]
    pub struct BarrierWait<'a> {
        barrier: &'a Barrier,
        site: &'static Location<'static>,
        #[pin]
        waiter: Waiter<'a, Place, Round>,
    }

    impl PinnedDrop for BarrierWait<'_> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if this.waiter.stage() != Stage::Queued {
                return;
            }
            let mut queue = this.barrier.queue.lock();
            if !queue.withdraw(&this.waiter) {
                return;
            }
            let place = this.waiter.take_payload().expect("it was queued with one");
            // The others of a round that has ended are being told; the next counts without it.
            if place.round == queue.number || mutant!("barrier.leave_any_round") {
                queue.arrived -= 1;
            }
        }
    }
}

impl<'a> BarrierWait<'a> {
    #[track_caller]
    pub(super) fn new(barrier: &'a Barrier) -> Self {
        BarrierWait { barrier, site: Location::caller(), waiter: Waiter::new(&barrier.queue) }
    }
}

impl Future for BarrierWait<'_> {
    type Output = Result<BarrierWaitResult, BarrierBroken>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let barrier = *this.barrier;
        let told = |index| BarrierWaitResult { index, parties: barrier.parties };
        let mut waiter = this.waiter;
        if waiter.stage() != Stage::Rest {
            if let Poll::Ready(place) = waiter.poll_served(cx) {
                return Poll::Ready(place.end.map(told));
            }
            note_wait(WaitKind::Signal, this.site, 0);
            return Poll::Pending;
        }
        ready!(poll_budget(cx));
        // The round is written below, when it is known under the lock.
        waiter.as_mut().prepare(Place { round: 0, end: Err(BarrierBroken) }, cx);
        let mut queue = barrier.queue.lock();
        if queue.is_broken {
            return Poll::Ready(Err(BarrierBroken));
        }
        if queue.arrived + 1 == barrier.parties {
            queue.begin_round();
            release(queue, |place, round| place.end = Ok(round.next_index(place)));
            return Poll::Ready(Ok(told(barrier.parties - 1)));
        }
        queue.arrived += 1;
        let round = queue.number;
        queue.push(waiter.as_ref());
        queue.with_youngest(|place| place.round = round);
        drop(queue);
        note_wait(WaitKind::Signal, this.site, 0);
        Poll::Pending
    }
}

impl fmt::Debug for BarrierWait<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BarrierWait").field("made_at", self.site).finish_non_exhaustive()
    }
}
