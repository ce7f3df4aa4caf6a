//! The task: a future, its state word and its output in one piece of memory.

pub(crate) mod abort;
pub(crate) mod builder;
pub(crate) mod callbacks;
pub(crate) mod cell;
pub(crate) mod details;
pub(crate) mod header;
pub(crate) mod id;
pub(crate) mod info;
pub(crate) mod join;
pub(crate) mod join_blocking;
pub(crate) mod join_error;
pub(crate) mod join_timeout;
pub(crate) mod linked;
pub(crate) mod name;
pub(crate) mod rare;
pub(crate) mod reference;
pub(crate) mod shared_join;
pub(crate) mod stack;
pub(crate) mod state;
pub(crate) mod waker;

use std::any::Any;

use crate::hooks::Part;
use crate::task::callbacks::FollowUp;
use crate::task::header::TaskPtr;

/// Where a task goes that was just woken, or what follows its end. The scheduler above implements
/// it.
pub(crate) trait Schedule: 'static {
    /// Puts `task` into a queue.
    ///
    /// # Safety
    ///
    /// - The caller holds the task (`state.rs` I1) and gives it away.
    /// - The task was made for a scheduler of this type.
    unsafe fn schedule(task: TaskPtr);

    /// Makes a task of what follows the end of `task`, or drops it if tasks run no more.
    ///
    /// # Safety
    ///
    /// - The caller has a reference to the task, which has ended.
    /// - The task was made for a scheduler of this type.
    unsafe fn follow_up(task: TaskPtr, follow_up: FollowUp);

    /// Tells of a panic that nobody sees.
    ///
    /// # Safety
    ///
    /// - The caller has a reference to the task, or holds it.
    /// - The task was made for a scheduler of this type.
    unsafe fn unhandled(task: TaskPtr, part: Part, panic: &(dyn Any + Send));
}
