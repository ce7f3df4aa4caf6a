//! How often a worker that is busy looks beyond its own queues.
//!
//! A look at the injector, the driver and the sleepers is cheap, but not as cheap as a short poll:
//! it comes once in [`INJECTOR_TICK`] turns. Where polls are long that would be late, so a worker
//! that takes more than [`LOOK_NS`] from look to look makes fewer turns of it, at once. It makes
//! more again slowly: long polls come back when the short ones taken in between are done.

use std::cell::Cell;
use std::time::Duration;

use rt_primitive::mutant;

use crate::config::{INJECTOR_TICK, LOOK_NS};

/// Looks in a row that come soon enough before a worker makes more turns of it.
const SOON_LOOKS: u32 = 64;

/// Counts the turns to the next look.
#[derive(Debug)]
pub(super) struct Lookout {
    // [O] Turns left before it.
    left: Cell<u32>,
    // [O] Turns from one look to the next.
    every: Cell<u32>,
    // [O] Looks in a row that came soon enough.
    soon: Cell<u32>,
    // [O] The age of the executor at the last look; none if the thread has been idle since.
    last: Cell<Option<Duration>>,
}

impl Lookout {
    pub(super) fn new() -> Lookout {
        Lookout {
            left: Cell::new(INJECTOR_TICK - 1),
            every: Cell::new(INJECTOR_TICK),
            soon: Cell::new(0),
            last: Cell::new(None),
        }
    }

    /// Counts a turn; true when it is one to begin with a look.
    #[inline]
    pub(super) fn is_time(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.wrapping_sub(1));
        left == 0
    }

    /// The look is made now, at this age of the executor, if that may have a say.
    pub(super) fn note_look(&self, now: Option<Duration>) {
        let every = self.every.get();
        if let (Some(last), Some(now)) = (self.last.replace(now), now) {
            let took = ((now - last).as_nanos() as u64).max(1);
            let fitting = (u64::from(every) * LOOK_NS / took).clamp(1, INJECTOR_TICK.into()) as u32;
            self.soon.set(if fitting < every { 0 } else { self.soon.get() + 1 });
            if self.soon.get() == SOON_LOOKS {
                self.soon.set(0);
                self.every.set(fitting.min(2 * every));
            } else if !mutant!("lookout.keeps_its_pace") {
                self.every.set(fitting.min(every));
            }
        }
        self.left.set(self.every.get() - 1);
    }

    /// The thread is idle: time goes by in which no turn is taken.
    pub(super) fn note_idle(&self) {
        self.last.set(None);
    }
}
