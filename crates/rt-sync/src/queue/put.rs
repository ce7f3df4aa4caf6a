//! Waits until there is room for an item.

use super::contents::Opening;
use super::core::{Promise, QueueCore};
use super::error::PutError;
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
    /// The future of [`StoreQueue::put`](super::StoreQueue::put).
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::queue::{Fifo, Put, Queue};
    ///
    /// let queue = Queue::unbounded();
    /// let put: Put<'_, u32, Fifo<u32>> = queue.put(7);
    /// put.await.unwrap();
    /// # });
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    pub struct Put<'a, T, S: Store<T>> {
        core: &'a QueueCore<T, S>,
        item: Option<T>,
        site: &'static Location<'static>,
        #[pin]
        waiter: Waiter<'a, Promise>,
    }

    impl<T, S: Store<T>> PinnedDrop for Put<'_, T, S> {
        fn drop(this: Pin<&mut Self>) {
            this.give_up();
        }
    }
}

impl<'a, T, S: Store<T>> Put<'a, T, S> {
    pub(crate) fn new(
        core: &'a QueueCore<T, S>,
        item: T,
        site: &'static Location<'static>,
    ) -> Self {
        Put { core, item: Some(item), site, waiter: Waiter::new(&core.putters) }
    }

    /// The first poll: puts the item, or queues.
    fn put_or_wait(self: Pin<&mut Self>, cx: &Context<'_>) -> Poll<Result<(), PutError<T>>> {
        let mut this = self.project();
        let mut is_prepared = false;
        loop {
            let mut core = this.core.takers.lock();
            if core.stage() != Opening::Open {
                drop(core);
                return Poll::Ready(Err(PutError(take(this.item))));
            }
            if this.core.has_room(&core) {
                this.core.put_and_unlock(core, take(this.item));
                return Poll::Ready(Ok(()));
            }
            if is_prepared {
                this.core.putters.lock().push(this.waiter.as_ref());
                core.may_have_putters = true;
                return Poll::Pending;
            }
            drop(core);
            this.waiter.as_mut().prepare(false, cx);
            is_prepared = true;
        }
    }

    /// A later poll: uses the room that was promised.
    fn put_as_promised(self: Pin<&mut Self>, promise: Promise) -> Result<(), PutError<T>> {
        let this = self.project();
        let mut core = this.core.takers.lock();
        if promise && core.end_slot_promise() {
            this.core.put_and_unlock(core, take(this.item));
            return Ok(());
        }
        drop(core);
        Err(PutError(take(this.item)))
    }

    /// Leaves the queue of those who wait; room that was promised goes to the next.
    fn give_up(self: Pin<&mut Self>) {
        let this = self.project();
        if this.waiter.stage() == Stage::Rest {
            return;
        }
        let mut core = this.core.takers.lock();
        if this.core.putters.lock().withdraw(this.waiter.as_ref().get_ref()) {
            return;
        }
        let promise = this.waiter.take_served();
        if promise == Some(true) && core.end_slot_promise() && !mutant!("queue.keep_slot") {
            let putter = this.core.promise_slot(&mut core);
            drop(core);
            putter.into_iter().for_each(wake);
        }
    }
}

impl<T, S: Store<T>> Future for Put<'_, T, S> {
    type Output = Result<(), PutError<T>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), PutError<T>>> {
        ready!(poll_budget(cx));
        let polled = match self.waiter.stage() {
            Stage::Rest => self.as_mut().put_or_wait(cx),
            Stage::Queued | Stage::Served => {
                let served = self.as_mut().project().waiter.poll_served(cx);
                served.map(|promise| self.as_mut().put_as_promised(promise))
            }
        };
        if polled.is_pending() {
            note_wait(WaitKind::Send, self.site, self.core.resource());
        }
        polled
    }
}

/// The item, which is there until the future has ended.
fn take<T>(item: &mut Option<T>) -> T {
    item.take().expect("a put is not polled again after it has ended")
}

impl<T, S: Store<T>> fmt::Debug for Put<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Put").field("stage", &self.waiter.stage()).finish_non_exhaustive()
    }
}
