//! The task: a future, its state word and its output in one piece of memory.

pub(crate) mod cell;
pub(crate) mod header;
pub(crate) mod id;
pub(crate) mod join;
pub(crate) mod join_error;
pub(crate) mod state;
pub(crate) mod waker;

use crate::task::header::TaskPtr;

/// Where a task goes that was just woken. The scheduler above implements it.
pub(crate) trait Schedule: 'static {
    /// Puts `task` into a queue.
    ///
    /// # Safety
    ///
    /// - The caller holds the task (`state.rs` I1) and gives it away.
    /// - The task was made for a scheduler of this type.
    unsafe fn schedule(task: TaskPtr);
}
