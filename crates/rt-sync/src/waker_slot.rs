//! A place for one waker whose owner is told by a state word elsewhere.
//!
//! # Protocol
//!
//! None of its own. Whoever has a slot tells by a word beside it who owns the slot and whether it
//! is full, and answers for that at each call.
//!
//! # Invariants
//!
//! - I1: the duties of the functions.
//!
//! Model: `a_receiver_may_change_its_waker`

use rt_primitive::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::task::Waker;

/// Holds a waker or nothing; which of the two it is, and who may touch it, its user knows.
///
/// It does not drop a waker that is left in it.
#[derive(Debug)]
pub(crate) struct WakerSlot {
    // [O] Full or empty, and owned, as the state word beside it says.
    waker: UnsafeCell<MaybeUninit<Waker>>,
}

impl WakerSlot {
    /// A slot with nothing in it.
    pub(crate) fn new() -> WakerSlot {
        WakerSlot { waker: UnsafeCell::new(MaybeUninit::uninit()) }
    }

    /// Puts `waker` in.
    ///
    /// # Safety
    ///
    /// - The slot is empty, and the caller is the only one who touches it.
    pub(crate) unsafe fn put(&self, waker: Waker) {
        self.waker.with_mut(|slot| {
            // SAFETY: bullet 1: nobody else touches the slot.
            unsafe { slot.cast::<Waker>().write(waker) };
        });
    }

    /// Takes the waker out.
    ///
    /// # Safety
    ///
    /// - The slot is full, nobody puts a waker in meanwhile, and nobody else takes this one.
    pub(crate) unsafe fn take(&self) -> Waker {
        self.waker.with(|slot| {
            // SAFETY: bullet 1: it is full, and taken once.
            unsafe { slot.cast::<Waker>().read() }
        })
    }

    /// True when the waker in the slot wakes the same task as `other`.
    ///
    /// # Safety
    ///
    /// - A waker was put in, and nobody puts in another meanwhile. It may have been taken: then the
    ///   answer means nothing, since it may have gone.
    pub(crate) unsafe fn will_wake(&self, other: &Waker) -> bool {
        self.waker.with(|slot| {
            // SAFETY: bullet 1: the bytes are those of a waker, and only they are compared.
            unsafe { &*slot.cast::<Waker>() }.will_wake(other)
        })
    }
}

impl Drop for WakerSlot {
    /// Lets a model see a thread that still touches the slot.
    fn drop(&mut self) {
        self.waker.with_mut(|_| ());
    }
}
