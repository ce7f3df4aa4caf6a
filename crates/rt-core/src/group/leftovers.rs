//! All tasks of an executor, asked to end and waited for.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use rt_primitive::sync::Arc;
use rt_primitive::{mutant, perturb};

use crate::cancel::reason::Reason;
use crate::context;
use crate::group::child_count::Start;
use crate::group::family::{self, Family};
use crate::handle::ExecutorHandle;
use crate::task::info::Outcome;
use crate::task::reference::TaskRef;
use crate::wait::{WaitKind, note_wait};

impl ExecutorHandle {
    /// Asks every task that has not ended to do so, but for the one that calls; what it returns is
    /// ready once those have ended.
    ///
    /// The futures inside `block_on` are not asked. What is spawned later is not waited for.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver, Reason};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// let task = executor.handle().spawn(std::future::pending::<()>());
    /// executor.block_on(executor.handle().cancel_all(Reason::explicit()));
    /// assert!(task.is_finished());
    /// ```
    #[track_caller]
    pub fn cancel_all(&self, reason: Reason) -> AllEnded {
        let family = Family::new(false);
        let tasks = self.shared().living_tasks();
        for task in tasks.iter().filter(|task| !context::is_current(task.ptr())) {
            watch(task, &family);
            perturb!();
            task.cancel_with(reason.clone());
        }
        AllEnded { family, made_at: Location::caller() }
    }
}

/// Has `family` count a task as one of its own until the task has ended.
pub(crate) fn watch(task: &TaskRef, family: &Arc<Family>) {
    let place = Family::take_place(family, Start::AtOnce).expect("the family is new");
    let rare = task.ptr().header().rare.get_or_make();
    rare.watchers.lock().push(place);
    perturb!();
    let has_ended = !task.ptr().state().announce_callbacks();
    if has_ended && !mutant!("leftovers.end_not_looked_for") {
        family::tell_watchers(task.ptr(), Outcome::Finished);
    }
}

/// The future of [`ExecutorHandle::cancel_all`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::{AllEnded, ExecutorHandle, Reason};
///
/// rt_core::spawn(std::future::pending::<()>());
/// let end: AllEnded = ExecutorHandle::current().cancel_all(Reason::explicit());
/// end.await;
/// assert_eq!(rt_core::all_tasks().len(), 1); // the future of `block_on`
/// # });
/// ```
#[must_use = "the tasks were asked to end; this waits until they have"]
pub struct AllEnded {
    family: Arc<Family>,
    made_at: &'static Location<'static>,
}

impl Future for AllEnded {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.family.has_ended(cx.waker()) {
            return Poll::Ready(());
        }
        note_wait(WaitKind::Join, self.made_at, 0);
        Poll::Pending
    }
}

impl fmt::Debug for AllEnded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AllEnded").field("left", &self.family.live()).finish()
    }
}
