//! The latest values, by number, and who waits for the next.
//!
//! A value's number says which slot it is in. A sender takes the next number and fills the slot
//! under the lock of the queue, so values are there in the order of their numbers. A receiver looks
//! into the slot of the number it wants, without that lock; finding an older value there it looks
//! once more under the lock, and then waits.
//!
//! Values are shared and not copied under a lock: `Clone` and `Drop` of a value run outside.

use crate::waiters::{QueueGuard, WaitQueue};
use rt_primitive::mutant;
use rt_primitive::sync::{Arc, TryLock};
use std::ptr;

/// See the head of the file.
pub(super) struct Ring<T> {
    slots: Box<[TryLock<Option<Kept<T>>>]>,
    /// Receivers that wait for the next value.
    pub(super) waiting: WaitQueue<(), Ends>,
}

/// A value, with its number.
struct Kept<T> {
    number: u64,
    value: Arc<T>,
}

/// What the lock of the queue guards.
pub(super) struct Ends {
    /// The number of the next value.
    pub(super) next: u64,
    pub(super) receivers: usize,
    pub(super) senders: usize,
}

/// What a receiver finds for a number.
pub(super) enum Found<T> {
    Value(Arc<T>),
    /// It was not sent yet.
    Nothing,
    /// A newer value has taken its place.
    Gone,
}

impl<T> Ring<T> {
    /// With one sender and one receiver; `capacity` is a power of two.
    pub(super) fn new(capacity: usize) -> Self {
        let ends = Ends { next: 0, receivers: 1, senders: 1 };
        Ring {
            slots: (0..capacity).map(|_| TryLock::new(None)).collect(),
            waiting: WaitQueue::new(ends),
        }
    }

    /// What this is to those who show what waits for what.
    pub(super) fn resource(&self) -> usize {
        ptr::from_ref(self).addr()
    }

    fn slot(&self, number: u64) -> &TryLock<Option<Kept<T>>> {
        &self.slots[number as usize & (self.slots.len() - 1)]
    }

    /// Sends `value`, and returns how many receivers there are.
    ///
    /// # Errors
    ///
    /// The value, when there is none.
    pub(super) fn send(&self, value: T) -> Result<usize, T> {
        let value = Arc::new(value);
        let mut ends = self.waiting.lock();
        let receivers = ends.receivers;
        if receivers == 0 {
            drop(ends);
            let unshared = Arc::try_unwrap(value);
            return Err(unshared.unwrap_or_else(|_| unreachable!("nobody else has got it")));
        }
        let number = ends.next;
        ends.next += 1;
        let old = self.slot(number).lock().replace(Kept { number, value });
        if !mutant!("broadcast.send_untold") {
            ends.serve_all(|(), _| (), |_| ());
        }
        drop(old);
        Ok(receivers)
    }

    /// What there is for `number`.
    pub(super) fn find(&self, number: u64) -> Found<T> {
        match &*self.slot(number).lock() {
            Some(kept) if kept.number == number => Found::Value(kept.value.clone()),
            Some(kept) if kept.number > number => Found::Gone,
            Some(_) | None => Found::Nothing,
        }
    }

    /// The number of the oldest value that is kept.
    pub(super) fn oldest(&self, ends: &QueueGuard<'_, (), Ends>) -> u64 {
        ends.next.saturating_sub(self.slots.len() as u64)
    }

    pub(super) fn add_sender(&self) {
        self.waiting.lock().senders += 1;
    }

    /// A sender is gone; after the last one there is nothing to wait for.
    pub(super) fn remove_sender(&self) {
        let mut ends = self.waiting.lock();
        ends.senders -= 1;
        if ends.senders == 0 && !mutant!("broadcast.last_sender_leaves_open") {
            ends.serve_all(|(), _| (), |_| ());
        }
    }

    /// One more receiver, which starts with the next value; returns the number of that.
    pub(super) fn add_receiver(&self) -> u64 {
        let mut ends = self.waiting.lock();
        ends.receivers += 1;
        ends.next
    }

    pub(super) fn remove_receiver(&self) {
        self.waiting.lock().receivers -= 1;
    }
}
