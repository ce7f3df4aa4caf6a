//! A handle of which there may be many, each of which gets the output.
//!
//! # Protocol
//!
//! The handles share one join handle, whose waker wakes all who wait. A handle that is polled first
//! leaves its own waker, then looks at the task through the join handle. The end of the task comes
//! before the look, which then sees it, or its wake comes after the waker was left, and calls it.
//! Who sees the end puts the result where the others find it.
//!
//! # Invariants
//!
//! - I1: the join handle is polled under the lock of `progress`, always with the same waker.
//! - I2: a waker is left before the task is looked at, in one critical section of `progress`.
//! - I3: no foreign code runs under either lock: wakers are cloned before, called and dropped
//!   after, and outputs are cloned after.
//!
//! Model: `each_of_two_joiners_gets_the_output`.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use rt_primitive::mutant;
use rt_primitive::sync::Mutex;

use crate::budget::poll_budget;
use crate::context;
use crate::task::abort::abort;
use crate::task::id::Id;
use crate::task::join::JoinHandle;
use crate::task::join_error::JoinError;
use crate::task::reference::TaskRef;
use rt_primitive::contain::{contain, discard};

/// Waits for a task, as any number of clones may; each gets a clone of the output, or the error.
///
/// Made by [`JoinHandle::shared`]. Dropping all of them lets the task run on.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::SharedJoinHandle;
///
/// let task: SharedJoinHandle<u32> = rt_core::spawn(async { 7 }).shared();
/// let again = task.clone();
/// assert_eq!(task.await.unwrap() + again.await.unwrap(), 14);
/// # });
/// ```
///
/// # Errors
///
/// The [`JoinError`] is shared by all who wait, hence the `Arc`.
///
/// # Cancel safety
///
/// Awaiting `&mut handle` loses nothing when it is dropped; each clone may be awaited again, also
/// once it has given the output.
pub struct SharedJoinHandle<T> {
    join: Arc<SharedJoin<T>>,
    /// The number of this handle's waker, once it has waited.
    number: Option<u64>,
}

/// What each who waits gets.
type Ended<T> = Result<T, Arc<JoinError>>;

/// What the handles share.
struct SharedJoin<T> {
    // [C]
    task: TaskRef,
    // [C]
    waiting: Arc<Waiting>,
    // [C] Wakes all of these.
    waker: Waker,
    // [L]
    progress: Mutex<Progress<T>>,
}

enum Progress<T> {
    Pending(JoinHandle<T>),
    Ended(Arc<Ended<T>>),
}

/// The wakers of those who wait.
#[derive(Default)]
struct Waiting {
    // [L]
    list: Mutex<List>,
}

#[derive(Default)]
struct List {
    /// How many numbers were given out.
    numbered: u64,
    wakers: BTreeMap<u64, Waker>,
}

impl<T> JoinHandle<T> {
    /// Lets many wait for the task: the handle can be cloned, and each clone gets the output.
    ///
    /// asyncio: any number may await one task.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// executor.block_on(async {
    ///     let one = rt_core::spawn(async { String::from("tea") }).shared();
    ///     let two = one.clone();
    ///     let other = rt_core::spawn(async move { two.await.unwrap() });
    ///     assert_eq!(one.await.unwrap(), "tea");
    ///     assert_eq!(other.await.unwrap(), "tea");
    /// });
    /// ```
    ///
    /// # Panics
    ///
    /// If the output was taken before.
    #[track_caller]
    pub fn shared(self) -> SharedJoinHandle<T>
    where
        T: Clone,
    {
        self.assert_not_taken();
        let task = self.task();
        let waiting = Arc::<Waiting>::default();
        let waker = Waker::from(waiting.clone());
        let progress = Mutex::new(Progress::Pending(self));
        let join = Arc::new(SharedJoin { task, waiting, waker, progress });
        SharedJoinHandle { join, number: None }
    }
}

impl<T> SharedJoinHandle<T> {
    /// As [`JoinHandle::abort`].
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(std::future::pending::<()>()).shared();
    /// task.abort();
    /// assert!(task.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    pub fn abort(&self) {
        abort(self.join.task.ptr());
    }

    /// True once the task has ended, in whatever way.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(async {}).shared();
    /// assert!(!task.is_finished());
    /// # });
    /// ```
    pub fn is_finished(&self) -> bool {
        self.join.task.is_finished()
    }

    /// The task's number.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(async { rt_core::id() }).shared();
    /// let id = task.id();
    /// assert_eq!(task.await.unwrap(), id);
    /// # });
    /// ```
    pub fn id(&self) -> Id {
        self.join.task.id()
    }

    /// The task itself.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(async {}).shared();
    /// assert_eq!(task.task().id(), task.id());
    /// # });
    /// ```
    pub fn task(&self) -> TaskRef {
        self.join.task.clone()
    }
}

impl<T> SharedJoin<T> {
    /// What the task ended with; `None` if `waker`, which has this number, will be called.
    fn poll_end(&self, number: u64, waker: Waker) -> Option<Arc<Ended<T>>> {
        let mut progress = self.progress.lock();
        if mutant!("shared_join.looks_first") && self.look(&mut progress).is_none() {
            self.waiting.leave(number, waker);
            return None;
        }
        let old = self.waiting.leave(number, waker);
        let ended = self.look(&mut progress);
        drop(progress);
        discard(old);
        ended
    }

    /// What the task ended with; `None` if the wakers that are left will be called.
    fn look(&self, progress: &mut Progress<T>) -> Option<Arc<Ended<T>>> {
        if let Progress::Pending(handle) = progress {
            let Poll::Ready(output) = handle.poll_end(&self.waker) else { return None };
            *progress = Progress::Ended(Arc::new(output.map_err(Arc::new)));
        }
        match progress {
            Progress::Ended(ended) => Some(ended.clone()),
            Progress::Pending(_) => unreachable!("it was replaced above"),
        }
    }
}

impl<T: Clone> Future for SharedJoinHandle<T> {
    type Output = Ended<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Ended<T>> {
        if poll_budget(cx).is_pending() {
            return Poll::Pending;
        }
        let SharedJoinHandle { join, number } = self.get_mut();
        if !join.task.is_finished() && context::is_current(join.task.ptr()) {
            return Poll::Ready(Err(Arc::new(JoinError::self_join(join.task.id()))));
        }
        let number = *number.get_or_insert_with(|| join.waiting.number());
        match join.poll_end(number, cx.waker().clone()) {
            None => Poll::Pending,
            Some(ended) => Poll::Ready(Ended::clone(&ended)),
        }
    }
}

impl Waiting {
    fn number(&self) -> u64 {
        let mut list = self.list.lock();
        list.numbered += 1;
        list.numbered
    }

    /// Leaves a waker; gives back the one of the same number that it replaces.
    fn leave(&self, number: u64, waker: Waker) -> Option<Waker> {
        self.list.lock().wakers.insert(number, waker)
    }

    fn take_back(&self, number: u64) -> Option<Waker> {
        self.list.lock().wakers.remove(&number)
    }
}

impl Wake for Waiting {
    fn wake(self: Arc<Self>) {
        let wakers = mem::take(&mut self.list.lock().wakers);
        wakers.into_values().for_each(|waker| contain(|| waker.wake()));
    }
}

impl<T> Clone for SharedJoinHandle<T> {
    fn clone(&self) -> SharedJoinHandle<T> {
        SharedJoinHandle { join: self.join.clone(), number: None }
    }
}

impl<T> Drop for SharedJoinHandle<T> {
    fn drop(&mut self) {
        discard(self.number.and_then(|number| self.join.waiting.take_back(number)));
    }
}

impl<T> fmt::Debug for SharedJoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SharedJoinHandle").field(&self.join.task).finish()
    }
}
