//! The executor's view of the timers: what it calls between polls and before it parks.

use crate::sleep::sleep;
use crate::timers::Timers;
use rt_core::{Driver, DriverSleep};
use std::any::{Any, TypeId};
use std::time::Duration;

impl Driver for Timers {
    fn turn(&self, slot: usize) -> Option<std::time::Instant> {
        Timers::turn(self, slot).map(Into::into)
    }

    fn is_due(&self) -> bool {
        Timers::is_due(self)
    }

    fn jump(&self) -> bool {
        Timers::jump(self)
    }

    fn hand_over(&self, from: usize, to: usize) -> bool {
        Timers::hand_over(self, from, to)
    }

    fn shutdown(&self, slot: usize) {
        self.close(slot);
    }

    fn sleep(&self, duration: Duration) -> Option<DriverSleep> {
        Some(Box::pin(sleep(duration)))
    }

    fn part(&self, type_id: TypeId) -> Option<&(dyn Any + Send + Sync)> {
        (type_id == TypeId::of::<Timers>()).then_some(self)
    }
}
