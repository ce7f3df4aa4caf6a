//! The clock of a runtime: what time it is there, and which tick of its wheels.
//!
//! It goes with the system's monotonic clock until it is stopped. Then it stands still, and is
//! moved by hand or jumps; started again, it goes on from where it stood, ahead of the system's.

use crate::instant::Instant;
use crate::tick::Tick;
use rt_primitive::Tally;
use rt_primitive::atomic::{AtomicBool, Ordering};
use rt_primitive::sync::Mutex;
use std::time::Duration;

/// 1 once some clock of the process has been stopped: until then [`Instant::now`] need not look
/// which runtime it is called in.
static ANY_STOPPED: Tally = Tally::new();

/// Says what time it is, and counts ticks from the moment it was made.
#[derive(Debug)]
pub(crate) struct Clock {
    // [C] When tick 0 began.
    epoch: Instant,
    // [A] It was stopped once, so `hand` says what time it is.
    was_stopped: AtomicBool,
    // [L] How it goes since.
    hand: Mutex<Hand>,
}

/// How a clock goes.
#[derive(Clone, Copy, Debug)]
enum Hand {
    /// With the system's, but this much ahead of it.
    Moving { ahead: Duration },
    /// Not by itself.
    Still { now: Instant },
}

/// Why a clock could not be stopped, started or moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HandError {
    StandsStill,
    Moves,
    TooFar,
}

impl Clock {
    /// A clock at tick 0.
    pub(crate) fn new() -> Self {
        Clock {
            epoch: Instant::of_system(),
            was_stopped: AtomicBool::new(false),
            hand: Mutex::new(Hand::Moving { ahead: Duration::ZERO }),
        }
    }

    /// Whether some clock of the process may differ from the system's.
    #[inline]
    pub(crate) fn is_any_stopped() -> bool {
        ANY_STOPPED.get() != 0
    }

    /// What time it is.
    pub(crate) fn now(&self) -> Instant {
        // ORDERING: Relaxed; who knows that the clock was stopped was told by who stopped it, or
        // took a lock after that thread did; and `hand` has a lock of its own.
        if self.was_stopped.load(Ordering::Relaxed) {
            self.hand.lock().now()
        } else {
            Instant::of_system()
        }
    }

    /// The tick that has begun.
    pub(crate) fn tick(&self) -> Tick {
        Tick::floor(self.now().saturating_duration_since(self.epoch))
    }

    /// The first tick at which `deadline` has passed; tick 0 for one before the epoch.
    pub(crate) fn tick_at(&self, deadline: Instant) -> Tick {
        Tick::ceil(deadline.saturating_duration_since(self.epoch))
    }

    /// When by the system's clock `tick` begins; `None` when that is never, or later than an
    /// instant can say, or while the clock stands still.
    pub(crate) fn start_of(&self, tick: Tick) -> Option<Instant> {
        let start = self.instant_of(tick)?;
        // ORDERING: Relaxed; as in `now`.
        if !self.was_stopped.load(Ordering::Relaxed) {
            return Some(start);
        }
        match *self.hand.lock() {
            Hand::Moving { ahead } => Some(start.checked_sub(ahead).unwrap_or(self.epoch)),
            Hand::Still { .. } => None,
        }
    }

    /// Stops the clock, at the tick that is next to begin: so what waits for whole milliseconds
    /// from then on waits exactly that long.
    pub(crate) fn stop(&self) -> Result<(), HandError> {
        ANY_STOPPED.set(1);
        let mut hand = self.hand.lock();
        let Hand::Moving { .. } = *hand else { return Err(HandError::StandsStill) };
        let now = hand.now();
        *hand = Hand::Still { now: self.instant_of(self.tick_at(now)).unwrap_or(now) };
        // ORDERING: Relaxed; as in `now`.
        self.was_stopped.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Lets a clock that stands still go on.
    pub(crate) fn start(&self) -> Result<(), HandError> {
        let mut hand = self.hand.lock();
        let Hand::Still { now } = *hand else { return Err(HandError::Moves) };
        *hand = Hand::Moving { ahead: now.saturating_duration_since(Instant::of_system()) };
        Ok(())
    }

    /// Moves a clock that stands still.
    pub(crate) fn advance(&self, duration: Duration) -> Result<(), HandError> {
        let mut hand = self.hand.lock();
        let Hand::Still { now } = &mut *hand else { return Err(HandError::Moves) };
        *now = now.checked_add(duration).ok_or(HandError::TooFar)?;
        Ok(())
    }

    /// Whether `tick` has begun, now that a clock that stands still was moved there.
    pub(crate) fn reach(&self, tick: Tick) -> bool {
        let Some(start) = self.instant_of(tick) else { return false };
        let mut hand = self.hand.lock();
        if let Hand::Still { now } = &mut *hand {
            *now = start.max(*now);
        }
        hand.now() >= start
    }

    /// When `tick` begins by this clock.
    fn instant_of(&self, tick: Tick) -> Option<Instant> {
        if tick == Tick::NEVER {
            return None;
        }
        self.epoch.checked_add(tick.since_epoch())
    }
}

impl Hand {
    fn now(self) -> Instant {
        match self {
            Hand::Moving { ahead } => Instant::of_system().add_or_far(ahead),
            Hand::Still { now } => now,
        }
    }
}
