//! Wakers that are a task and a reference to it.
//!
//! # Invariants
//!
//! - I1: the data of every waker made here is a `TaskPtr`; the waker holds one reference to it,
//!   except the borrowed one, which lives no longer than the poll it is made for.

use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr::NonNull;
use std::task::{RawWaker, RawWakerVTable, Waker};

use crate::task::header::TaskPtr;
use crate::task::state::Wake;

static WAKER: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, release);

/// A waker that holds no reference, for the time of one poll.
pub(crate) struct BorrowedWaker(ManuallyDrop<Waker>);

impl Deref for BorrowedWaker {
    type Target = Waker;

    fn deref(&self) -> &Waker {
        &self.0
    }
}

/// The waker of a task that the caller is about to poll.
pub(crate) fn borrowed_waker(task: TaskPtr) -> BorrowedWaker {
    let raw = RawWaker::new(task.as_data(), &WAKER);
    // SAFETY: I1; never dropped, so the reference it does not hold is not given back.
    BorrowedWaker(ManuallyDrop::new(unsafe { Waker::from_raw(raw) }))
}

/// True when `waker` is the waker of `task` itself, not that of something between.
pub(crate) fn is_waker_of(waker: &Waker, task: TaskPtr) -> bool {
    waker.data() == task.as_data() && std::ptr::eq(waker.vtable(), &WAKER)
}

fn task_of(data: *const ()) -> TaskPtr {
    // SAFETY: I1: the data came from `as_data`, which is never null.
    TaskPtr::from_slot(unsafe { NonNull::new_unchecked(data.cast_mut()) })
}

/// # Safety
///
/// - `data` is that of a living waker made here (I1).
unsafe fn clone(data: *const ()) -> RawWaker {
    task_of(data).state().ref_inc();
    RawWaker::new(data, &WAKER)
}

/// # Safety
///
/// - `data` is that of a waker made here (I1), which the call uses up.
unsafe fn wake(data: *const ()) {
    let task = task_of(data);
    if task.state().load().is_root() {
        // The thread of a `block_on` may end the task as soon as it is owned, so the reference has
        // to last until that thread is woken.
        // SAFETY: bullet 1: the waker lives until its reference is given back below.
        unsafe { wake_by_ref(data) };
        return task.release();
    }
    match task.state().wake_by_value() {
        Wake::Schedule => task.schedule(),
        Wake::Nothing => {}
        Wake::Free => task.free(),
    }
}

/// # Safety
///
/// - `data` is that of a living waker made here (I1).
unsafe fn wake_by_ref(data: *const ()) {
    let task = task_of(data);
    if task.state().wake_by_ref() {
        task.schedule();
    }
}

/// # Safety
///
/// - `data` is that of a waker made here (I1), which the call uses up.
unsafe fn release(data: *const ()) {
    task_of(data).release();
}
