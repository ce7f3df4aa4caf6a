//! The memory that the halves of a oneshot share.
//!
//! # Protocol
//!
//! That of `state`: this file does what its answers say.
//!
//! # Invariants
//!
//! - I1: each half of a pair has one end; the memory is freed by the end that leaves last, by the
//!   rules of `state`.
//!
//! Model: `a_value_whose_receiver_goes_is_returned_or_dropped`

use super::state::{Finish, Half, Look, OneshotState};
use crate::waker_slot::WakerSlot;
use rt_primitive::cell::UnsafeCell;
use std::panic::Location;
use std::ptr::NonNull;
use std::task::Waker;

/// What both halves reach.
struct OneshotCell<T> {
    // [A] Who owns what.
    state: OneshotState,
    // [C] Where the channel was made. Here, so that each half is one word to move.
    made_at: &'static Location<'static>,
    // [O] The sender's until it has finished, then the receiver's (I1 of `state`).
    value: UnsafeCell<Option<T>>,
    // [O] See I2 of `state`.
    rx_waker: WakerSlot,
    // [O] See I3 of `state`.
    tx_waker: WakerSlot,
}

/// The sender's access to the memory.
pub(super) struct SenderEnd<T>(NonNull<OneshotCell<T>>);

/// The receiver's access to the memory.
pub(super) struct ReceiverEnd<T>(NonNull<OneshotCell<T>>);

// SAFETY: I1: the value goes from the sender's thread to the receiver's, or is dropped by either;
// it is never shared.
unsafe impl<T: Send> Send for SenderEnd<T> {}
// SAFETY: as above; this is I1 for the other end.
unsafe impl<T: Send> Send for ReceiverEnd<T> {}
// SAFETY: I1: through a shared end only the atomic word is read.
unsafe impl<T: Send> Sync for SenderEnd<T> {}
// SAFETY: as above, by I1.
unsafe impl<T: Send> Sync for ReceiverEnd<T> {}

/// The ends of new memory.
pub(super) fn pair<T>(made_at: &'static Location<'static>) -> (SenderEnd<T>, ReceiverEnd<T>) {
    let cell = NonNull::from(Box::leak(Box::new(OneshotCell {
        state: OneshotState::new(),
        made_at,
        value: UnsafeCell::new(None),
        rx_waker: WakerSlot::new(),
        tx_waker: WakerSlot::new(),
    })));
    (SenderEnd(cell), ReceiverEnd(cell))
}

/// Frees the memory, and a value that nobody took.
///
/// # Safety
///
/// - The caller is the last one out, and uses neither end again.
unsafe fn free<T>(cell: NonNull<OneshotCell<T>>) {
    // SAFETY: bullet 1; `pair` made it from a box.
    let cell = unsafe { Box::from_raw(cell.as_ptr()) };
    // Lets a model see a half that is still inside.
    cell.value.with_mut(|_| ());
}

impl<T> SenderEnd<T> {
    fn cell(&self) -> &OneshotCell<T> {
        // SAFETY: I1: this end has not left, since it is used up when it does.
        unsafe { self.0.as_ref() }
    }

    /// A number that both ends have, for those who show what waits for what.
    pub(super) fn resource(&self) -> usize {
        self.0.as_ptr().addr()
    }

    pub(super) fn made_at(&self) -> &'static Location<'static> {
        self.cell().made_at
    }

    pub(super) fn is_closed(&self) -> bool {
        self.cell().state.look_at_receiver().0
    }

    /// Leaves `waker` to be called when the receiver closes or is dropped; true if it has.
    pub(super) fn wait(&mut self, waker: &Waker) -> bool {
        let cell = self.cell();
        let (is_closed, waits) = cell.state.look_at_receiver();
        if is_closed {
            return true;
        }
        if waits {
            // SAFETY: I3 of `state`: `TX_WAITS` says that our waker was put in, and only we put.
            if unsafe { cell.tx_waker.will_wake(waker) } {
                return false;
            }
            self.stop_wait();
        }
        // SAFETY: I3 of `state`: the bit is clear, or the channel closed; either way, if the bit is
        // clear the slot is ours and empty.
        unsafe { cell.tx_waker.put(waker.clone()) };
        if cell.state.start_wait(Half::Sender) {
            return false;
        }
        // SAFETY: I3 of `state`: the bit is still clear, so the slot is ours, and it was filled.
        drop(unsafe { cell.tx_waker.take() });
        true
    }

    /// Takes the waker back, if it was left and not taken.
    fn stop_wait(&self) -> bool {
        let cell = self.cell();
        let is_ours = cell.state.stop_wait(Half::Sender);
        if is_ours {
            // SAFETY: I3 of `state`: the bit was set and is clear now: the slot is ours and full.
            drop(unsafe { cell.tx_waker.take() });
        }
        is_ours
    }

    /// Sends `value`, or tells that none will come; uses the end up.
    ///
    /// # Errors
    ///
    /// The value, if the receiver wants none.
    #[inline]
    pub(super) fn finish(self, value: Option<T>) -> Result<(), T> {
        let cell = self.cell();
        if cell.state.look_at_receiver().1 {
            self.stop_wait();
        }
        let has_value = value.is_some();
        cell.value.with_mut(|slot| {
            // SAFETY: I1 of `state`: the sender has not finished, so the value is its own.
            unsafe { *slot = value };
        });
        match cell.state.finish(has_value) {
            Finish::Left => Ok(()),
            finish => self.end(finish),
        }
    }

    /// What remains to be done when somebody waits for the value, or nobody wants it.
    fn end(self, finish: Finish) -> Result<(), T> {
        let cell = self.cell();
        match finish {
            Finish::Left => Ok(()),
            Finish::LastOut => {
                // SAFETY: the duty of free: `state` says so, and `self` ends here.
                unsafe { free(self.0) };
                Ok(())
            }
            Finish::Wake => {
                // SAFETY: I2 of `state`: finished with `RX_WAITS`, so the waker is ours to take.
                let waker = unsafe { cell.rx_waker.take() };
                if cell.state.leave(Half::Sender) {
                    // SAFETY: the duty of free: the receiver left before, and `self` ends here.
                    unsafe { free(self.0) };
                }
                waker.wake();
                Ok(())
            }
            Finish::Refused => {
                let value = cell.value.with_mut(|slot| {
                    // SAFETY: I1 of `state`: nothing has changed, so the value is still its own.
                    unsafe { (*slot).take() }
                });
                // Nobody waits at a closed channel, and nothing more is refused.
                let _ = self.finish(None);
                value.map_or(Ok(()), Err)
            }
        }
    }
}

impl<T> ReceiverEnd<T> {
    fn cell(&self) -> &OneshotCell<T> {
        // SAFETY: I1: this end has not left, since it is used up when it does.
        unsafe { self.0.as_ref() }
    }

    pub(super) fn made_at(&self) -> &'static Location<'static> {
        self.cell().made_at
    }

    /// The same number as the other end's.
    pub(super) fn resource(&self) -> usize {
        self.0.as_ptr().addr()
    }

    #[inline]
    pub(super) fn look(&self) -> Look {
        self.cell().state.look()
    }

    /// Leaves `waker` to be called when the sender finishes; then returns what there is.
    pub(super) fn wait(&mut self, waker: &Waker) -> Look {
        let cell = self.cell();
        let look = cell.state.look();
        let Look::Empty { waits } = look else { return look };
        if waits {
            // SAFETY: I2 of `state`: `RX_WAITS` says that our waker was put in, and only we put.
            if unsafe { cell.rx_waker.will_wake(waker) } {
                return look;
            }
            if !self.stop_wait() {
                return self.look();
            }
        }
        // SAFETY: I2 of `state`: `RX_WAITS` is clear, so the slot is ours and empty.
        unsafe { cell.rx_waker.put(waker.clone()) };
        if cell.state.start_wait(Half::Receiver) {
            return Look::Empty { waits: true };
        }
        // SAFETY: I2 of `state`: the bit is still clear, so the slot is ours, and was filled.
        drop(unsafe { cell.rx_waker.take() });
        self.look()
    }

    /// Takes the waker back; false if the sender took it.
    fn stop_wait(&self) -> bool {
        let cell = self.cell();
        let is_ours = cell.state.stop_wait(Half::Receiver);
        if is_ours {
            // SAFETY: I2 of `state`: the bit was set and is clear now: the slot is ours and full.
            drop(unsafe { cell.rx_waker.take() });
        }
        is_ours
    }

    /// Wants no value any more; returns the waker of a sender that waits to be told.
    #[must_use = "the sender waits for it"]
    pub(super) fn close(&mut self) -> Option<Waker> {
        let cell = self.cell();
        cell.state.close().then(|| {
            // SAFETY: I3 of `state`: closed with `TX_WAITS`, so the waker is ours to take.
            unsafe { cell.tx_waker.take() }
        })
    }

    /// Takes what the sender, which has finished, has left; uses the end up.
    #[inline]
    pub(super) fn take(self, sender_left: bool) -> Option<T> {
        let cell = self.cell();
        let value = cell.value.with_mut(|slot| {
            // SAFETY: I1 of `state`: the sender has finished, so the value is the receiver's.
            unsafe { (*slot).take() }
        });
        if sender_left || cell.state.leave(Half::Receiver) {
            // SAFETY: the duty of free: the sender has left, and `self` ends here.
            unsafe { free(self.0) };
        }
        value
    }

    /// Leaves; a value that was sent, or is sent now, is dropped.
    pub(super) fn leave(mut self) {
        if let Look::Finished { sender_left: true } = self.look() {
            drop(self.take(true));
            return;
        }
        let sender = self.close();
        self.stop_wait();
        if self.cell().state.leave(Half::Receiver) {
            // SAFETY: the duty of free: the sender left before, and `self` ends here.
            unsafe { free(self.0) };
        }
        if let Some(sender) = sender {
            sender.wake();
        }
    }
}
