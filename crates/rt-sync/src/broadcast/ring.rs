//! The latest values, by number, and who waits for the next.
//!
//! # Protocol
//!
//! A value's number says which slot it is in. A sender takes the next number, fills the slot, and
//! counts `sent` up under the lock of the queue, so values are there in the order of their numbers.
//! A receiver looks, without that lock, whether its number was sent, and if so into the slot; if
//! not it looks once more under the lock, and then waits.
//!
//! Values are shared and not copied under a lock: `Clone` and `Drop` of a value run outside.
//!
//! # Invariants
//!
//! - I1: `sent` changes only under the lock of the queue.
//! - I2: a slot holds a value of its own numbers, never an older one than before; each value
//!   with a number below `sent` was put in.
//!
//! Model: `a_value_for_all_is_received_or_missed`

use crate::waiters::WaitQueue;
use rt_primitive::atomic::{AtomicU64, Ordering};
use rt_primitive::mutant;
use rt_primitive::sync::{Arc, TryLock};
use std::ptr;

/// See the head of the file.
pub(super) struct Ring<T> {
    // [L] The values, each slot under its own lock (I2).
    slots: Box<[TryLock<Option<Kept<T>>>]>,
    // [A] The number of the next value (I1).
    sent: AtomicU64,
    // [L] Receivers that wait for the next value.
    pub(super) waiting: WaitQueue<(), Ends>,
}

/// A value, with its number.
struct Kept<T> {
    number: u64,
    value: Arc<T>,
}

/// What the lock of the queue guards.
pub(super) struct Ends {
    pub(super) receivers: usize,
    pub(super) senders: usize,
}

/// What a receiver finds for a number.
pub(super) enum Found<T> {
    Value(Arc<T>),
    /// It was not sent yet.
    Nothing,
    /// A newer value has taken its place; the oldest that is kept.
    Gone {
        oldest: u64,
    },
}

impl<T> Ring<T> {
    /// With one sender and one receiver; `capacity` is a power of two.
    pub(super) fn new(capacity: usize) -> Self {
        let ends = Ends { receivers: 1, senders: 1 };
        Ring {
            slots: (0..capacity).map(|_| TryLock::new(None)).collect(),
            sent: AtomicU64::new(0),
            waiting: WaitQueue::new(ends),
        }
    }

    /// The number of the next value; under the lock of the queue it stays so.
    pub(super) fn sent(&self) -> u64 {
        // ORDERING: Acquire; pairs with Release in `send`; the values before it are in their slots.
        self.sent.load(Ordering::Acquire)
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
        let ends = self.waiting.lock();
        let receivers = ends.receivers;
        if receivers == 0 {
            drop(ends);
            let unshared = Arc::try_unwrap(value);
            return Err(unshared.unwrap_or_else(|_| unreachable!("nobody else has got it")));
        }
        let number = self.sent();
        let old = self.slot(number).lock().replace(Kept { number, value });
        // ORDERING: Release; pairs with Acquire in `sent`. A plain store, since the lock is held.
        // Processors need it; loom shows the slot's lock as taken in any case.
        self.sent.store(number + 1, Ordering::Release);
        if !mutant!("broadcast.send_untold") {
            ends.serve_all(|(), _| (), |_| ());
        }
        drop(old);
        Ok(receivers)
    }

    /// What there is for `number`.
    pub(super) fn find(&self, number: u64) -> Found<T> {
        if number >= self.sent() {
            return Found::Nothing;
        }
        match &*self.slot(number).lock() {
            Some(kept) if kept.number == number => Found::Value(kept.value.clone()),
            Some(newer) => {
                // That one may not count as sent yet.
                let sent = self.sent().max(newer.number + 1);
                Found::Gone { oldest: sent - self.slots.len() as u64 }
            }
            None => unreachable!("value {number} was put in before it counted as sent"),
        }
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
        self.sent()
    }

    pub(super) fn remove_receiver(&self) {
        self.waiting.lock().receivers -= 1;
    }
}
