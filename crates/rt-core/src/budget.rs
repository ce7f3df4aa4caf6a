//! How much one poll may do before it must let other tasks run.

use std::task::{Context, Poll};

use crate::context;

/// Takes one unit of the current task's budget; every leaf future calls it first.
///
/// A task gets 128 units for each poll. Once they are spent this arranges for the task to run again
/// behind the others and returns Pending, so that a task whose futures are always ready does not
/// keep its worker. Outside a task it is always ready.
///
/// ```
/// use std::task::{Context, Waker};
/// assert!(rt_core::poll_budget(&mut Context::from_waker(Waker::noop())).is_ready());
/// ```
#[inline]
pub fn poll_budget(cx: &mut Context<'_>) -> Poll<()> {
    if context::spend_budget() {
        return Poll::Ready(());
    }
    if !context::yield_current(cx.waker()) {
        cx.waker().wake_by_ref();
    }
    Poll::Pending
}
