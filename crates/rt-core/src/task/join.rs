//! Handles that wait for a task, or end it.
//!
//! # Invariants
//!
//! - I1: a join handle holds one reference and the JOIN bit from spawn to its drop; an abort handle
//!   holds one reference.
//! - I2: the handle touches the join waker as `state.rs` I4 says, the output as I3 there says.
//! - I3: `T` is the output of the future that the task was made with.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll, Waker};
use std::thread;

use crate::budget::poll_budget;
use crate::task::header::TaskPtr;
use crate::task::id::Id;
use crate::task::join_error::JoinError;
use crate::task::state::CancelRequest;

/// Waits for a task and yields its output; dropping it lets the task run on.
///
/// asyncio: `await task`, `task.cancel()`, `task.done()`.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// let answer = executor.block_on(async { rt_core::spawn(async { 6 * 7 }).await });
/// assert_eq!(answer.unwrap(), 42);
/// ```
///
/// # Errors
///
/// [`JoinError`] when the task panicked, was aborted, or its runtime shut down before it ended.
///
/// # Cancel safety
///
/// Dropping the handle, also while it is awaited, detaches the task; await `&mut handle` to keep
/// it.
#[doc(alias = "Task")]
pub struct JoinHandle<T> {
    // [C] `None` once the output has been taken.
    task: Option<TaskPtr>,
    id: Id,
    output: PhantomData<T>,
}

// SAFETY: I3: only a `T` crosses threads through the handle, by value.
unsafe impl<T: Send> Send for JoinHandle<T> {}
// SAFETY: I3: the `T` is reached through an exclusive handle only.
unsafe impl<T: Send> Sync for JoinHandle<T> {}
impl<T> Unpin for JoinHandle<T> {}
impl<T> UnwindSafe for JoinHandle<T> {}
impl<T> RefUnwindSafe for JoinHandle<T> {}

impl<T> JoinHandle<T> {
    /// The handle of a task that was just made with JOIN and a reference for it.
    pub(crate) fn new(task: TaskPtr) -> JoinHandle<T> {
        JoinHandle { task: Some(task), id: task.header().id, output: PhantomData }
    }

    /// Ends the task at its next suspension: its future is dropped, and the handle resolves to an
    /// error for which [`JoinError::is_cancelled`] holds.
    ///
    /// A task that has ended already keeps its output. Does not wait.
    pub fn abort(&self) {
        if let Some(task) = self.task {
            abort(task);
        }
    }

    /// A handle that can only abort, for another place.
    pub fn abort_handle(&self) -> AbortHandle {
        AbortHandle::new(self.task, self.id)
    }

    /// True once the task has ended, in whatever way. asyncio: `task.done()`.
    #[doc(alias = "done")]
    pub fn is_finished(&self) -> bool {
        self.task.is_none_or(|task| task.state().load().is_complete())
    }

    /// The task's number.
    pub fn id(&self) -> Id {
        self.id
    }

    /// Takes the output of a task that is complete.
    fn take(&mut self, task: TaskPtr) -> Result<T, JoinError> {
        self.task = None;
        let was = task.state().load();
        let result = if was.is_cancelled() {
            Err(JoinError::cancelled(self.id))
        } else {
            let mut output = MaybeUninit::<thread::Result<T>>::uninit();
            let take_output = task.header().vtable.take_output;
            // SAFETY: I2 and I3: the task completed with JOIN set, so the output is the handle's.
            unsafe { take_output(task, NonNull::from(&mut output).cast()) };
            // SAFETY: I3: `take_output` has written a result of this `T`.
            unsafe { output.assume_init() }.map_err(|panic| JoinError::panicked(self.id, panic))
        };
        task.release();
        result
    }

    /// Leaves `waker` for the completing party; false if the task ended meanwhile.
    fn register(&self, task: TaskPtr, waker: &Waker) -> bool {
        let state = task.state();
        let field = &task.header().join_waker;
        if state.load().has_join_waker() {
            // SAFETY: I2: published and read by both sides only, until it is retracted.
            let same = field.with(|field| unsafe { &*field.cast::<Waker>() }.will_wake(waker));
            if same {
                return true;
            }
            if !state.retract_join_waker() {
                return false;
            }
            // SAFETY: I2: retracted before the end, so it is the handle's again.
            field.with_mut(|field| unsafe { field.cast::<Waker>().drop_in_place() });
        }
        let waker = waker.clone();
        // SAFETY: I2: no waker is published.
        field.with_mut(|field| unsafe { (*field).write(waker) });
        let published = state.publish_join_waker();
        if !published {
            // SAFETY: I2: not published, so it is still the handle's.
            field.with_mut(|field| unsafe { field.cast::<Waker>().drop_in_place() });
        }
        published
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let task = self.task.expect("a JoinHandle was polled after it had given its output");
        if poll_budget(cx).is_pending() {
            return Poll::Pending;
        }
        if task.state().load().is_complete() || !self.register(task, cx.waker()) {
            return Poll::Ready(self.take(task));
        }
        Poll::Pending
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        let Some(task) = self.task else { return };
        let state = task.state();
        if state.load().has_join_waker() && state.retract_join_waker() {
            // SAFETY: I2: retracted before the end, so it is the handle's again.
            task.header()
                .join_waker
                .with_mut(|field| unsafe { field.cast::<Waker>().drop_in_place() });
        }
        if let Err(ended) = state.drop_join() {
            if !ended.is_cancelled() {
                let drop_output = task.header().vtable.drop_output;
                // SAFETY: I2: the task completed with JOIN set, so the output is the handle's.
                unsafe { drop_output(task) };
            }
            task.release();
        }
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle")
            .field("id", &self.id)
            .field("is_finished", &self.is_finished())
            .finish()
    }
}

/// Ends a task from another place; it does not keep the task's output.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     let handle = rt_core::spawn(std::future::pending::<()>());
///     handle.abort_handle().abort();
///     assert!(handle.await.unwrap_err().is_cancelled());
/// });
/// ```
pub struct AbortHandle {
    task: Option<TaskPtr>,
    id: Id,
}

// SAFETY: the handle reaches only the task's state (I1).
unsafe impl Sync for AbortHandle {}

impl AbortHandle {
    fn new(task: Option<TaskPtr>, id: Id) -> AbortHandle {
        if let Some(task) = task {
            task.state().ref_inc();
        }
        AbortHandle { task, id }
    }

    /// As [`JoinHandle::abort`].
    pub fn abort(&self) {
        if let Some(task) = self.task {
            abort(task);
        }
    }

    /// True once the task has ended, in whatever way.
    pub fn is_finished(&self) -> bool {
        self.task.is_none_or(|task| task.state().load().is_complete())
    }

    /// The task's number.
    pub fn id(&self) -> Id {
        self.id
    }
}

impl Clone for AbortHandle {
    fn clone(&self) -> AbortHandle {
        AbortHandle::new(self.task, self.id)
    }
}

impl Drop for AbortHandle {
    fn drop(&mut self) {
        if let Some(task) = self.task {
            task.release();
        }
    }
}

impl fmt::Debug for AbortHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbortHandle").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Asks a task to end, and queues it if nobody holds it.
fn abort(task: TaskPtr) {
    match task.state().request_cancel() {
        CancelRequest::Claimed => task.schedule(),
        CancelRequest::Flagged | CancelRequest::TooLate => {}
    }
}
