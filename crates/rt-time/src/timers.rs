//! The timers of a runtime: a wheel for each slot of its executor.

pub(crate) mod shared_wheel;
mod spare;

use crate::clock::{Clock, HandError};
use crate::entry::TimerEntry;
use crate::instant::Instant;
use crate::tick::Tick;
use rt_primitive::mutant;
use shared_wheel::{Registered, SharedWheel};
use std::fmt;
use std::pin::Pin;
use std::task::Waker;
use std::time::Duration;

/// The timers of a runtime, which its executor drives.
///
/// Each slot (a worker, or a thread in `block_on`) has a wheel of its own, so a sleep is registered
/// and taken back without a word to other threads, as long as its task stays where it is.
///
/// It is the driver that [`Executor::start`](rt_core::Executor::start) takes.
///
/// ```
/// use rt_core::{Config, Executor, GUESTS};
/// use rt_time::{Timers, sleep};
/// use std::{sync::Arc, time::Duration};
///
/// let executor = Executor::start(Config::current_thread(), Arc::new(Timers::new(1 + GUESTS)));
/// executor.unwrap().block_on(sleep(Duration::from_millis(1)));
/// ```
pub struct Timers {
    // [C] Turns instants into ticks.
    clock: Clock,
    // [C] The wheel of each slot.
    wheels: Box<[&'static SharedWheel]>,
}

impl Timers {
    /// Timers for an executor with this many slots: one a worker, and [`rt_core::GUESTS`].
    ///
    /// ```
    /// use rt_core::{Config, Executor, GUESTS};
    /// use rt_time::Timers;
    /// use std::sync::Arc;
    ///
    /// let config = Config::current_thread();
    /// let timers = Arc::new(Timers::new(config.workers + GUESTS));
    /// let executor = Executor::start(config, timers).unwrap();
    /// # drop(executor);
    /// ```
    pub fn new(slots: usize) -> Timers {
        Timers { clock: Clock::new(), wheels: (0..slots).map(|_| spare::take()).collect() }
    }

    /// How many slots there are wheels for.
    ///
    /// ```
    /// assert_eq!(rt_time::Timers::new(3).slots(), 3);
    /// ```
    pub fn slots(&self) -> usize {
        self.wheels.len()
    }

    /// What time it is on the runtime's clock.
    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Stops the clock.
    pub(crate) fn stop_clock(&self) -> Result<(), HandError> {
        self.clock.stop()
    }

    /// Lets the clock go on.
    pub(crate) fn start_clock(&self) -> Result<(), HandError> {
        self.clock.start()
    }

    /// Moves a clock that stands still, and wakes what is due then, in every slot.
    ///
    /// Moved first: who registers meanwhile, and is not seen here, sees the later time.
    pub(crate) fn advance_clock(&self, duration: Duration) -> Result<(), HandError> {
        if mutant!("time.advance_fires_first") {
            self.fire_all(self.clock.tick_at(self.now() + duration));
            return self.clock.advance(duration);
        }
        self.clock.advance(duration)?;
        self.fire_all(self.clock.tick());
        Ok(())
    }

    /// Wakes what is due at `now`, in every slot.
    fn fire_all(&self, now: Tick) {
        (0..self.slots()).for_each(|slot| {
            self.fire(slot, now);
        });
    }

    /// Whether something is due in some slot.
    pub(crate) fn is_due(&self) -> bool {
        self.is_due_at(self.clock.tick())
    }

    /// Moves a clock that stands still to the first deadline of all slots, unless it has passed
    /// that already; true if something is due then.
    pub(crate) fn jump(&self) -> bool {
        // A wheel may have to be looked at before something is due in it: a few rounds at most.
        loop {
            let first = self.first();
            if !self.clock.reach(first) {
                return false;
            }
            if self.is_due_at(first) {
                return true;
            }
        }
    }

    fn is_due_at(&self, now: Tick) -> bool {
        let may_be_due = |wheel: &&&SharedWheel| wheel.earliest() <= now;
        self.wheels.iter().filter(may_be_due).any(|wheel| wheel.is_due(now))
    }

    /// The first tick at which some slot must be looked at.
    fn first(&self) -> Tick {
        self.wheels.iter().map(|wheel| wheel.earliest()).min().unwrap_or(Tick::NEVER)
    }

    /// The first tick at which a sleep until `deadline` may end.
    pub(crate) fn tick_at(&self, deadline: Instant) -> Tick {
        self.clock.tick_at(deadline)
    }

    /// Puts `entry`, which is in no wheel, into the wheel of `slot`. The caller owns it.
    ///
    /// Calls `unpark_driver` if the wheel must be looked at earlier than its driver knows.
    pub(crate) fn register(
        &self,
        slot: usize,
        entry: Pin<&TimerEntry>,
        tick: Tick,
        waker: Waker,
        unpark_driver: impl FnOnce(),
    ) -> Registered {
        let registered = self.wheels[slot].register(entry, tick, waker);
        let is_earliest = matches!(registered, Registered::Waiting { is_earliest: true });
        if is_earliest && !mutant!("time.register_no_unpark") {
            unpark_driver();
        }
        registered
    }

    /// Has `entry` wait for `tick` instead, if it waits in the wheel of `slot`; false if not. The
    /// caller owns it. Calls `unpark_driver` as [`register`](Self::register) does.
    pub(crate) fn reset(
        &self,
        slot: usize,
        entry: Pin<&TimerEntry>,
        tick: Tick,
        unpark_driver: impl FnOnce(),
    ) -> bool {
        let is_earliest = self.wheels[slot].reset(entry, tick);
        if is_earliest == Some(true) && !mutant!("time.reset_no_unpark") {
            unpark_driver();
        }
        is_earliest.is_some()
    }

    /// Wakes what is due in `slot` at the present time; returns when to call this again. For the
    /// thread that drives `slot`.
    pub(crate) fn turn(&self, slot: usize) -> Option<Instant> {
        let wheel = self.wheels[slot];
        if wheel.earliest() == Tick::NEVER {
            return None;
        }
        self.clock.start_of(self.fire(slot, self.clock.tick()))
    }

    /// Wakes what is due in `slot` at `now`; returns the tick at which to call this again.
    pub(crate) fn fire(&self, slot: usize, now: Tick) -> Tick {
        let wheel = self.wheels[slot];
        if wheel.earliest() <= now {
            wheel.fire(now);
        }
        wheel.earliest()
    }

    /// Moves all that waits in `from`, which nobody drives any more, to `to`; true if any did.
    pub(crate) fn hand_over(&self, from: usize, to: usize) -> bool {
        self.wheels[from].hand_over(self.wheels[to])
    }

    /// Takes every registration out of `slot` and wakes who waits, and refuses later ones.
    pub(crate) fn close(&self, slot: usize) {
        self.wheels[slot].close();
    }
}

impl Drop for Timers {
    fn drop(&mut self) {
        for wheel in &self.wheels {
            wheel.close();
            spare::give_back(wheel);
        }
    }
}

impl fmt::Debug for Timers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timers").field("slots", &self.slots()).finish_non_exhaustive()
    }
}
