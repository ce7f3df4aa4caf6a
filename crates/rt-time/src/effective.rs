//! The earliest deadline that the code being polled is under.

use crate::instant::Instant;
use std::cell::Cell;

rt_primitive::thread_local! {
    /// The earliest deadline of the limits that the calling thread is polling inside.
    static EARLIEST: Cell<Option<Instant>> = Cell::new(None);
}

/// The earliest deadline of the timeouts that the calling code runs inside, in its task; `None`
/// without one. What a task spawns is not limited by it.
///
/// Code that asks somebody else for something can so say how long it will wait for the answer.
/// trio: `current_effective_deadline`.
///
/// ```
/// # use rt_core::{Config, Executor, GUESTS};
/// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
/// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
/// # executor.block_on(async {
/// use rt_time::{Instant, effective_deadline, timeout_at};
/// use std::time::Duration;
///
/// assert_eq!(effective_deadline(), None);
/// let soon = Instant::now() + Duration::from_secs(1);
/// let later = soon + Duration::from_secs(1);
/// let inside = timeout_at(soon, timeout_at(later, async { effective_deadline() }));
/// assert_eq!(inside.await, Ok(Ok(Some(soon))));
/// # });
/// ```
#[doc(alias = "current_effective_deadline")]
pub fn effective_deadline() -> Option<Instant> {
    EARLIEST.try_with(Cell::get).ok().flatten()
}

/// Calls `poll` as code that is under this deadline.
pub(crate) fn within<R>(deadline: Option<Instant>, poll: impl FnOnce() -> R) -> R {
    let before = effective_deadline();
    let _restore = Restore { before };
    set([before, deadline].into_iter().flatten().min());
    poll()
}

fn set(earliest: Option<Instant>) {
    // Without its locals a thread polls nothing more.
    let _ = EARLIEST.try_with(|cell| cell.set(earliest));
}

/// Puts back what was before, also when a poll panics.
struct Restore {
    before: Option<Instant>,
}

impl Drop for Restore {
    fn drop(&mut self) {
        set(self.before);
    }
}
