//! Time in whole milliseconds since the clock's epoch, as the wheels count it.

use std::time::Duration;

/// A whole number of milliseconds since the epoch of the runtime's clock.
///
/// The arithmetic saturates: a deadline that does not fit is due at [`Tick::LAST`], in 584 million
/// years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tick(u64);

impl Tick {
    /// The epoch itself.
    pub(crate) const ZERO: Tick = Tick(0);

    /// The last tick at which something can be due.
    pub(crate) const LAST: Tick = Tick(u64::MAX - 1);

    /// Later than every tick: nothing is due.
    pub(crate) const NEVER: Tick = Tick(u64::MAX);

    /// The tick with this number.
    pub(crate) const fn new(number: u64) -> Tick {
        Tick(number)
    }

    /// How many ticks after the epoch this is.
    pub(crate) const fn number(self) -> u64 {
        self.0
    }

    /// The last tick that has begun when `since_epoch` has passed: what time it is now.
    pub(crate) fn floor(since_epoch: Duration) -> Tick {
        Tick::whole(since_epoch, 0)
    }

    /// The first tick that begins no earlier than `since_epoch`: when a deadline may fire.
    pub(crate) fn ceil(since_epoch: Duration) -> Tick {
        let begun = since_epoch.subsec_nanos() % 1_000_000 != 0;
        Tick::whole(since_epoch, u64::from(begun))
    }

    /// The time between the epoch and the start of this tick.
    pub(crate) fn since_epoch(self) -> Duration {
        Duration::from_millis(self.0)
    }

    /// `since_epoch` in whole ticks, and `more`.
    fn whole(since_epoch: Duration, more: u64) -> Tick {
        let seconds_ms = since_epoch.as_secs().saturating_mul(1_000);
        let rest_ms = u64::from(since_epoch.subsec_millis()) + more;
        Tick(seconds_ms.saturating_add(rest_ms)).min(Tick::LAST)
    }
}
