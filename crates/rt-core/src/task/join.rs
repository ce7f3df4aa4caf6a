//! The handle that waits for a task.
//!
//! # Invariants
//!
//! - I1: a join handle holds one reference and the JOIN bit from spawn to its drop.
//! - I2: the handle touches the join waker as `state.rs` I4 says, the output as I3 there says.
//! - I3: `T` is the output of the future that the task was made with.
//! - I4: the output is taken once, and `is_taken` says so.
//!
//! Models: `a_joiner_is_told_or_sees_the_end` and the others in `tests/loom/join.rs`.

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
use crate::cancel::request;
use crate::context;
use crate::task::abort::{AbortHandle, abort};
use crate::task::header::TaskPtr;
use crate::task::id::Id;
use crate::task::info::Outcome;
use crate::task::join_error::{JoinError, TakeError};
use crate::task::reference::TaskRef;
use crate::wait::{WaitKind, note_wait};
use rt_primitive::contain::discard;

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
/// [`JoinError`] when the task panicked, was aborted, or its runtime shut down before it ended, and
/// when a task awaits itself.
///
/// # Cancel safety
///
/// Dropping the handle, also while it is awaited, detaches the task; await `&mut handle` to keep
/// it.
#[doc(alias = "Task")]
pub struct JoinHandle<T> {
    // [C]
    task: TaskPtr,
    // [O] I4.
    is_taken: bool,
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
        JoinHandle { task, is_taken: false, output: PhantomData }
    }

    pub(crate) fn task_ptr(&self) -> TaskPtr {
        self.task
    }

    /// Ends the task at its next suspension: its future is dropped, and the handle resolves to an
    /// error for which [`JoinError::is_cancelled`] holds.
    ///
    /// A task that has ended already keeps its output. Does not wait.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(std::future::pending::<()>());
    /// task.abort();
    /// assert!(task.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    pub fn abort(&self) {
        abort(self.task);
    }

    /// A handle that can only abort, for another place.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(std::future::pending::<()>());
    /// let abort = task.abort_handle();
    /// rt_core::spawn(async move { abort.abort() });
    /// assert!(task.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    pub fn abort_handle(&self) -> AbortHandle {
        AbortHandle::new(self.task())
    }

    /// True once the task has ended, in whatever way. asyncio: `task.done()`.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(async {});
    /// assert!(!task.is_finished());
    /// rt_core::yield_now().await;
    /// assert!(task.is_finished());
    /// # });
    /// ```
    #[doc(alias = "done")]
    pub fn is_finished(&self) -> bool {
        self.task.state().load().is_complete()
    }

    /// How the task ended; `None` if it has not. asyncio: `task.cancelled()`, `task.exception()`.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use rt_core::Outcome;
    ///
    /// let task = rt_core::spawn(async {});
    /// assert_eq!(task.outcome(), None);
    /// rt_core::yield_now().await;
    /// assert_eq!(task.outcome(), Some(Outcome::Finished));
    /// # });
    /// ```
    #[doc(alias = "cancelled")]
    #[doc(alias = "exception")]
    pub fn outcome(&self) -> Option<Outcome> {
        self.task.state().load().outcome()
    }

    /// The output, if the task has ended. asyncio: `task.result()`.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver, TakeError};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// executor.block_on(async {
    ///     let mut task = rt_core::spawn(async { 42 });
    ///     assert!(matches!(task.try_take(), Err(TakeError::Pending)));
    ///     rt_core::yield_now().await;
    ///     assert_eq!(task.try_take().unwrap(), 42);
    /// });
    /// ```
    ///
    /// # Errors
    ///
    /// [`TakeError`] when the task has not ended, has no output, or had its output taken before.
    #[doc(alias = "result")]
    pub fn try_take(&mut self) -> Result<T, TakeError> {
        if self.is_taken {
            return Err(TakeError::Taken);
        }
        if !self.is_finished() {
            return Err(TakeError::Pending);
        }
        self.take().map_err(TakeError::Join)
    }

    /// The task's number.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let (one, two) = (rt_core::spawn(async {}), rt_core::spawn(async {}));
    /// assert_ne!(one.id(), two.id());
    /// # });
    /// ```
    pub fn id(&self) -> Id {
        self.task.header().id
    }

    /// The task itself.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(async {});
    /// println!("{} was spawned at {}", task.task().name(), task.task().spawned_at());
    /// # });
    /// ```
    pub fn task(&self) -> TaskRef {
        TaskRef::new(self.task)
    }

    /// Refuses to be polled once the output is taken.
    #[track_caller]
    pub(crate) fn assert_not_taken(&self) {
        assert!(!self.is_taken, "a JoinHandle was polled after it had given its output");
    }

    /// True if the task that asks is the one of this handle, and so would wait for ever.
    pub(crate) fn is_own(&self) -> bool {
        !self.is_finished() && context::is_current(self.task)
    }

    /// Notes that the current task waits for that of this handle.
    pub(crate) fn note_wait(&self) {
        let header = self.task.header();
        note_wait(WaitKind::Join, header.spawned_at, header.id.number() as usize);
    }

    /// The output, or `waker` is called once it is there.
    pub(crate) fn poll_end(&mut self, waker: &Waker) -> Poll<Result<T, JoinError>> {
        if self.is_finished() || !self.register(waker) {
            return Poll::Ready(self.take());
        }
        Poll::Pending
    }

    /// Takes the output of the task, which is complete (I4).
    fn take(&mut self) -> Result<T, JoinError> {
        self.is_taken = true;
        if self.task.state().load().is_cancelled() {
            return Err(JoinError::cancelled(self.id(), request::reason_of(self.task)));
        }
        let mut output = MaybeUninit::<thread::Result<T>>::uninit();
        let take_output = self.task.header().vtable.take_output;
        // SAFETY: I2 and I3: the task completed with JOIN set, so the output is the handle's.
        unsafe { take_output(self.task, NonNull::from(&mut output).cast()) };
        // SAFETY: I3: `take_output` has written a result of this `T`.
        unsafe { output.assume_init() }.map_err(|panic| JoinError::panicked(self.id(), panic))
    }

    /// The output of a task that has ended, and whose output was not taken.
    pub(crate) fn into_output(mut self) -> Result<T, JoinError> {
        assert!(self.is_finished() && !self.is_taken, "I4: there is no output to be taken");
        self.take()
    }

    /// Leaves `waker` for the end of the task; false if that has come.
    pub(crate) fn watch(&self, waker: &Waker) -> bool {
        !self.is_finished() && self.register(waker)
    }

    /// Leaves `waker` for the completing party; false if the task ended meanwhile.
    fn register(&self, waker: &Waker) -> bool {
        let state = self.task.state();
        let field = &self.task.header().join_waker;
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
            discard(field.with(|field| unsafe { field.cast::<Waker>().read() }));
        }
        let waker = waker.clone();
        // SAFETY: I2: no waker is published.
        field.with_mut(|field| unsafe { (*field).write(waker) });
        let published = state.publish_join_waker();
        if !published {
            // SAFETY: I2: not published, so it is still the handle's.
            discard(field.with(|field| unsafe { field.cast::<Waker>().read() }));
        }
        published
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.assert_not_taken();
        if poll_budget(cx).is_pending() {
            return Poll::Pending;
        }
        if self.is_own() {
            return Poll::Ready(Err(JoinError::self_join(self.id())));
        }
        let end = self.poll_end(cx.waker());
        if end.is_pending() {
            self.note_wait();
        }
        end
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        let task = self.task;
        if self.is_taken {
            return task.release();
        }
        let state = task.state();
        if state.load().has_join_waker() && state.retract_join_waker() {
            // SAFETY: I2: retracted before the end, so it is the handle's again.
            discard(task.header().join_waker.with(|field| unsafe { field.cast::<Waker>().read() }));
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
            .field("id", &self.id())
            .field("is_finished", &self.is_finished())
            .finish()
    }
}
