//! Waiting for time: sleeps, timeouts and intervals, and the timers that an executor drives.
//!
//! Applications use the crate `rt`, which has all of this as `rt::time`. A runtime makes one
//! [`Timers`] and gives it to its executor as driver; the rest is for tasks.
//!
//! | asyncio | here |
//! |---|---|
//! | `asyncio.sleep()` | [`sleep()`] |
//! | `asyncio.wait_for()`, `asyncio.timeout()` | [`timeout()`] |
//! | `asyncio.timeout_at()` | [`timeout_at()`], [`with_deadline()`] |
//! | `loop.call_later()` | [`call_later()`] |
//! | `loop.time()` | [`Instant::now()`] |
//! | – | [`sleep_until()`], [`interval()`], [`interval_at()`] |
//! | – | [`pause()`], [`resume()`], [`advance()`] |

#![warn(missing_docs)]

mod call_later;
mod clock;
mod deadline;
mod driver;
mod effective;
mod entry;
mod instant;
mod interval;
mod scope;
mod sleep;
#[cfg(test)]
mod tests;
mod tick;
mod timeout;
mod timers;
mod virtual_clock;
mod wheel;

pub use call_later::{TimerHandle, call_later};
pub use deadline::{Deadline, DeadlineExpired, MoveOnAfter, move_on_after, with_deadline};
pub use effective::effective_deadline;
pub use instant::Instant;
pub use interval::{Interval, IntervalTick, MissedTickBehavior, interval, interval_at};
pub use scope::{Scope, Scoped, scope};
pub use sleep::{Sleep, sleep, sleep_until};
pub use timeout::{Elapsed, Timeout, timeout, timeout_at};
pub use timers::Timers;
pub use virtual_clock::{Advance, advance, pause, resume};
