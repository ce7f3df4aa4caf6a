//! A hierarchical timer wheel: which entries are due, in constant time an entry.
//!
//! Level 0 has a slot for each of the next 64 ticks, level 1 a slot for each 64 of these, and so on
//! for 6 levels, or 2 years. What is due later waits in the `far` chain. When time reaches the
//! start of a slot, what is in it moves down a level, so an entry moves at most 6 times before it
//! is due.
//!
//! Single-threaded: `crate::timers` puts a lock around it.
//!
//! # Invariants
//!
//! - I1: an entry is where [`Wheel::place_of`] says, for the present `elapsed`. An entry is in
//!   level `n` when its tick first differs from `elapsed` in digit `n` (of base 64); so it can be
//!   found without a note of where it was put.
//! - I2: all that is in a level is due before all that is in a higher one, and `far` is last. So
//!   the first occupied slot of the lowest occupied level is the next to be opened.
//! - I3: `elapsed` never passes the start of an occupied slot without opening it, which is what
//!   keeps I1.
//! - I4: entries of one tick leave in the order in which they were inserted.

mod level;

use crate::tick::Tick;
use level::{Level, SLOT_BITS};
use rt_primitive::{MODEL, mutant};

/// Levels in a wheel.
const LEVELS: usize = if MODEL { 2 } else { 6 };

/// The digits of a tick that the levels look at have this many bits; the rest is for `far`.
const LEVELS_BITS: u32 = LEVELS as u32 * SLOT_BITS;

/// A queue of entries out of which any one can be taken.
///
/// A wheel is made of chains. It never holds an entry in two of them, and removes one only from
/// where it is.
pub(crate) trait Chain: Default {
    /// A name for an entry.
    type Entry: Copy;

    /// When `entry` is due; constant while it is in a chain.
    fn tick(entry: Self::Entry) -> Tick;

    /// True when nothing is in the chain.
    fn is_empty(&self) -> bool;

    /// Puts `entry`, which is in no chain, at the end.
    fn push(&mut self, entry: Self::Entry);

    /// Takes the first entry.
    fn pop(&mut self) -> Option<Self::Entry>;

    /// Takes `entry`, which is in this chain.
    fn remove(&mut self, entry: Self::Entry);
}

/// Entries ordered by when they are due.
pub(crate) struct Wheel<C> {
    /// All that was due at this tick or earlier is in `due` or has left.
    elapsed: Tick,
    /// Entries in the wheel, `due` and `far` included.
    len: usize,
    /// Entries whose slot was opened.
    due: C,
    levels: [Level<C>; LEVELS],
    /// Entries that no level reaches.
    far: C,
}

/// Where an entry belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spot {
    Due,
    Slot { level: usize, index: usize },
    Far,
}

impl<C: Chain> Wheel<C> {
    /// A wheel with nothing in it, at the epoch.
    pub(crate) fn new() -> Self {
        Wheel {
            elapsed: Tick::ZERO,
            len: 0,
            due: C::default(),
            levels: std::array::from_fn(|_| Level::new()),
            far: C::default(),
        }
    }

    /// True when nothing is in the wheel.
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// True when an entry with this tick would be due at once.
    pub(crate) fn has_passed(&self, tick: Tick) -> bool {
        tick <= self.elapsed
    }

    /// Puts in `entry`. One whose tick has passed is due at once.
    pub(crate) fn insert(&mut self, entry: C::Entry) {
        self.len += 1;
        self.push(entry);
    }

    /// Takes out `entry`, which is in the wheel.
    pub(crate) fn remove(&mut self, entry: C::Entry) {
        self.len -= 1;
        match self.place_of(C::tick(entry)) {
            Spot::Due => self.due.remove(entry),
            Spot::Slot { level, index } => self.levels[level].remove(index, entry),
            Spot::Far => self.far.remove(entry),
        }
    }

    /// Takes the next entry that is due at `now` or earlier; moves time to `now` when there is
    /// none.
    pub(crate) fn pop_due(&mut self, now: Tick) -> Option<C::Entry> {
        if !self.is_due(now) {
            return None;
        }
        self.len -= 1;
        self.due.pop()
    }

    /// True when an entry is due at `now` or earlier; moves time to `now` when there is none.
    pub(crate) fn is_due(&mut self, now: Tick) -> bool {
        while self.due.is_empty() {
            let start = self.next();
            if start > now {
                self.elapsed = self.elapsed.max(now);
                return false;
            }
            self.open(start);
        }
        true
    }

    /// Takes an entry that is due earliest or in the same slot as the one that is; `None` when the
    /// wheel is empty.
    pub(crate) fn pop_any(&mut self) -> Option<C::Entry> {
        let first = self.first_slot();
        let entry = self
            .due
            .pop()
            .or_else(|| first.and_then(|(level, index)| self.levels[level].pop(index)))
            .or_else(|| self.far.pop())?;
        self.len -= 1;
        Some(entry)
    }

    /// The first tick at which [`Wheel::pop_due`] may have something to do: never later than the
    /// first entry is due, and exactly then once it is in level 0.
    pub(crate) fn next(&self) -> Tick {
        if !self.due.is_empty() {
            self.elapsed
        } else if let Some((level, index)) = self.first_slot() {
            let low_bits = SLOT_BITS * level as u32;
            let digits =
                (self.elapsed.number() >> low_bits >> SLOT_BITS << SLOT_BITS) | index as u64;
            let late = u64::from(level > 0 && mutant!("wheel.opens_late"));
            Tick::new((digits + late) << low_bits)
        } else if !self.far.is_empty() {
            let rotations = (self.elapsed.number() >> LEVELS_BITS) + 1;
            Tick::new(rotations << LEVELS_BITS)
        } else {
            Tick::NEVER
        }
    }

    /// The slot that is opened next (I2).
    fn first_slot(&self) -> Option<(usize, usize)> {
        let mut levels = self.levels.iter().enumerate();
        levels.find_map(|(level, slots)| Some((level, slots.first()?)))
    }

    /// Moves time to `start`, where the next slot starts, and what is in that slot to where it then
    /// belongs (I1).
    fn open(&mut self, start: Tick) {
        let mut opened = match self.first_slot() {
            Some((level, index)) => self.levels[level].take(index),
            None => std::mem::take(&mut self.far),
        };
        self.elapsed = start;
        while let Some(entry) = opened.pop() {
            self.push(entry);
        }
    }

    /// Puts `entry` into the chain it belongs to.
    fn push(&mut self, entry: C::Entry) {
        match self.place_of(C::tick(entry)) {
            Spot::Due => self.due.push(entry),
            Spot::Slot { level, index } => self.levels[level].push(index, entry),
            Spot::Far => self.far.push(entry),
        }
    }

    /// Where an entry with this tick belongs at the present time.
    fn place_of(&self, tick: Tick) -> Spot {
        if self.has_passed(tick) {
            return Spot::Due;
        }
        let difference = tick.number() ^ self.elapsed.number();
        let level = (difference.ilog2() / SLOT_BITS) as usize;
        if level >= LEVELS {
            return Spot::Far;
        }
        let digit = tick.number() >> (SLOT_BITS * level as u32);
        Spot::Slot { level, index: digit as usize & ((1 << SLOT_BITS) - 1) }
    }
}
