//! The word of a `Notify`: a kept notification, whether somebody waits, and a count of broadcasts.
//!
//! # Protocol
//!
//! A notification is kept by an exchange, which refuses while somebody waits; then the lock of the
//! queue is taken, and the waiter served. Who has to wait notes so under that lock by an exchange
//! which fails when a notification or a broadcast has come in between.
//!
//! # Invariants
//!
//! - I1: under the lock, `WAITING` is set if the queue has somebody in it.
//! - I2: `WAITING` and `KEPT` are never set both; `WAITING` is changed only under the lock.
//! - I3: the count goes up only under the lock, before those who wait are served.
//!
//! Model: `a_notification_meets_a_waiter`

use rt_primitive::atomic::{AtomicUsize, Ordering};
use rt_primitive::mutant;
use std::fmt;

/// Somebody waits.
const WAITING: usize = 1;
/// A notification is kept.
const KEPT: usize = 2;
/// One call of `notify_waiters`; the count is in the bits from here.
const CALL: usize = 4;

/// The word.
pub(super) struct NotifyState {
    // [A] `WAITING`, `KEPT` and the count (I1 to I3).
    word: AtomicUsize,
}

/// How often `notify_waiters` had been called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Call(usize);

/// What a waiter finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A notification, which it has taken, or a broadcast since it was made.
    Notification,
    /// Nothing.
    Nothing,
}

impl NotifyState {
    rt_primitive::const_fn! {
        /// Without a notification.
        pub(super) fn new() -> Self {
            NotifyState { word: AtomicUsize::new(0) }
        }
    }

    /// How often `notify_waiters` was called.
    pub(super) fn calls(&self) -> Call {
        // ORDERING: Acquire; pairs with Release in `count_call`.
        Call(self.word.load(Ordering::Acquire) / CALL)
    }

    /// Keeps a notification; false when somebody waits, who should have it.
    pub(super) fn keep(&self) -> bool {
        // ORDERING: Relaxed; the exchange below decides.
        let mut word = self.word.load(Ordering::Relaxed);
        loop {
            if word & WAITING != 0 {
                return false;
            }
            let order = mutant!("notify.keep_relaxed", Ordering::Release => Ordering::Relaxed);
            // ORDERING: Release; pairs with Acquire in `take`; what came before the notification is
            // visible to who gets it, also if one was kept already. Relaxed on failure.
            match self.word.compare_exchange(word, word | KEPT, order, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
    }

    /// Takes a kept notification, or a broadcast since `call`.
    pub(super) fn take(&self, call: Call) -> Found {
        // ORDERING: Acquire; pairs with Release in `count_call`.
        let mut word = self.word.load(Ordering::Acquire);
        loop {
            if word / CALL != call.0 {
                return Found::Notification;
            }
            if word & KEPT == 0 {
                return Found::Nothing;
            }
            // ORDERING: Acquire; pairs with Release in `keep`, and in `count_call` on failure.
            let taken = self.word.compare_exchange(
                word,
                word & !KEPT,
                Ordering::Acquire,
                Ordering::Acquire,
            );
            match taken {
                Ok(_) => return Found::Notification,
                Err(now) => word = now,
            }
        }
    }

    /// As [`take`](Self::take); if there is nothing it notes that somebody waits. The caller holds
    /// the lock, and queues itself when there is nothing.
    pub(super) fn take_or_wait(&self, call: Call) -> Found {
        loop {
            if self.take(call) == Found::Notification {
                return Found::Notification;
            }
            // ORDERING: Relaxed; the exchange below decides.
            let word = self.word.load(Ordering::Relaxed);
            let is_same = word & KEPT == 0 && word / CALL == call.0;
            if !is_same && !mutant!("notify.wait_without_a_look") {
                continue;
            }
            // ORDERING: Relaxed; who sees the flag takes the lock, and so sees the queue.
            let marked = self.word.compare_exchange(
                word,
                word | WAITING,
                Ordering::Relaxed,
                Ordering::Relaxed,
            );
            if marked.is_ok() {
                return Found::Nothing;
            }
        }
    }

    /// Notes that nobody waits. The caller holds the lock.
    pub(super) fn clear_waiting(&self) {
        // ORDERING: Relaxed; it says only that a notification can be kept.
        self.word.fetch_and(!WAITING, Ordering::Relaxed);
    }

    /// Counts a call of `notify_waiters`. The caller holds the lock.
    pub(super) fn count_call(&self) {
        // ORDERING: Release; pairs with Acquire in `take` and `calls`; what came before the call is
        // visible to who sees it.
        self.word.fetch_add(CALL, Ordering::Release);
    }
}

impl fmt::Debug for NotifyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // ORDERING: Relaxed; to look at.
        f.write_str(match self.word.load(Ordering::Relaxed) & (WAITING | KEPT) {
            WAITING => "somebody waits",
            KEPT => "a notification is kept",
            _ => "idle",
        })
    }
}
