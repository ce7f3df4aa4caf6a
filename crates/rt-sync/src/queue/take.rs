//! Waits until there is an item to take.

use super::contents::Contents;
use super::contents::Opening;
use super::core::{Promise, QueueCore};
use super::error::ShutDown;
use super::store::Store;
use crate::waiters::{Stage, Waiter, wake};
use pin_project_lite::pin_project;
use rt_core::{WaitKind, note_wait, poll_budget};
use rt_primitive::mutant;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// The future of [`StoreQueue::get`](super::StoreQueue::get).
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::queue::{Fifo, Get, Queue};
    ///
    /// let queue = Queue::unbounded();
    /// let get: Get<'_, u32, Fifo<u32>> = queue.get();
    /// queue.try_put(7).unwrap();
    /// assert_eq!(get.await, Ok(7));
    /// # });
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    pub struct Get<'a, T, S: Store<T>> {
        core: &'a QueueCore<T, S>,
        site: &'static Location<'static>,
        #[pin]
        waiter: Waiter<'a, Promise, Contents<T, S>>,
    }

    impl<T, S: Store<T>> PinnedDrop for Get<'_, T, S> {
        fn drop(this: Pin<&mut Self>) {
            this.give_up();
        }
    }
}

impl<'a, T, S: Store<T>> Get<'a, T, S> {
    pub(crate) fn new(core: &'a QueueCore<T, S>, site: &'static Location<'static>) -> Self {
        Get { core, site, waiter: Waiter::new(&core.takers) }
    }

    /// The first poll: takes an item, or queues.
    fn take_or_wait(self: Pin<&mut Self>, cx: &Context<'_>) -> Poll<Result<T, ShutDown>> {
        let mut this = self.project();
        let mut is_prepared = false;
        loop {
            let mut core = this.core.takers.lock();
            if core.has_item() {
                return Poll::Ready(Ok(this.core.take_and_unlock(core)));
            }
            if core.stage() != Opening::Open {
                return Poll::Ready(Err(ShutDown));
            }
            if is_prepared {
                core.push(this.waiter.as_ref());
                core.waiting_takers += 1;
                // With capacity 0 a taker is what a putter waits for.
                let putter = this.core.promise_slot(&mut core);
                drop(core);
                putter.into_iter().for_each(wake);
                return Poll::Pending;
            }
            drop(core);
            this.waiter.as_mut().prepare(false, cx);
            is_prepared = true;
        }
    }

    /// A later poll: takes the item that was promised.
    fn take_as_promised(self: Pin<&mut Self>, promise: Promise) -> Result<T, ShutDown> {
        let mut core = self.core.takers.lock();
        if promise && core.end_item_promise() {
            return Ok(self.core.take_and_unlock(core));
        }
        Err(ShutDown)
    }

    /// Leaves the queue of those who wait; an item that was promised goes to the next.
    fn give_up(self: Pin<&mut Self>) {
        let this = self.project();
        if this.waiter.stage() == Stage::Rest {
            return;
        }
        let mut core = this.core.takers.lock();
        if core.withdraw(this.waiter.as_ref().get_ref()) {
            core.waiting_takers -= 1;
            return;
        }
        let promise = this.waiter.take_served();
        if promise == Some(true) && core.end_item_promise() && !mutant!("queue.keep_item") {
            let taker = this.core.promise_item(&mut core);
            drop(core);
            taker.into_iter().for_each(wake);
        }
    }
}

impl<T, S: Store<T>> Future for Get<'_, T, S> {
    type Output = Result<T, ShutDown>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T, ShutDown>> {
        ready!(poll_budget(cx));
        let polled = match self.waiter.stage() {
            Stage::Rest => self.as_mut().take_or_wait(cx),
            Stage::Queued | Stage::Served => {
                let served = self.as_mut().project().waiter.poll_served(cx);
                served.map(|promise| self.as_mut().take_as_promised(promise))
            }
        };
        if polled.is_pending() {
            note_wait(WaitKind::Receive, self.site, self.core.resource());
        }
        polled
    }
}

impl<T, S: Store<T>> fmt::Debug for Get<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Get").field("stage", &self.waiter.stage()).finish_non_exhaustive()
    }
}
