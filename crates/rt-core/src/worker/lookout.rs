//! How often a worker that is busy looks beyond its own queues.
//!
//! A look at the injector, the driver and the sleepers is cheap, but not as cheap as a short poll:
//! it comes once in [`INJECTOR_TICK`] turns. Where polls are long that would be late, so a worker
//! that takes more than [`LOOK_NS`] from look to look makes fewer turns of it. After a look that
//! came sooner it makes more of it again, twice as many at most, or one short turn would undo what
//! many long ones have told.

use std::cell::Cell;
use std::time::Duration;

use rt_primitive::mutant;

use crate::config::{INJECTOR_TICK, LOOK_NS};

/// Counts the turns to the next look.
#[derive(Debug)]
pub(super) struct Lookout {
    // [O] Turns left before it.
    left: Cell<u32>,
    // [O] Turns from one look to the next.
    every: Cell<u32>,
    // [O] The age of the executor at the last look; none if the thread has been idle since.
    last: Cell<Option<Duration>>,
}

impl Lookout {
    pub(super) fn new() -> Lookout {
        Lookout {
            left: Cell::new(INJECTOR_TICK - 1),
            every: Cell::new(INJECTOR_TICK),
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
            let fitting = u64::from(every) * LOOK_NS / took;
            if !mutant!("lookout.keeps_its_pace") {
                let most = INJECTOR_TICK.min(2 * every);
                self.every.set(fitting.clamp(1, most.into()) as u32);
            }
        }
        self.left.set(self.every.get() - 1);
    }

    /// The thread is idle: time goes by in which no turn is taken.
    pub(super) fn note_idle(&self) {
        self.last.set(None);
    }
}
