//! Lists tasks, and names the one that runs.
//!
//! A list is a walk over the pages of every heap (`slab/heap.rs`). A task stays in its slot for
//! life and each slot is looked at once, so a task that is there all the while is found, and none
//! is found twice. Looking at a slot pins the task in it, which is one exchange in its word.

use crate::context;
use crate::handle::ExecutorHandle;
use crate::shared::ExecutorShared;
use crate::task::header::TaskPtr;
use crate::task::id::Id;
use crate::task::info::{TaskInfo, TaskStatus};
use crate::task::reference::TaskRef;

/// The task that is running on this thread; within `block_on` that of its future.
///
/// asyncio: `current_task`.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// let task = executor.handle().spawn(async { rt_core::current_task().id() });
/// let id = task.id();
/// assert_eq!(executor.block_on(task).unwrap(), id);
/// ```
///
/// # Panics
///
/// Outside a task; see [`try_current_task`].
#[track_caller]
pub fn current_task() -> TaskRef {
    try_current_task().expect("no task is running on this thread; ask for it from within one")
}

/// The task that is running on this thread, if there is one.
///
/// ```
/// assert!(rt_core::try_current_task().is_none());
/// ```
pub fn try_current_task() -> Option<TaskRef> {
    context::current_task().map(TaskRef::new)
}

/// The tasks of the current runtime that have not ended; see [`ExecutorHandle::tasks`].
///
/// asyncio: `all_tasks`.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     let waiting = rt_core::spawn(std::future::pending::<()>());
///     let ids: Vec<_> = rt_core::all_tasks().into_iter().map(|task| task.id).collect();
///     assert!(ids.contains(&rt_core::id()) && ids.contains(&waiting.id()));
/// });
/// ```
///
/// # Panics
///
/// Outside a runtime.
#[track_caller]
pub fn all_tasks() -> Vec<TaskInfo> {
    ExecutorHandle::current().tasks()
}

impl ExecutorShared {
    /// The tasks that have not ended.
    pub(crate) fn tasks(&self) -> Vec<TaskInfo> {
        if self.is_forked() {
            // Its threads, which are not in this process, may have left locks held.
            return Vec::new();
        }
        // What is said of a task is large: it is written once, to where it stays.
        let mut living: Vec<_> = Vec::new();
        self.walk(|task| living.push((task.id(), task)));
        // Not unstable: a heap has mostly handed its slots out in order, which this makes use of.
        living.sort_by_key(|&(id, _)| id);
        let roots = self.roots();
        let mut tasks = Vec::with_capacity(living.len() + roots.len());
        tasks.extend(living.into_iter().map(|(_, task)| task.info()));
        // Some may have ended since they were pinned.
        tasks.retain(|task| task.state != TaskStatus::Finished);
        for root in roots {
            let place = tasks.partition_point(|task| task.id < root.id);
            tasks.insert(place, root);
        }
        tasks
    }

    /// Every task that lies in a page and has not ended.
    pub(crate) fn living_tasks(&self) -> Vec<TaskRef> {
        let mut tasks = Vec::new();
        if !self.is_forked() {
            self.walk(|task| tasks.push(task));
        }
        tasks
    }

    /// The slot whose thread polled or dropped this task last, and none since.
    pub(crate) fn worker_inside(&self, id: Id) -> Option<usize> {
        self.slots.iter().position(|slot| slot.tallies.last_task.get() == id.number())
    }

    /// The task with this number, if it is queued or somebody is inside it.
    pub(crate) fn held_task(&self, id: Id) -> Option<TaskRef> {
        let mut found = None;
        self.walk(|task| {
            if task.id() == id {
                found = Some(task);
            }
        });
        found.filter(|task| task.info().state == TaskStatus::Ready)
    }

    /// Calls `f` with every task that lies in a page and has not ended.
    fn walk(&self, mut f: impl FnMut(TaskRef)) {
        let foreign = self.foreign.iter().map(|foreign| &foreign.heap);
        for heap in self.slots.iter().map(|slot| &slot.heap).chain(foreign) {
            heap.walk(|slot| {
                if let Some(task) = TaskRef::pin(TaskPtr::from_slot(slot)) {
                    f(task);
                }
            });
        }
    }

    /// The tasks of those inside `block_on`.
    fn roots(&self) -> Vec<TaskInfo> {
        // I3 of `block_on.rs`: under the lock the thread holds a reference, so there may be more.
        let mut roots = Vec::new();
        for (number, slot) in self.slots.iter().enumerate() {
            let Some(root) = slot.root.lock().map(TaskRef::new) else { continue };
            let mut info = root.info();
            info.worker = (info.state == TaskStatus::Ready).then_some(number);
            roots.push(info);
        }
        let visitors = self.visitors.lock();
        roots.extend(visitors.iter().map(|visitor| TaskRef::new(visitor.root).info()));
        roots
    }
}
