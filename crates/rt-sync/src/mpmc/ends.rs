//! The queue of a channel, and how many ends it has.
//!
//! # Protocol
//!
//! Each side is counted. Who brings the senders to 0 shuts the queue down, who brings the receivers
//! to 0 empties it as well. A count that is 0 stays so, because an end is made from an end.
//!
//! # Invariants
//!
//! - I1: `senders` and `receivers` are the numbers of ends that are there.
//!
//! Model: `the_last_sender_goes_while_a_receiver_waits`

use crate::queue::Fifo;
use crate::queue::core::QueueCore;
use rt_primitive::atomic::{AtomicUsize, Ordering};
use rt_primitive::mutant;

/// What all ends of a channel share.
pub(super) struct Ends<T> {
    // [C] The values, and who waits for what.
    pub(super) core: QueueCore<T, Fifo<T>>,
    // [A] See I1.
    senders: AtomicUsize,
    // [A] See I1.
    receivers: AtomicUsize,
}

impl<T> Ends<T> {
    /// One sender and one receiver.
    pub(super) fn new(capacity: usize) -> Self {
        Ends {
            core: QueueCore::new(capacity),
            senders: AtomicUsize::new(1),
            receivers: AtomicUsize::new(1),
        }
    }

    pub(super) fn senders(&self) -> usize {
        // ORDERING: Relaxed; a number to be shown.
        self.senders.load(Ordering::Relaxed)
    }

    pub(super) fn receivers(&self) -> usize {
        // ORDERING: Relaxed; a number to be shown.
        self.receivers.load(Ordering::Relaxed)
    }

    pub(super) fn add_sender(&self) {
        // ORDERING: Relaxed; the caller has a sender, so the count is not 0.
        self.senders.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn add_receiver(&self) {
        // ORDERING: Relaxed; the caller has a receiver, so the count is not 0.
        self.receivers.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn remove_sender(&self) {
        // ORDERING: AcqRel; pairs with itself: what other senders did is before the shutdown.
        let is_last = self.senders.fetch_sub(1, Ordering::AcqRel) == 1;
        if is_last && !mutant!("mpmc.last_sender_leaves_open") {
            let _is_first = self.core.shutdown();
        }
    }

    pub(super) fn remove_receiver(&self) {
        // ORDERING: AcqRel; as in `remove_sender`.
        let is_last = self.receivers.fetch_sub(1, Ordering::AcqRel) == 1;
        if is_last && !mutant!("mpmc.last_receiver_leaves_open") {
            // Dropped here, without a lock.
            drop(self.core.shutdown_now());
        }
    }
}
