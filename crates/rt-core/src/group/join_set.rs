//! A set of tasks, whose outputs come in the order in which the tasks end.
//!
//! # Protocol
//!
//! Each task of the set has a waker of its own as its join waker. Called, it puts the task's place
//! on a list and wakes who waits for the set. Who waits looks at the list and leaves a waker, both
//! under the list's lock.
//!
//! # Invariants
//!
//! - I1: the place of a task that has ended is put on the list once: by its waker, or by the spawn
//!   that found it ended.
//!
//! Model: `a_set_is_told_of_an_end_or_sees_it`.

pub(crate) mod next;

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker, ready};
use std::time::Duration;

use rt_primitive::mutant;
use rt_primitive::sync::Mutex;

use crate::budget::poll_budget;
use crate::cancel::reason::Reason;
use crate::group::join_set::next::{JoinAll, JoinNext, Wait};
use crate::handle::{self, ExecutorHandle};
use crate::task::abort::AbortHandle;
use crate::task::info::Outcome;
use crate::task::join::JoinHandle;
use crate::task::join_error::JoinError;
use rt_primitive::contain::{contain, discard};

/// Tasks that are waited for in the order in which they end.
///
/// Dropping the set aborts what has not ended; see [`group`](fn@crate::group) for one that waits.
/// asyncio: `asyncio.wait`, `asyncio.as_completed`.
///
/// ```
/// # use rt_core::{Config, Executor, JoinSet, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     let mut set = JoinSet::new();
///     for number in 0..3 {
///         set.spawn(async move { number });
///     }
///     let mut sum = 0;
///     while let Some(number) = set.join_next().await {
///         sum += number.unwrap();
///     }
///     assert_eq!(sum, 3);
/// });
/// ```
#[doc(alias = "asyncio.wait")]
pub struct JoinSet<T> {
    places: Vec<Option<JoinHandle<T>>>,
    vacant: Vec<usize>,
    ended: Arc<EndedList>,
}

/// What [`JoinSet::wait`] waits for.
///
/// asyncio: `FIRST_COMPLETED`, `FIRST_EXCEPTION`, `ALL_COMPLETED`.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::{JoinSet, WaitFor};
///
/// let mut set = JoinSet::new();
/// set.spawn(async { 1 });
/// set.spawn(std::future::pending());
/// assert_eq!(set.wait(WaitFor::First, None).await, 1); // so many have ended
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitFor {
    /// A task has ended.
    First,
    /// A task has panicked, or all have ended.
    FirstError,
    /// All have ended.
    All,
}

/// The places of tasks that have ended and were not taken out.
#[derive(Default)]
pub(crate) struct EndedList {
    // [L]
    list: Mutex<List>,
}

#[derive(Default)]
struct List {
    places: std::collections::VecDeque<usize>,
    waker: Option<Waker>,
}

/// The join waker of one task.
struct Told {
    ended: Arc<EndedList>,
    place: usize,
}

impl Wake for Told {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.ended.push(self.place);
    }
}

impl EndedList {
    fn push(&self, place: usize) {
        let mut list = self.list.lock();
        list.places.push_back(place);
        let waker = list.waker.take().filter(|_| !mutant!("join_set.end_tells_nobody"));
        drop(list);
        if let Some(waker) = waker {
            contain(|| waker.wake());
        }
    }
}

impl<T> JoinSet<T> {
    /// An empty set.
    ///
    /// ```
    /// let set = rt_core::JoinSet::<u32>::new();
    /// assert!(set.is_empty());
    /// ```
    pub fn new() -> JoinSet<T> {
        JoinSet { places: Vec::new(), vacant: Vec::new(), ended: Arc::default() }
    }

    /// How many tasks are in the set, ended or not.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let mut set = rt_core::JoinSet::new();
    /// set.spawn(async {});
    /// assert_eq!(set.len(), 1);
    /// # });
    /// ```
    pub fn len(&self) -> usize {
        self.places.len() - self.vacant.len()
    }

    /// True if no task is in the set.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let mut set = rt_core::JoinSet::new();
    /// set.spawn(async {});
    /// assert!(!set.is_empty());
    /// # });
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Starts a task on the current runtime and puts it into the set.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let mut set = rt_core::JoinSet::new();
    /// let slow = set.spawn(std::future::pending::<u32>());
    /// slow.abort();
    /// assert!(set.join_next().await.unwrap().is_err());
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn<F>(&mut self, task: F) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        self.insert(handle::spawn(task))
    }

    /// Starts a task on this runtime and puts it into the set.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// let mut set = rt_core::JoinSet::new();
    /// set.spawn_on(async { 7 }, executor.handle()); // from any thread
    /// assert_eq!(executor.block_on(set.join_all()), [7]);
    /// ```
    #[track_caller]
    pub fn spawn_on<F>(&mut self, task: F, runtime: &ExecutorHandle) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        self.insert(runtime.spawn(task))
    }

    /// Puts a task into the set that runs already, on whatever runtime.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let mut set = rt_core::JoinSet::new();
    /// set.insert(rt_core::spawn(async { 7 }));
    /// assert_eq!(set.join_all().await, [7]);
    /// # });
    /// ```
    pub fn insert(&mut self, task: JoinHandle<T>) -> AbortHandle {
        let place = self.vacant.pop().unwrap_or(self.places.len());
        let told = Waker::from(Arc::new(Told { ended: self.ended.clone(), place }));
        let abort = task.abort_handle();
        if !task.watch(&told) {
            self.ended.push(place);
        }
        if place == self.places.len() {
            self.places.push(Some(task));
        } else {
            self.places[place] = Some(task);
        }
        abort
    }

    /// Waits for the next task to end, and takes it out of the set; `None` if the set is empty.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let mut set = rt_core::JoinSet::new();
    /// set.spawn(async { 7 });
    /// assert_eq!(set.join_next().await.unwrap().unwrap(), 7);
    /// assert!(set.join_next().await.is_none());
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// Dropped, it takes nothing out.
    #[track_caller]
    pub fn join_next(&mut self) -> JoinNext<'_, T> {
        JoinNext::new(self)
    }

    /// The next task that has ended, if there is one.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let mut set = rt_core::JoinSet::new();
    /// set.spawn(async { 7 });
    /// assert!(set.try_join_next().is_none()); // it had no turn yet
    /// rt_core::yield_now().await;
    /// assert_eq!(set.try_join_next().unwrap().unwrap(), 7);
    /// # });
    /// ```
    pub fn try_join_next(&mut self) -> Option<Result<T, JoinError>> {
        self.take_ended().map(JoinHandle::into_output)
    }

    /// All that have ended, in the order in which they did.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let mut set = rt_core::JoinSet::new();
    /// set.spawn(async { 7 });
    /// set.spawn(std::future::pending());
    /// rt_core::yield_now().await;
    /// assert_eq!(set.drain_done().len(), 1);
    /// # });
    /// ```
    pub fn drain_done(&mut self) -> Vec<Result<T, JoinError>> {
        std::iter::from_fn(|| self.try_join_next()).collect()
    }

    /// Waits until what `until` says has happened, but no longer than `limit`, if there is one;
    /// takes nothing out of the set, and cancels nothing. Returns how many have ended.
    ///
    /// asyncio: `asyncio.wait(…, timeout=…, return_when=…)`.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, JoinSet, NoDriver, WaitFor};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// executor.block_on(async {
    ///     let mut set = JoinSet::new();
    ///     set.spawn(async { 1 });
    ///     set.spawn(std::future::pending());
    ///     assert_eq!(set.wait(WaitFor::First, None).await, 1);
    ///     assert_eq!(set.drain_done().len(), 1);
    /// });
    /// ```
    ///
    /// # Panics
    ///
    /// When it is polled with a limit outside a runtime that has timers.
    ///
    /// # Cancel safety
    ///
    /// Dropping it changes nothing.
    #[doc(alias = "asyncio.wait")]
    #[track_caller]
    pub fn wait(&mut self, until: WaitFor, limit: impl Into<Option<Duration>>) -> Wait<'_, T> {
        Wait::new(self, until, limit.into())
    }

    /// Waits for all, and returns their values in the order in which they ended.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let mut set = rt_core::JoinSet::new();
    /// set.spawn(async { 1 });
    /// set.spawn(async { 2 });
    /// assert_eq!(set.join_all().await.iter().sum::<i32>(), 3);
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// If a task panicked, with its panic, or was cancelled.
    #[track_caller]
    pub fn join_all(self) -> JoinAll<T> {
        JoinAll::new(self)
    }

    /// Aborts all tasks; they stay in the set until they are taken out.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let mut set = rt_core::JoinSet::new();
    /// set.spawn(std::future::pending::<u32>());
    /// set.abort_all();
    /// assert!(set.join_next().await.unwrap().is_err());
    /// # });
    /// ```
    pub fn abort_all(&mut self) {
        self.places.iter().flatten().for_each(JoinHandle::abort);
    }

    /// Asks all tasks to end; they stay in the set until they are taken out.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let mut set = rt_core::JoinSet::new();
    /// set.spawn(std::future::pending::<u32>());
    /// set.cancel_all();
    /// assert!(set.join_next().await.unwrap().unwrap_err().is_cancelled());
    /// # });
    /// ```
    #[track_caller]
    pub fn cancel_all(&mut self) {
        let reason = Reason::explicit();
        self.places.iter().flatten().for_each(|task| {
            task.cancel_with(reason.clone());
        });
    }

    /// Lets all tasks run on by themselves; the set is empty then.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let mut set = rt_core::JoinSet::new();
    /// set.spawn(async { println!("still said") });
    /// set.detach_all();
    /// assert!(set.is_empty());
    /// # });
    /// ```
    pub fn detach_all(&mut self) {
        self.places = Vec::new();
        self.vacant = Vec::new();
        // Those that end later are put on the list of the set that was.
        self.ended = Arc::default();
    }

    /// What [`join_next`](JoinSet::join_next) awaits.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use std::future::poll_fn;
    ///
    /// let mut set = rt_core::JoinSet::new();
    /// set.spawn(async { 7 });
    /// assert_eq!(poll_fn(|cx| set.poll_join_next(cx)).await.unwrap().unwrap(), 7);
    /// # });
    /// ```
    pub fn poll_join_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, JoinError>>> {
        ready!(poll_budget(cx));
        if let Some(output) = self.try_join_next() {
            return Poll::Ready(Some(output));
        }
        if self.is_empty() {
            return Poll::Ready(None);
        }
        if self.leave_waker(cx.waker()) {
            return Poll::Pending;
        }
        Poll::Ready(self.try_join_next())
    }

    /// Leaves a waker for the next end; false if one has come that was not taken out.
    fn leave_waker(&self, waker: &Waker) -> bool {
        let mut list = self.ended.list.lock();
        if !list.places.is_empty() {
            return false;
        }
        let old = list.waker.replace(waker.clone());
        drop(list);
        discard(old);
        true
    }

    /// How many have ended that were not taken out.
    pub(crate) fn ended(&self) -> usize {
        self.ended.list.lock().places.len()
    }

    /// How many have ended, if it is so; else the next end calls `waker`.
    pub(crate) fn has_come(&self, until: WaitFor, waker: &Waker) -> Option<usize> {
        let mut list = self.ended.list.lock();
        let ended = list.places.len();
        let is_panic = |&place: &usize| {
            self.places[place].as_ref().and_then(JoinHandle::outcome) == Some(Outcome::Panicked)
        };
        let is_so = ended == self.len()
            || match until {
                WaitFor::First => ended > 0,
                WaitFor::FirstError => list.places.iter().any(is_panic),
                WaitFor::All => false,
            };
        if is_so {
            return Some(ended);
        }
        let old = list.waker.replace(waker.clone());
        drop(list);
        discard(old);
        None
    }

    fn take_ended(&mut self) -> Option<JoinHandle<T>> {
        let place = self.ended.list.lock().places.pop_front()?;
        self.vacant.push(place);
        let task = self.places[place].take();
        Some(task.expect("I1: a place is on the list once"))
    }
}

impl<T> Drop for JoinSet<T> {
    fn drop(&mut self) {
        self.abort_all();
    }
}

impl<T> Default for JoinSet<T> {
    fn default() -> JoinSet<T> {
        JoinSet::new()
    }
}

impl<T> fmt::Debug for JoinSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinSet").field("len", &self.len()).finish_non_exhaustive()
    }
}
