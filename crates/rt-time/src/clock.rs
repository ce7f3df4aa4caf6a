//! The clock of a runtime: it turns instants into the ticks of its wheels.

use crate::instant::Instant;
use crate::tick::Tick;

/// Counts ticks from the moment it was made.
#[derive(Debug)]
pub(crate) struct Clock {
    // [C] When tick 0 began.
    epoch: Instant,
}

impl Clock {
    /// A clock at tick 0.
    pub(crate) fn new() -> Self {
        Clock { epoch: Instant::now() }
    }

    /// The tick that has begun.
    pub(crate) fn now(&self) -> Tick {
        Tick::floor(Instant::now().saturating_duration_since(self.epoch))
    }

    /// The first tick at which `deadline` has passed; tick 0 for one before the epoch.
    pub(crate) fn tick_at(&self, deadline: Instant) -> Tick {
        Tick::ceil(deadline.saturating_duration_since(self.epoch))
    }

    /// When `tick` begins; `None` when that is never, or later than an instant can say.
    pub(crate) fn start_of(&self, tick: Tick) -> Option<Instant> {
        if tick == Tick::NEVER {
            return None;
        }
        self.epoch.checked_add(tick.since_epoch())
    }
}
