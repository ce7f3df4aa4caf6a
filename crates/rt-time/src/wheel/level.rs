//! One ring of a wheel: its slots, with a bit for each that is occupied.

use super::Chain;
use rt_primitive::MODEL;

/// The slots of one level are numbered by this many bits of a tick.
pub(super) const SLOT_BITS: u32 = if MODEL { 2 } else { 6 };

/// Slots in one level.
const SLOTS: usize = 1 << SLOT_BITS;

const _: () = assert!(SLOTS <= u64::BITS as usize, "one bit a slot must fit the mask");

/// The slots of one level.
///
/// # Invariants
///
/// - I1: bit `i` of `occupied` is set exactly when `slots[i]` is not empty.
pub(super) struct Level<C> {
    occupied: u64,
    slots: [C; SLOTS],
}

impl<C: Chain> Level<C> {
    /// A level with nothing in it.
    pub(super) fn new() -> Self {
        Level { occupied: 0, slots: std::array::from_fn(|_| C::default()) }
    }

    /// The first occupied slot.
    pub(super) fn first(&self) -> Option<usize> {
        (self.occupied != 0).then(|| self.occupied.trailing_zeros() as usize)
    }

    /// Puts `entry` at the end of slot `index`.
    pub(super) fn push(&mut self, index: usize, entry: C::Entry) {
        self.slots[index].push(entry);
        self.occupied |= 1 << index;
    }

    /// Takes `entry` out of slot `index`, where it is.
    pub(super) fn remove(&mut self, index: usize, entry: C::Entry) {
        self.slots[index].remove(entry);
        self.note(index);
    }

    /// Takes the first entry of slot `index`.
    pub(super) fn pop(&mut self, index: usize) -> Option<C::Entry> {
        let entry = self.slots[index].pop();
        self.note(index);
        entry
    }

    /// Takes all that is in slot `index`.
    pub(super) fn take(&mut self, index: usize) -> C {
        self.occupied &= !(1 << index);
        std::mem::take(&mut self.slots[index])
    }

    /// Restores I1 after something was taken out of slot `index`.
    fn note(&mut self, index: usize) {
        if self.slots[index].is_empty() {
            self.occupied &= !(1 << index);
        }
    }
}
