//! The latest values, by number, and who waits for the next.
//!
//! # Protocol
//!
//! A value's number says which slot it is in. A sender takes the next number, fills the slot, and
//! counts `sent` up under the lock of the queue, so values are there in the order of their numbers.
//! A receiver looks, without that lock, whether its number was sent, and if so into the slot; if
//! not it looks once more under the lock, and then waits.
//!
//! Values are shared and not copied under a lock: `Clone` and `Drop` of a value run outside. A slot
//! counts the receivers that have not received its value; the last of them takes it out. A receiver
//! that goes takes itself off the slots that it has not come to.
//!
//! # Invariants
//!
//! - I1: `sent` changes only under the lock of the queue.
//! - I2: a slot holds a value of its own numbers, never an older one than before; each value
//!   with a number below `sent` was put in.
//! - I3: `receivers` changes under the lock of the queue, where a sender reads it for its slot. So
//!   a slot counts the receivers whose next number is not above its own, and who have not gone.
//! - I4: receivers go from slot to slot in order, so if one is counted by none, those before it are
//!   counted by none.
//!
//! Models: `a_value_for_all_is_received_or_missed`,
//! `a_value_goes_with_the_last_who_wants_it`.

use crate::sender_count::SenderCount;
use crate::waiters::WaitQueue;
use rt_primitive::atomic::{AtomicU64, AtomicUsize, Ordering};
use rt_primitive::mutant;
use rt_primitive::sync::{Arc, TryLock};
use std::ptr;

/// See the head of the file.
pub(super) struct Ring<T> {
    // [L] The values, each slot under its own lock (I2).
    slots: Box<[TryLock<Option<Kept<T>>>]>,
    // [A] The number of the next value (I1).
    sent: AtomicU64,
    // [C] How many may still send.
    senders: SenderCount,
    // [A] Receivers that are there (I3).
    receivers: AtomicUsize,
    // [L] Receivers that wait for the next value.
    pub(super) waiting: WaitQueue<(), Ending>,
    // [L] Senders that wait until there is no receiver.
    pub(super) watching: WaitQueue<()>,
}

/// A value, with its number.
struct Kept<T> {
    number: u64,
    /// Receivers that have not received it (I3).
    left: usize,
    /// `None` once nobody is left.
    value: Option<Arc<T>>,
}

/// What the lock of the queue guards.
pub(super) struct Ending {
    /// Every sender is gone.
    pub(super) is_over: bool,
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

impl<T> Kept<T> {
    /// The value, for one of those who are left.
    fn give(&mut self) -> Option<Arc<T>> {
        self.left -= 1;
        if self.left == 0 { self.value.take() } else { self.value.clone() }
    }

    /// One of those who are left goes; the value, if nobody is left then.
    fn forgo(&mut self) -> Option<Arc<T>> {
        self.left -= 1;
        if self.left == 0 { self.value.take() } else { None }
    }
}

impl<T> Ring<T> {
    /// With one sender and so many receivers.
    pub(super) fn new(capacity: usize, receivers: usize) -> Self {
        Ring {
            slots: (0..capacity.next_power_of_two()).map(|_| TryLock::new(None)).collect(),
            sent: AtomicU64::new(0),
            senders: SenderCount::one(),
            receivers: AtomicUsize::new(receivers),
            waiting: WaitQueue::new(Ending { is_over: false }),
            watching: WaitQueue::new(()),
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
        let waiting = self.waiting.lock();
        let receivers = self.receivers();
        if receivers == 0 {
            drop(waiting);
            let unshared = Arc::try_unwrap(value);
            return Err(unshared.unwrap_or_else(|_| unreachable!("nobody else has got it")));
        }
        let number = self.sent();
        let kept = Kept { number, left: receivers, value: Some(value) };
        let old = self.slot(number).lock().replace(kept);
        // ORDERING: Release; pairs with Acquire in `sent`. A plain store, since the lock is held.
        // Processors need it; loom shows the slot's lock as taken in any case.
        self.sent.store(number + 1, Ordering::Release);
        if !mutant!("broadcast.send_untold") {
            waiting.serve_all(|(), _| (), |_| ());
        }
        drop(old);
        Ok(receivers)
    }

    /// What there is for `number`, for a receiver who comes to it now.
    pub(super) fn receive(&self, number: u64) -> Found<T> {
        if number >= self.sent() {
            return Found::Nothing;
        }
        match &mut *self.slot(number).lock() {
            Some(kept) if kept.number == number => {
                Found::Value(kept.give().expect("I3: it is there while a receiver is left"))
            }
            Some(newer) => {
                // That one may not count as sent yet.
                let sent = self.sent().max(newer.number + 1);
                Found::Gone { oldest: sent - self.slots.len() as u64 }
            }
            None => unreachable!("value {number} was put in before it counted as sent"),
        }
    }

    /// How many values some receiver has not received, of those that are kept.
    pub(super) fn len(&self) -> usize {
        let end = self.sent();
        let (mut low, mut high) = (self.oldest(end), end);
        // By halves (I4).
        while low < high {
            let middle = low + (high - low) / 2;
            if self.is_wanted(middle) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        (end - low) as usize
    }

    /// True when each value was received by all (I4).
    pub(super) fn is_empty(&self) -> bool {
        self.sent().checked_sub(1).is_none_or(|last| !self.is_wanted(last))
    }

    fn is_wanted(&self, number: u64) -> bool {
        let slot = self.slot(number).lock();
        slot.as_ref().is_some_and(|kept| kept.number == number && kept.left > 0)
    }

    /// The number of the oldest value that may be kept, when so many were sent.
    fn oldest(&self, sent: u64) -> u64 {
        sent.saturating_sub(self.slots.len() as u64)
    }

    pub(super) fn senders(&self) -> &SenderCount {
        &self.senders
    }

    /// A sender is gone; after the last one there is nothing to wait for.
    pub(super) fn remove_sender(&self) {
        if self.senders.remove() {
            let mut waiting = self.waiting.lock();
            waiting.is_over = true;
            if !mutant!("broadcast.last_sender_leaves_open") {
                waiting.serve_all(|(), _| (), |_| ());
            }
        }
    }

    pub(super) fn receivers(&self) -> usize {
        // ORDERING: Acquire; pairs with Release in `remove_receiver`; who sees that there is none
        // may rely on what the last one did before.
        self.receivers.load(Ordering::Acquire)
    }

    /// One more receiver, which starts with the next value; returns the number of that.
    pub(super) fn add_receiver(&self) -> u64 {
        let _waiting = self.waiting.lock();
        // ORDERING: Relaxed; it changes under the lock only, which is held (I3).
        self.receivers.store(self.receivers() + 1, Ordering::Relaxed);
        self.sent()
    }

    /// A receiver is gone, which would have received `next`.
    pub(super) fn remove_receiver(&self, next: u64) {
        let waiting = self.waiting.lock();
        let receivers = self.receivers() - 1;
        // ORDERING: Release; pairs with Acquire in `receivers`. A plain store, since the lock is
        // held (I3).
        self.receivers.store(receivers, Ordering::Release);
        let sent = self.sent();
        drop(waiting);
        if receivers == 0 && !mutant!("broadcast.last_receiver_untold") {
            self.watching.lock().serve_all(|(), ()| (), |_| ());
        }
        if !mutant!("broadcast.leaver_keeps_values") {
            (next.max(self.oldest(sent))..sent).for_each(|number| self.forgo(number));
        }
    }

    /// A receiver goes that has not come to this value. Its drop runs without a lock.
    fn forgo(&self, number: u64) {
        let mut slot = self.slot(number).lock();
        let kept = slot.as_mut().filter(|kept| kept.number == number);
        let unwanted = kept.and_then(Kept::forgo);
        drop(slot);
        drop(unwanted);
    }
}
