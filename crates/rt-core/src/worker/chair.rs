//! Where a thread keeps the seat of the slot that it drives.
//!
//! # Protocol
//!
//! A seat goes from thread to thread through the lock `Slot::seat`. In between it lies in the chair
//! of the thread that has it, which alone uses it, without a check but whether it is there.
//!
//! # Invariants
//!
//! - I1: a chair is used by one thread, that of its `WorkerContext`.
//! - I2: the seat is taken out where nothing borrows it: by who gives the context up, or within a
//!   poll, as I3 of `away.rs` says.
//!
//! Model: `a_substitute_gives_the_seat_back`.

use std::cell::Cell;

use rt_primitive::cell::UnsafeCell;

use crate::shared::Seat;

/// The place of a seat.
pub(super) struct Chair {
    // [O] I1.
    seat: UnsafeCell<Option<Seat>>,
    // [O] It is there.
    is_taken: Cell<bool>,
}

impl Chair {
    pub(super) fn new(seat: Seat) -> Chair {
        Chair { seat: UnsafeCell::new(Some(seat)), is_taken: Cell::new(true) }
    }

    /// Whether the seat is there.
    #[inline]
    pub(super) fn is_taken(&self) -> bool {
        self.is_taken.get()
    }

    /// The seat, which must be there.
    #[inline]
    pub(super) fn seat(&self) -> &Seat {
        // SAFETY: I1, and I2: it stays there while it is borrowed.
        let seat = self.seat.with(|seat| unsafe { &*seat });
        seat.as_ref().expect("a thread without its seat uses nothing of the slot")
    }

    /// Takes the seat out, which must be there.
    pub(super) fn leave(&self) -> Seat {
        self.is_taken.set(false);
        // SAFETY: I1, and I2: nothing borrows it.
        let seat = self.seat.with_mut(|seat| unsafe { (*seat).take() });
        seat.expect("a thread leaves the seat that it has")
    }

    /// Puts a seat in, where there is none.
    pub(super) fn take(&self, seat: Seat) {
        // SAFETY: I1, and there is nothing to be borrowed.
        self.seat.with_mut(|place| unsafe { *place = Some(seat) });
        self.is_taken.set(true);
    }
}
