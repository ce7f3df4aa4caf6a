//! The earliest deadline that the code being polled is under.

use crate::instant::Instant;
use std::cell::Cell;
use std::time::Duration;

rt_primitive::thread_local! {
    /// The limits that the calling thread is polling inside.
    static BOUNDS: Cell<Bounds> = Cell::new(Bounds { at: None, after: None });
}

/// A limit on the code being polled.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bound {
    /// None.
    Never,
    At(Instant),
    /// So long after the code first has to wait, which it has not yet.
    After(Duration),
}

/// The earliest of several.
#[derive(Clone, Copy)]
struct Bounds {
    at: Option<Instant>,
    after: Option<Duration>,
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
    let Bounds { at, after } = bounds();
    // Counted from now, it is not later than if it is counted from when the code will have to wait.
    let after = after.map(|duration| Instant::now().add_or_far(duration));
    at.into_iter().chain(after).min()
}

/// Calls `poll` as code that is under this limit.
pub(crate) fn within<R>(bound: Bound, poll: impl FnOnce() -> R) -> R {
    let before = bounds();
    let _restore = Restore { before };
    set(match bound {
        Bound::Never => before,
        Bound::At(at) => {
            Bounds { at: Some(before.at.map_or(at, |before| before.min(at))), ..before }
        }
        Bound::After(after) => {
            Bounds { after: Some(before.after.map_or(after, |before| before.min(after))), ..before }
        }
    });
    poll()
}

fn bounds() -> Bounds {
    // Without its locals a thread polls nothing more.
    BOUNDS.try_with(Cell::get).unwrap_or(Bounds { at: None, after: None })
}

fn set(bounds: Bounds) {
    // As above.
    let _ = BOUNDS.try_with(|cell| cell.set(bounds));
}

/// Puts back what was before, also when a poll panics.
struct Restore {
    before: Bounds,
}

impl Drop for Restore {
    fn drop(&mut self) {
        set(self.before);
    }
}
