//! The word that says how far senders have come.
//!
//! # Protocol
//!
//! A sender moves `position` on by an exchange, and so claims the slot of that number, which is
//! then its own until it publishes a value there. A permit is room without a slot: it is counted in
//! `reserved`, until it becomes a slot or is given back. The flags are set once and stay.
//!
//! # Invariants
//!
//! - I1: each position is claimed once, in order. (It has 36 bits: a thread that slept within a
//!   claim, through all of 2^36 others, would claim the same slot again. That takes minutes.)
//! - I2: once `CLOSED` is set, only permits become slots.
//!
//! Model: `a_block_ends_under_two_senders`

use rt_primitive::atomic::{AtomicU64, Ordering};
use rt_primitive::mutant;

/// The receiver takes no more than what was claimed or reserved before.
const CLOSED: u64 = 1;
/// Every sender is gone.
const ENDED: u64 = 2;
const ONE_RESERVED: u64 = 4;
const RESERVED_BITS: u32 = 26;
const ONE_POSITION: u64 = ONE_RESERVED << RESERVED_BITS;
const POSITION_MASK: u64 = u64::MAX / ONE_POSITION;

/// The most permits that may be out at a time, and so the largest capacity.
pub(super) const RESERVED_MAX: usize = (1 << RESERVED_BITS) - 1;

/// See the head of the file.
#[derive(Debug)]
pub(super) struct TailWord {
    // [A] Position, permits and flags.
    word: AtomicU64,
}

/// What the word said at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tail(u64);

/// What a sender turns into what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// Room into a slot.
    Slot,
    /// Room into so many permits.
    Permits(usize),
    /// A permit into a slot.
    SlotOfPermit,
}

impl Claim {
    /// How much room it needs; `None` for a claim of room that is had already.
    pub(super) fn room(self) -> Option<usize> {
        match self {
            Claim::Slot => Some(1),
            Claim::Permits(count) => Some(count),
            Claim::SlotOfPermit => None,
        }
    }
}

impl Tail {
    /// The number of the next slot to be claimed.
    pub(super) fn position(self) -> Position {
        Position(self.0 / ONE_POSITION)
    }

    pub(super) fn reserved(self) -> usize {
        (self.0 % ONE_POSITION / ONE_RESERVED) as usize
    }

    pub(super) fn is_closed(self) -> bool {
        self.0 & CLOSED != 0
    }

    pub(super) fn is_ended(self) -> bool {
        self.0 & ENDED != 0
    }

    /// True when nothing comes after `head`, the number of the slot that the receiver looks at.
    pub(super) fn is_over(self, head: Position) -> bool {
        let nothing_comes = self.is_ended() || (self.is_closed() && self.reserved() == 0);
        nothing_comes && self.position() == head
    }

    /// The word after the claim.
    fn after(self, claim: Claim) -> u64 {
        match claim {
            Claim::Slot => self.0.wrapping_add(ONE_POSITION),
            Claim::Permits(count) => self.0 + count as u64 * ONE_RESERVED,
            Claim::SlotOfPermit => self.0.wrapping_add(ONE_POSITION) - ONE_RESERVED,
        }
    }
}

/// The number of a slot; it starts anew after the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position(u64);

impl Position {
    pub(super) const FIRST: Position = Position(0);

    pub(super) fn number(self) -> u64 {
        self.0
    }

    pub(super) fn from_number(number: u64) -> Position {
        Position(number & POSITION_MASK)
    }

    pub(super) fn plus(self, slots: usize) -> Position {
        Position::from_number(self.0.wrapping_add(slots as u64))
    }

    /// How many slots lie between `earlier` and this one.
    pub(super) fn since(self, earlier: Position) -> usize {
        (self.0.wrapping_sub(earlier.0) & POSITION_MASK) as usize
    }
}

impl TailWord {
    pub(super) fn new() -> TailWord {
        TailWord { word: AtomicU64::new(0) }
    }

    pub(super) fn load(&self) -> Tail {
        // ORDERING: Acquire; pairs with Release in `claim`; the block of the position is visible.
        Tail(self.word.load(Ordering::Acquire))
    }

    /// Makes the claim if the word is still `seen`; else returns what it is now.
    #[inline]
    pub(super) fn claim(&self, seen: Tail, claim: Claim) -> Result<(), Tail> {
        // ORDERING: AcqRel; Release pairs with Acquire in `load`: who sees the next position sees
        // the block that was made for this one. Acquire for a permit that was given back by another
        // thread. On failure Acquire, as in `load`.
        let done = self.word.compare_exchange(
            seen.0,
            seen.after(claim),
            Ordering::AcqRel,
            Ordering::Acquire,
        );
        done.map(|_| ()).map_err(Tail)
    }

    /// Gives so many permits back; returns what the word was.
    pub(super) fn give_back(&self, permits: usize) -> Tail {
        // ORDERING: AcqRel; pairs with Acquire in `load`, where the receiver sees that no permit is
        // left, and with `claim`, which takes the room.
        Tail(self.word.fetch_sub(permits as u64 * ONE_RESERVED, Ordering::AcqRel))
    }

    /// The receiver closes; returns what the word was.
    pub(super) fn close(&self) -> Tail {
        // ORDERING: AcqRel; pairs with Acquire in `load`: who sees it closed sees why.
        Tail(self.word.fetch_or(CLOSED, Ordering::AcqRel))
    }

    /// The last sender is gone.
    pub(super) fn end(&self) {
        if !mutant!("mpsc.last_sender_leaves_open") {
            // ORDERING: AcqRel; pairs with Acquire in `load`: what senders did is before the end.
            self.word.fetch_or(ENDED, Ordering::AcqRel);
        }
    }
}
