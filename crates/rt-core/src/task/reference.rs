//! A reference to a task: who it is and how it stands, whatever its output.
//!
//! # Invariants
//!
//! - I1: a reference is counted in the task's word, so the head stays for as long as it lives.

use std::borrow::Cow;
use std::fmt;
use std::panic::Location;

use crate::group::adoption;
use crate::group::family::Family;
use crate::shared::owner_of;
use crate::task::details::DetailsRecord;
use crate::task::header::TaskPtr;
use crate::task::id::Id;
use crate::task::info::{Outcome, TaskInfo, TaskStatus};
use crate::task::name::TaskName;
use crate::wait;

/// A task, for those who want to know about it and not to wait for it.
///
/// It keeps the memory of the task, but neither its future nor its output.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver, TaskStatus};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// let task = executor.block_on(async {
///     let handle = rt_core::spawn(async { rt_core::current_task() });
///     handle.await.unwrap()
/// });
/// assert_eq!(task.name(), format!("Task-{}", task.id()));
/// assert_eq!(task.info().state, TaskStatus::Finished);
/// ```
pub struct TaskRef(TaskPtr);

// SAFETY: I1; through the reference only the atomic state, what is fixed, and `Rare`, which is
// `Sync`, are reached.
unsafe impl Sync for TaskRef {}

impl TaskRef {
    /// Another reference, for somebody who holds one, or the task.
    pub(crate) fn new(task: TaskPtr) -> TaskRef {
        task.state().ref_inc();
        TaskRef(task)
    }

    /// The task in a slot that a walk has come to, if one is alive there.
    pub(crate) fn pin(slot: TaskPtr) -> Option<TaskRef> {
        slot.state().pin_if_live().then(|| TaskRef(slot))
    }

    pub(crate) fn ptr(&self) -> TaskPtr {
        self.0
    }

    /// The task's number.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// assert_eq!(rt_core::current_task().id(), rt_core::id());
    /// # });
    /// ```
    pub fn id(&self) -> Id {
        self.0.header().id
    }

    /// The task's name: `Task-` and its number, unless it was given another.
    ///
    /// asyncio: `task.get_name`.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(async { rt_core::current_task().name().into_owned() });
    /// assert!(task.await.unwrap().starts_with("Task-"));
    /// # });
    /// ```
    #[doc(alias = "get_name")]
    pub fn name(&self) -> Cow<'_, str> {
        match self.given_name() {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(self.default_name()),
        }
    }

    /// Where the task was spawned, or where `block_on` was called.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(async {});
    /// assert_eq!(task.task().spawned_at().file(), file!());
    /// # });
    /// ```
    pub fn spawned_at(&self) -> &'static Location<'static> {
        self.0.header().spawned_at
    }

    /// True once the task has ended, in whatever way.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// assert!(!rt_core::current_task().is_finished());
    /// # });
    /// ```
    pub fn is_finished(&self) -> bool {
        self.0.state().load().is_complete()
    }

    /// How the task ended; `None` if it has not.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// assert_eq!(rt_core::current_task().outcome(), None);
    /// # });
    /// ```
    pub fn outcome(&self) -> Option<Outcome> {
        self.0.state().load().outcome()
    }

    /// All that there is to know about it now.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let info = rt_core::current_task().info();
    /// assert_eq!(info.id, rt_core::id());
    /// # });
    /// ```
    pub fn info(&self) -> TaskInfo {
        let now = self.0.state().load();
        let state = match (now.is_job(), now.is_owned()) {
            _ if now.is_complete() => TaskStatus::Finished,
            (_, true) if adoption::is_closing(self.0) => TaskStatus::Closing,
            (true, true) => TaskStatus::Blocking,
            (true, false) | (false, true) => TaskStatus::Ready,
            (false, false) => TaskStatus::Waiting,
        };
        let name = match self.given_name() {
            Some(name) => TaskName::given(name.clone()),
            None => TaskName::numbered(self.id()),
        };
        let wait = (state == TaskStatus::Waiting).then(|| wait::note_of(self.0)).flatten();
        // The parts of the note fit together if the task has not run meanwhile.
        let wait = wait.filter(|_| !self.0.state().load().is_owned());
        let is_ready = state == TaskStatus::Ready && !now.is_job();
        let owner = if is_ready { owner_of(self.0) } else { None };
        let (id, spawned_at) = (self.id(), self.spawned_at());
        let worker = owner.and_then(|owner| owner.worker_inside(id));
        let rare = self.0.header().rare.get();
        let details = rare.and_then(|rare| rare.details.get());
        let family = self.0.header().rare.family();
        let parent = details.and_then(|details| details.parent);
        let parent = parent.or_else(|| family.and_then(Family::made_by));
        let details = details.map(DetailsRecord::read);
        TaskInfo { id, name, state, spawned_at, wait, worker, parent, details }
    }

    fn given_name(&self) -> Option<&Cow<'static, str>> {
        self.0.header().rare.get()?.name.as_ref()
    }

    fn default_name(&self) -> String {
        format!("Task-{}", self.id())
    }
}

impl Clone for TaskRef {
    fn clone(&self) -> TaskRef {
        TaskRef::new(self.0)
    }
}

impl Drop for TaskRef {
    fn drop(&mut self) {
        self.0.release();
    }
}

impl fmt::Debug for TaskRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TaskInfo { id, name, state, spawned_at, wait, .. } = self.info();
        f.debug_struct("TaskRef")
            .field("id", &id)
            .field("name", &name)
            .field("state", &state)
            .field("spawned_at", &format_args!("{spawned_at}"))
            .field("wait", &wait)
            .finish()
    }
}
