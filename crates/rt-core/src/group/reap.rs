//! Waits for the children of groups that were dropped in this task.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::context;
use crate::group::adoption;
use crate::wait::{WaitKind, note_wait};

/// Waits until the children of all groups and gatherings that were dropped in this task have ended.
///
/// A group that is dropped, as the loser of a `select!` for example, asks its children to end, and
/// the task waits for them at its own end. Code that has to know earlier that they are gone, since
/// they use something that it uses as well, awaits this. Outside a task it is ready at once.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     let shared = Arc::new(());
///     let child = |it: Arc<()>| async move { std::future::pending::<()>().await; drop(it) };
///     drop(rt_core::gather([child(shared.clone())]));
///     rt_core::reap().await;
///     assert_eq!(Arc::strong_count(&shared), 1);
/// });
/// ```
///
/// # Cancel safety
///
/// Dropped, it loses nothing.
#[track_caller]
pub fn reap() -> Reap {
    Reap { made_at: Location::caller() }
}

/// The future of [`reap`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::{Reap, reap};
///
/// let end: Reap = reap();
/// end.await; // nothing was left behind
/// # });
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct Reap {
    made_at: &'static Location<'static>,
}

impl Future for Reap {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(task) = context::current_task() else { return Poll::Ready(()) };
        let mut have_ended = true;
        for family in adoption::adopted_by(task) {
            // Each calls the waker, so the last does.
            have_ended &= family.has_ended(cx.waker());
        }
        if have_ended {
            return Poll::Ready(());
        }
        note_wait(WaitKind::Join, self.made_at, 0);
        Poll::Pending
    }
}
