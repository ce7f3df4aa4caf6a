//! A limit on how long something waits, by the clock of the driver.

use std::fmt;
use std::panic::Location;
use std::task::Context;
use std::time::Duration;

use crate::context;
use crate::driver::DriverSleep;

/// So much time from the first look; or none.
pub(crate) struct TimeLimit {
    after: Option<Duration>,
    /// Made at the first look.
    sleep: Option<DriverSleep>,
    made_at: &'static Location<'static>,
}

impl TimeLimit {
    /// For a call that was made at this place.
    pub(crate) fn new(after: Option<Duration>, made_at: &'static Location<'static>) -> TimeLimit {
        TimeLimit { after, sleep: None, made_at }
    }

    /// True once, when the time has passed; else the task of `cx` is woken then.
    pub(crate) fn has_passed(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(after) = self.after else { return false };
        let made_at = self.made_at;
        let sleep = self.sleep.get_or_insert_with(|| match start(after) {
            Some(sleep) => sleep,
            None => panic!(
                "cannot wait for {after:?} at {made_at} without a clock; do it inside a runtime \
                 that has timers"
            ),
        });
        let has_passed = sleep.as_mut().poll(cx).is_ready();
        if has_passed {
            (self.after, self.sleep) = (None, None);
        }
        has_passed
    }
}

fn start(after: Duration) -> Option<DriverSleep> {
    context::with_shared(|shared, _| shared.driver.sleep(after)).ok().flatten()
}

impl fmt::Debug for TimeLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimeLimit").field("after", &self.after).finish_non_exhaustive()
    }
}
