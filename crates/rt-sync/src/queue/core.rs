//! The engine of queues and of `mpmc` channels: who waits, and whom a put or a take lets go on.
//!
//! Under one lock, that of the takers, lies all the queue has. The putters wait in a second queue,
//! which is locked within the first; those in `join` in a third, locked within the first too. An
//! operation wakes at most the one it made room or an item for, once the locks are released. Only
//! a shutdown wakes more.
//!
//! Of those who wait, the oldest is promised what there is (`contents.rs`) and takes it when it has
//! its turn. Whoever comes later finds less. If it is dropped before, the promise is made to the
//! next. So a put that is dropped has put nothing, and a take that is dropped has taken nothing.

use super::contents::{Contents, Opening};
use super::error::{PutError, TooManyDone, TryGetError, TryPutError};
use super::store::Store;
use crate::waiters::{QueueGuard, WaitQueue, wake};
use rt_primitive::mutant;
use std::ptr;
use std::task::Waker;

/// True for who was promised something, false for who was told of a shutdown.
pub(super) type Promise = bool;

/// See the head of the file.
pub(crate) struct QueueCore<T, S> {
    capacity: usize,
    pub(super) takers: WaitQueue<Promise, Contents<T, S>>,
    pub(super) putters: WaitQueue<Promise>,
    pub(super) joiners: WaitQueue<()>,
}

/// The lock of the takers, and of all the queue has.
pub(super) type CoreGuard<'a, T, S> = QueueGuard<'a, Promise, Contents<T, S>>;

impl<T, S: Store<T>> QueueCore<T, S> {
    rt_primitive::const_fn! {
        pub(crate) fn new(capacity: usize) -> Self {
            QueueCore {
                capacity,
                takers: WaitQueue::new(Contents::new()),
                putters: WaitQueue::new(()),
                joiners: WaitQueue::new(()),
            }
        }
    }

    /// What this is to those who show what waits for what.
    pub(super) fn resource(&self) -> usize {
        ptr::from_ref(self).addr()
    }

    /// How many items there are, and whether it is shut down; `None` if that would mean to wait.
    pub(super) fn glance(&self) -> Option<(usize, bool)> {
        let core = self.takers.try_lock()?;
        Some((core.len(), core.stage() != Opening::Open))
    }

    pub(crate) fn capacity(&self) -> Option<usize> {
        (self.capacity != usize::MAX).then_some(self.capacity)
    }

    pub(crate) fn len(&self) -> usize {
        self.takers.lock().len()
    }

    pub(crate) fn is_full(&self) -> bool {
        !self.takers.lock().has_room(self.capacity)
    }

    pub(crate) fn is_shut_down(&self) -> bool {
        self.takers.lock().stage() != Opening::Open
    }

    pub(crate) fn try_put(&self, item: T) -> Result<(), TryPutError<T>> {
        let core = self.takers.lock();
        if core.stage() != Opening::Open {
            return Err(TryPutError::ShutDown(item));
        }
        if !core.has_room(self.capacity) {
            return Err(TryPutError::Full(item));
        }
        self.put_and_unlock(core, item);
        Ok(())
    }

    pub(crate) fn try_take(&self) -> Result<T, TryGetError> {
        let core = self.takers.lock();
        if core.has_item() {
            return Ok(self.take_and_unlock(core));
        }
        Err(match core.stage() {
            Opening::Open => TryGetError::Empty,
            Opening::Shut | Opening::ShutNow => TryGetError::ShutDown,
        })
    }

    /// Puts back an item that was taken and is not done, whether there is room or not.
    pub(super) fn put_again(&self, item: T) -> Result<(), PutError<T>> {
        let mut core = self.takers.lock();
        if core.stage() != Opening::Open {
            drop(core);
            return Err(PutError(item));
        }
        core.put_again(item);
        let taker = self.promise_item(&mut core);
        drop(core);
        taker.into_iter().for_each(wake);
        Ok(())
    }

    /// True when there is room that is promised to nobody. Then no putter waits.
    pub(super) fn has_room(&self, core: &CoreGuard<'_, T, S>) -> bool {
        core.has_room(self.capacity)
    }

    /// Puts `item`, for which there is room, and wakes the taker that gets it.
    pub(super) fn put_and_unlock(&self, mut core: CoreGuard<'_, T, S>, item: T) {
        core.put(item);
        let taker = self.promise_item(&mut core);
        drop(core);
        taker.into_iter().for_each(wake);
    }

    /// Takes an item, which is there, and wakes the putter that gets its room.
    pub(super) fn take_and_unlock(&self, mut core: CoreGuard<'_, T, S>) -> T {
        let item = core.take();
        let putter = self.promise_slot(&mut core);
        drop(core);
        putter.into_iter().for_each(wake);
        item
    }

    /// Promises an item that is promised to nobody to the oldest taker that waits.
    pub(super) fn promise_item(&self, core: &mut CoreGuard<'_, T, S>) -> Option<Waker> {
        if !core.has_item() || mutant!("queue.promise_no_item") {
            return None;
        }
        core.serve_if(|promise, contents| {
            contents.promise_item();
            *promise = true;
            true
        })
    }

    /// Promises room that is promised to nobody to the oldest putter that waits.
    pub(super) fn promise_slot(&self, core: &mut CoreGuard<'_, T, S>) -> Option<Waker> {
        if !core.may_have_putters || core.stage() != Opening::Open || !core.has_room(self.capacity)
        {
            return None;
        }
        let mut putters = self.putters.lock();
        let putter = putters.serve_if(|promise, ()| {
            *promise = true;
            true
        });
        core.may_have_putters = !putters.is_empty();
        drop(putters);
        if putter.is_some() {
            core.promise_slot();
        }
        putter
    }

    pub(crate) fn task_done(&self) -> Result<(), TooManyDone> {
        let mut core = self.takers.lock();
        if core.finish_one().ok_or(TooManyDone)? {
            self.end_joins(core);
        }
        Ok(())
    }

    /// Ends the joins that wait at this moment.
    fn end_joins(&self, core: CoreGuard<'_, T, S>) {
        // Locked before the other is released, so that a join that comes later, when another item
        // has been put, is none of these.
        let joiners = self.joiners.lock();
        drop(core);
        if mutant!("queue.end_no_joins") {
            return;
        }
        joiners.serve_all(|(), ()| (), |_| ());
    }

    /// Lets no more items in; false if that was so before.
    pub(crate) fn shutdown(&self) -> bool {
        let is_first = self.takers.lock().shut();
        if is_first && !mutant!("queue.shut_untold") {
            self.tell_of_shutdown();
        }
        is_first
    }

    pub(crate) fn shutdown_now(&self) -> Vec<T> {
        let mut core = self.takers.lock();
        let left = core.shut_now();
        if core.is_finished() {
            self.end_joins(core);
        } else {
            drop(core);
        }
        self.tell_of_shutdown();
        left
    }

    /// Wakes all who wait to put or to take. Nobody starts to wait any more, and who waits to take
    /// waits for nothing that is there.
    fn tell_of_shutdown(&self) {
        self.putters.lock().serve_all(|promise, ()| *promise = false, |_| ());
        let tell = |promise: &mut Promise, contents: &mut Contents<T, S>| {
            *promise = false;
            contents.waiting_takers -= 1;
        };
        self.takers.lock().serve_all(tell, |_| ());
    }
}
