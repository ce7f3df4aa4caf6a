//! Models of the races between the owner of a timer, who drives its wheel, and who stops it.

mod call_later;
mod canary;
mod hand_over;
mod owner_and_fire;
mod park;
mod shutdown;
mod virtual_clock;

use crate::entry::TimerEntry;
use crate::tick::Tick;
use crate::timers::Timers;
use crate::timers::shared_wheel::Registered;
use std::pin::Pin;
use std::task::Waker;

/// A tick of level 0; in a model that has 4 slots.
const SOON: Tick = Tick::new(1);

/// A tick of level 1.
const LATER: Tick = Tick::new(6);

/// An entry at rest, and its owner.
type Owned = Pin<Box<TimerEntry>>;

fn entry() -> Owned {
    Box::pin(TimerEntry::new())
}

/// Registers `entry` in slot 0, whose driver is not parked.
fn register(timers: &Timers, entry: &Owned, tick: Tick, waker: Waker) -> Registered {
    timers.register(0, entry.as_ref(), tick, waker, || ())
}

/// An entry that waits in slot 0.
fn waiting(timers: &Timers, tick: Tick, waker: Waker) -> Owned {
    let entry = entry();
    assert!(matches!(register(timers, &entry, tick, waker), Registered::Waiting { .. }));
    entry
}
