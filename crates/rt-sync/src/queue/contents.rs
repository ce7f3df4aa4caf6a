//! What a queue holds, and what it has promised to those whom it has woken.

use super::store::Store;
use std::marker::PhantomData;

/// What the lock of a queue guards.
///
/// A promise is made to the oldest that waits, when it is woken, and is kept until it has its turn
/// or is dropped. So nobody who comes in between can take away what it was woken for. Whatever can
/// be promised is, at once: while a taker waits, every item is promised, and while a putter waits,
/// all room is. Hence who finds something overtakes nobody.
pub(crate) struct Contents<T, S> {
    store: S,
    stage: Opening,
    /// Items in the store for takers that were woken.
    promised_items: usize,
    /// Room for putters that were woken.
    promised_slots: usize,
    /// Takers that wait and were promised nothing.
    pub(super) waiting_takers: usize,
    /// False only if no putter waits.
    pub(super) may_have_putters: bool,
    /// Items that were put and are not done.
    unfinished: usize,
    item: PhantomData<T>,
}

/// Whether items still go in and out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    Open,
    /// None goes in; they go out until there is none left.
    Shut,
    /// None goes in or out.
    ShutNow,
}

impl<T, S: Store<T>> Contents<T, S> {
    pub(super) const fn new() -> Self {
        Contents {
            store: S::EMPTY,
            stage: Opening::Open,
            promised_items: 0,
            promised_slots: 0,
            waiting_takers: 0,
            may_have_putters: false,
            unfinished: 0,
            item: PhantomData,
        }
    }

    pub(super) fn stage(&self) -> Opening {
        self.stage
    }

    pub(super) fn len(&self) -> usize {
        self.store.len()
    }

    /// True when there is an item that is promised to nobody. Then no taker waits.
    pub(super) fn has_item(&self) -> bool {
        self.store.len() > self.promised_items
    }

    /// True when there is room that is promised to nobody. With capacity 0 the room is a taker.
    pub(super) fn has_room(&self, capacity: usize) -> bool {
        let promised = self.promised_slots;
        if capacity == 0 {
            return self.waiting_takers > promised;
        }
        self.store.len().saturating_add(promised) < capacity
    }

    pub(super) fn put(&mut self, item: T) {
        self.store.put(item);
        self.unfinished += 1;
    }

    /// As `put`, for an item that was put before and is not done.
    pub(super) fn put_again(&mut self, item: T) {
        self.store.put(item);
    }

    pub(super) fn take(&mut self) -> T {
        self.store.take().expect("it was seen that there is an item")
    }

    /// Promises an item to a taker that waited.
    pub(super) fn promise_item(&mut self) {
        self.waiting_takers -= 1;
        self.promised_items += 1;
    }

    /// A taker that was promised an item takes it, or does not want it any more. False if there is
    /// none after all, because the queue was shut down and emptied.
    pub(super) fn end_item_promise(&mut self) -> bool {
        if self.stage == Opening::ShutNow {
            return false;
        }
        self.promised_items -= 1;
        true
    }

    /// Promises room to a putter that waited.
    pub(super) fn promise_slot(&mut self) {
        self.promised_slots += 1;
    }

    /// A putter that was promised room uses it, or does not want it any more. False if there is
    /// none after all, because the queue was shut down.
    pub(super) fn end_slot_promise(&mut self) -> bool {
        if self.stage != Opening::Open {
            return false;
        }
        self.promised_slots -= 1;
        true
    }

    /// Lets no more items in. False if that was so before.
    pub(super) fn shut(&mut self) -> bool {
        if self.stage != Opening::Open {
            return false;
        }
        self.stage = Opening::Shut;
        self.promised_slots = 0;
        true
    }

    /// Lets no more items in or out, and returns those that are left, which count as done.
    pub(super) fn shut_now(&mut self) -> Vec<T> {
        self.shut();
        self.stage = Opening::ShutNow;
        self.promised_items = 0;
        let left: Vec<T> = std::iter::from_fn(|| self.store.take()).collect();
        self.unfinished -= left.len();
        left
    }

    /// True when every item that was put is done.
    pub(super) fn is_finished(&self) -> bool {
        self.unfinished == 0
    }

    /// One more item is done; `None` if all that were taken are, else whether this was the last.
    pub(super) fn finish_one(&mut self) -> Option<bool> {
        if self.unfinished == self.store.len() {
            return None;
        }
        self.unfinished -= 1;
        Some(self.is_finished())
    }
}
