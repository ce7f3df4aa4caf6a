//! From a task to its executor.

use std::mem::ManuallyDrop;

use rt_primitive::sync::Arc;

use crate::shared::{ExecutorShared, spawn};
use crate::slab;
use crate::task::callbacks::FollowUp;
use crate::task::header::{Birth, TaskPtr};
use crate::task::reference::TaskRef;

/// Spawns what follows the end of a task, under a name that says so.
pub(crate) fn spawn_follow_up(shared: &Arc<ExecutorShared>, task: TaskPtr, follow_up: FollowUp) {
    let name = format!("on_finish of {}", TaskRef::new(task).name());
    let birth = Birth::named(task.header().spawned_at, name.into());
    drop(spawn(shared, follow_up, birth));
}

/// The executor of a task; `None` for one that has memory of its own.
pub(crate) fn executor_of(task: TaskPtr) -> Option<ManuallyDrop<Arc<ExecutorShared>>> {
    if task.state().load().is_boxed() {
        return None;
    }
    // SAFETY: I1 of `shared.rs`; the count is the page's, and not given back by who gets it here.
    Some(ManuallyDrop::new(unsafe { Arc::from_raw(page_owner(task)) }))
}

/// The same, for as long as the caller holds the task.
pub(crate) fn owner_of<'a>(task: TaskPtr) -> Option<&'a ExecutorShared> {
    if task.state().load().is_boxed() {
        return None;
    }
    // SAFETY: I1 of `shared.rs`.
    Some(unsafe { &*page_owner(task) })
}

/// The executor of a task that lies in a page.
pub(super) fn page_owner(task: TaskPtr) -> *const ExecutorShared {
    // SAFETY: I1 of `shared.rs`: whoever has a `TaskPtr` holds the task, so its slot is not freed.
    unsafe { slab::owner_of(task.as_slot()) }.cast()
}
