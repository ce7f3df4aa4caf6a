//! The word that tells the halves of a oneshot about each other.
//!
//! # Protocol
//!
//! Each half waits in the same way: it puts its waker into its slot, then sets its `WAITS` bit,
//! unless what it waits for has happened: `FINISHED` for the receiver, `CLOSED` for the sender. Who
//! makes that happen while the bit is set takes the waker out and wakes it.
//!
//! Each half sets its `LEFT` bit with the last of its accesses to the memory; the second to do so
//! frees it. A sender that finds nobody to wake finishes and leaves in one exchange, so that a
//! value that was sent before the receiver looks costs nothing more.
//!
//! # Invariants
//!
//! - I1: before `FINISHED` the value is the sender's; from then on it is the receiver's.
//! - I2: while `RX_WAITS` is set without `FINISHED`, or clear, the receiver's waker slot is the
//!   receiver's; it is full exactly while the bit is set. Set with `FINISHED`: the sender takes it.
//! - I3: the same for `TX_WAITS`, `CLOSED`, and the sender's waker slot.
//! - I4: a half touches the memory no more once its `LEFT` bit is set, unless the other bit was set
//!   before: then it alone does.
//!
//! Model: `a_sent_value_is_received_or_told`

use rt_primitive::atomic::{AtomicU32, Ordering};
use rt_primitive::mutant;

/// The sender has put in a value, or never will.
const FINISHED: u32 = 1;
/// The receiver wants no value any more.
const CLOSED: u32 = 2;
/// The receiver's waker is in its slot.
const RX_WAITS: u32 = 4;
/// The sender's waker is in its slot.
const TX_WAITS: u32 = 8;
/// The receiver has gone from the memory.
const RX_LEFT: u32 = 16;
/// The sender has gone from the memory.
const TX_LEFT: u32 = 32;

/// See the head of the file.
#[derive(Debug)]
pub(super) struct OneshotState {
    // [A] The bits above.
    word: AtomicU32,
}

/// One of the halves.
#[derive(Clone, Copy)]
pub(super) enum Half {
    Sender,
    Receiver,
}

/// What the receiver finds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Nothing yet; and whether its waker is in the slot.
    Empty { waits: bool },
    /// It has closed the channel, and nothing was sent before.
    Closed,
    /// The sender has finished; and whether it has left.
    Finished { sender_left: bool },
}

/// What the sender must do once it wants to finish.
#[must_use]
pub(super) enum Finish {
    /// Take its value back: the channel is closed. Nothing has changed.
    Refused,
    /// Nothing: it has left.
    Left,
    /// Free the memory: it was the last.
    LastOut,
    /// Take the receiver's waker, leave, and wake.
    Wake,
}

impl Half {
    /// Its bit while it waits, the bit of what it waits for, and its bit when it has left.
    fn bits(self) -> (u32, u32, u32) {
        match self {
            Half::Sender => (TX_WAITS, CLOSED, TX_LEFT),
            Half::Receiver => (RX_WAITS, FINISHED, RX_LEFT),
        }
    }

    fn other(self) -> Half {
        match self {
            Half::Sender => Half::Receiver,
            Half::Receiver => Half::Sender,
        }
    }
}

impl OneshotState {
    pub(super) fn new() -> OneshotState {
        OneshotState { word: AtomicU32::new(0) }
    }

    /// What the receiver finds.
    #[inline]
    pub(super) fn look(&self) -> Look {
        let order = mutant!("oneshot.look_relaxed", Ordering::Acquire => Ordering::Relaxed);
        // ORDERING: Acquire; pairs with Release in `finish`; the value is visible, and so is all
        // that a sender that left has done to the memory.
        let word = self.word.load(order);
        match word {
            _ if word & FINISHED != 0 => Look::Finished { sender_left: word & TX_LEFT != 0 },
            _ if word & CLOSED != 0 => Look::Closed,
            _ => Look::Empty { waits: word & RX_WAITS != 0 },
        }
    }

    /// Whether the receiver wants no value, and whether the sender's waker is in its slot.
    #[inline]
    pub(super) fn look_at_receiver(&self) -> (bool, bool) {
        // ORDERING: Acquire; pairs with AcqRel in `close`; what came before it is visible.
        let word = self.word.load(Ordering::Acquire);
        (word & CLOSED != 0, word & TX_WAITS != 0)
    }

    /// The sender finishes; with a value only if the receiver wants one.
    #[inline]
    pub(super) fn finish(&self, has_value: bool) -> Finish {
        // ORDERING: Relaxed; the exchange below decides.
        let mut word = self.word.load(Ordering::Relaxed);
        loop {
            if has_value && word & CLOSED != 0 {
                return Finish::Refused;
            }
            let wakes = word & RX_WAITS != 0;
            let left = if wakes && !mutant!("oneshot.leave_first") { 0 } else { TX_LEFT };
            let order = mutant!("oneshot.finish_relaxed", Ordering::AcqRel => Ordering::Relaxed);
            // ORDERING: AcqRel; Release pairs with Acquire in `look`, for the value; Acquire pairs
            // with `start_wait`, for the waker, and with `leave`, for memory that is ours alone.
            let finished =
                self.word.compare_exchange(word, word | FINISHED | left, order, Ordering::Relaxed);
            match finished {
                Ok(_) if wakes => return Finish::Wake,
                Ok(_) if word & RX_LEFT != 0 => return Finish::LastOut,
                Ok(_) => return Finish::Left,
                Err(found) => word = found,
            }
        }
    }

    /// The receiver wants no value any more; true if it must take the sender's waker and wake it.
    pub(super) fn close(&self) -> bool {
        // ORDERING: AcqRel; Acquire pairs with `start_wait`, for the waker; Release pairs with
        // Acquire in `look_at_receiver`.
        let before = self.word.fetch_or(CLOSED, Ordering::AcqRel);
        before & (CLOSED | TX_WAITS) == TX_WAITS
    }

    /// The half, whose waker is in its slot, waits from now on; false if what it waits for has
    /// happened, and the waker is to be taken back.
    pub(super) fn start_wait(&self, half: Half) -> bool {
        let (waits, happened, _) = half.bits();
        self.toggle(waits, 0, if mutant!("oneshot.wait_unseen") { 0 } else { happened })
    }

    /// The half waits no more, and its waker is to be taken back; false if it did not wait, or its
    /// waker was taken by the other half, because what it waited for has happened.
    pub(super) fn stop_wait(&self, half: Half) -> bool {
        let (waits, happened, _) = half.bits();
        self.toggle(waits, waits, if mutant!("oneshot.stop_unseen") { 0 } else { happened })
    }

    /// Changes the bit `waits`, if it is as in `before`, and the bit `happened` is clear.
    fn toggle(&self, waits: u32, before: u32, happened: u32) -> bool {
        // ORDERING: Relaxed; the exchange below decides.
        let mut word = self.word.load(Ordering::Relaxed);
        while word & (waits | happened) == before {
            let new = word ^ waits;
            let order = mutant!("oneshot.wait_relaxed", Ordering::AcqRel => Ordering::Relaxed);
            // ORDERING: AcqRel; Release pairs with Acquire in `finish` and `close`, which take the
            // waker. Relaxed on failure: it is tried again, or the caller looks.
            match self.word.compare_exchange(word, new, order, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(found) => word = found,
            }
        }
        false
    }

    /// The half touches the memory no more; true if it must free it, because the other left before.
    pub(super) fn leave(&self, half: Half) -> bool {
        let (_, _, left) = half.bits();
        let (_, _, other_left) = half.other().bits();
        let order = mutant!("oneshot.leave_relaxed", Ordering::AcqRel => Ordering::Relaxed);
        // ORDERING: AcqRel; pairs with itself and with `finish`; the last one out sees all that the
        // other did to the memory.
        self.word.fetch_or(left, order) & other_left != 0
    }
}
