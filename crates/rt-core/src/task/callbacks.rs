//! What is to be called when a task has ended.
//!
//! # Protocol
//!
//! A callback goes onto the task's list, and is then announced in its word. If that comes before
//! the end, whoever ends the task starts a *follow-up*: a task that calls what is on the list, one
//! after the other. If the end came first, whoever left the callback starts one. While a follow-up
//! lives nobody starts a second, so callbacks are called in the order in which they were left.
//!
//! # Invariants
//!
//! - I1: a callback leaves the list once, under its lock: to be called, or to be dropped.
//! - I2: `is_followed` holds from the moment somebody is to start a follow-up until that one finds
//!   the list empty, under the lock.
//! - I3: once the task has ended, a list that is not empty is followed, or about to be by who left
//!   the callback.
//! - I4: no foreign code runs under the lock.
//!
//! Models: `a_callback_meets_the_end`, `two_callbacks_find_one_list`.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use rt_primitive::sync::Mutex;
use rt_primitive::{mutant, perturb};

use crate::hooks::Part;
use crate::task::header::TaskPtr;
use crate::task::id::Id;
use crate::task::info::{Outcome, TaskInfo};
use crate::task::join::JoinHandle;
use crate::task::reference::TaskRef;
use crate::vars;
use rt_primitive::contain::discard;

/// Names a callback, for [`JoinHandle::remove_callback`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::CallbackId;
///
/// let task = rt_core::spawn(async {});
/// let id: CallbackId = task.on_finish(|_, _| unreachable!());
/// assert!(task.remove_callback(id));
/// task.await.unwrap();
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CallbackId {
    task: Id,
    number: u64,
}

type Callback = Box<dyn FnOnce(&TaskInfo, &Outcome) + Send>;

impl<T> JoinHandle<T> {
    /// Calls `callback` once the task has ended, in a task of its own.
    ///
    /// The callbacks of a task are called one after the other, in the order in which they were
    /// left, and never within this call, not even if the task has ended already. One that panics
    /// does not keep the others from being called. They need no handle: dropping it leaves them.
    ///
    /// A shutdown calls them for the tasks that it ends. Once a runtime has shut down there is
    /// nothing to call a callback that is left only then: it is dropped.
    ///
    /// asyncio: `task.add_done_callback`.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver, Outcome};
    /// # use std::sync::{Arc, mpsc};
    /// # let executor = Executor::start(Config::multi_thread()?, Arc::new(NoDriver))?;
    /// let (sender, receiver) = mpsc::channel();
    /// let task = executor.handle().spawn(async { 6 * 7 });
    /// task.on_finish(move |task, outcome| sender.send((task.id, *outcome)).unwrap());
    /// assert_eq!(receiver.recv()?, (task.id(), Outcome::Finished));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "add_done_callback")]
    pub fn on_finish<F>(&self, callback: F) -> CallbackId
    where
        F: FnOnce(&TaskInfo, &Outcome) + Send + 'static,
    {
        let task = self.task_ptr();
        let callback: Callback = match vars::inherited() {
            Some(vars) => Box::new(move |info, outcome| vars.run(|| callback(info, outcome))),
            None => Box::new(callback),
        };
        let number = task.header().rare.get_or_make().callbacks.add(callback);
        perturb!();
        if !task.state().announce_callbacks() {
            follow_up(task, Starter::Latecomer);
        }
        CallbackId { task: task.header().id, number }
    }

    /// Takes a callback back: true if it was there, and will not be called any more.
    ///
    /// asyncio: `task.remove_done_callback`.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// let task = executor.handle().spawn(async {});
    /// let callback = task.on_finish(|_, _| unreachable!());
    /// assert!(task.remove_callback(callback));
    /// assert!(!task.remove_callback(callback));
    /// ```
    #[doc(alias = "remove_done_callback")]
    pub fn remove_callback(&self, callback: CallbackId) -> bool {
        let header = self.task_ptr().header();
        let rare = header.rare.get().filter(|_| header.id == callback.task);
        rare.and_then(|rare| rare.callbacks.remove(callback.number)).is_some()
    }
}

/// The callbacks of one task.
#[derive(Default)]
pub(crate) struct Callbacks {
    // [L]
    list: Mutex<List>,
}

#[derive(Default)]
struct List {
    /// How many were ever left.
    left: u64,
    /// Those not called yet, with their numbers.
    waiting: VecDeque<(u64, Callback)>,
    /// A follow-up takes from the list, or will (I2).
    is_followed: bool,
}

impl Callbacks {
    fn add(&self, callback: Callback) -> u64 {
        let mut list = self.list.lock();
        list.left += 1;
        let number = list.left;
        list.waiting.push_back((number, callback));
        number
    }

    fn remove(&self, number: u64) -> Option<Callback> {
        let mut list = self.list.lock();
        let place = list.waiting.iter().position(|&(other, _)| other == number)?;
        list.waiting.remove(place).map(|(_, callback)| callback)
    }

    /// True if the caller is to start a follow-up (I2).
    fn is_to_be_followed(&self) -> bool {
        let mut list = self.list.lock();
        let is_due = !list.is_followed && !list.waiting.is_empty();
        list.is_followed |= is_due && !mutant!("callbacks.followed_twice");
        is_due
    }

    /// The next callback for the follow-up; `None` ends it (I2).
    fn take(&self) -> Option<Callback> {
        let mut list = self.list.lock();
        let next = list.waiting.pop_front();
        list.is_followed = next.is_some() || mutant!("callbacks.followed_for_ever");
        next.map(|(_, callback)| callback)
    }
}

/// Who starts a follow-up.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Starter {
    /// The party that ended the task.
    Holder,
    /// One who left a callback after the end.
    Latecomer,
}

/// Starts a follow-up of a task that has ended, unless there is one or nothing is to be called.
///
/// The caller has a reference to the task.
pub(crate) fn follow_up(task: TaskPtr, starter: Starter) {
    if task.header().rare.get().is_some_and(|rare| rare.callbacks.is_to_be_followed()) {
        task.start(FollowUp { task: Some(TaskRef::new(task)), starter });
    }
}

/// The future that calls the callbacks of a task.
pub(crate) struct FollowUp {
    /// There until it has run.
    task: Option<TaskRef>,
    starter: Starter,
}

impl Future for FollowUp {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if let Some(task) = self.task.take() {
            call_all(&task);
        }
        Poll::Ready(())
    }
}

impl Drop for FollowUp {
    /// The executor shuts down, and polls nothing any more.
    fn drop(&mut self) {
        let Some(task) = self.task.take() else { return };
        match self.starter {
            Starter::Holder => call_all(&task),
            // This may be within the call that left the callback.
            Starter::Latecomer => for_each_left(&task, discard),
        }
    }
}

fn call_all(task: &TaskRef) {
    let info = task.info();
    let outcome = task.outcome().expect("I3: a follow-up is started after the end");
    for_each_left(task, |callback| {
        let called = catch_unwind(AssertUnwindSafe(|| callback(&info, &outcome)));
        if let Err(panic) = called {
            task.ptr().unhandled(Part::Callback, &*panic);
            discard(panic);
        }
    });
}

/// Takes callbacks from the list until it is empty; without the lock between (I4).
fn for_each_left(task: &TaskRef, act: impl Fn(Callback)) {
    let rare = task.ptr().header().rare.get().expect("I2: a follow-up follows callbacks");
    while let Some(callback) = rare.callbacks.take() {
        act(callback);
    }
}

impl fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callbacks").finish_non_exhaustive()
    }
}
