//! Waits until all that was put into a queue is done.

use super::core::QueueCore;
use super::store::Store;
use crate::waiters::{Stage, Waiter};
use pin_project_lite::pin_project;
use rt_core::{WaitKind, note_wait, poll_budget};
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// The future of [`StoreQueue::join`](super::StoreQueue::join).
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::queue::{Fifo, Join, Queue};
    ///
    /// let queue = Queue::<u32>::unbounded();
    /// let done: Join<'_, u32, Fifo<u32>> = queue.join();
    /// done.await; // nothing was put in
    /// # });
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    pub struct Join<'a, T, S> {
        core: &'a QueueCore<T, S>,
        site: &'static Location<'static>,
        #[pin]
        waiter: Waiter<'a, ()>,
    }
}

impl<'a, T, S: Store<T>> Join<'a, T, S> {
    pub(super) fn new(core: &'a QueueCore<T, S>, site: &'static Location<'static>) -> Self {
        Join { core, site, waiter: Waiter::new(&core.joiners) }
    }

    /// The first poll: ready if all is done, else queues.
    fn look_or_wait(self: Pin<&mut Self>, cx: &Context<'_>) -> Poll<()> {
        let mut this = self.project();
        this.waiter.as_mut().prepare((), cx);
        let core = this.core.takers.lock();
        if core.is_finished() {
            return Poll::Ready(());
        }
        this.core.joiners.lock().push(this.waiter.as_ref());
        Poll::Pending
    }
}

impl<T, S: Store<T>> Future for Join<'_, T, S> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        ready!(poll_budget(cx));
        let polled = match self.waiter.stage() {
            Stage::Rest => self.as_mut().look_or_wait(cx),
            Stage::Queued | Stage::Served => self.as_mut().project().waiter.poll_served(cx),
        };
        if polled.is_pending() {
            note_wait(WaitKind::Signal, self.site, self.core.resource());
        }
        polled
    }
}

impl<T, S> fmt::Debug for Join<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Join").field("stage", &self.waiter.stage()).finish_non_exhaustive()
    }
}
