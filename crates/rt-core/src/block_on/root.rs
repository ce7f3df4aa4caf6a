//! The task of a `block_on`: its future stays on the caller's stack, its state lives here.
//!
//! # Invariants
//!
//! - I1: only the thread inside the `block_on` polls the task; `body` is set while it may.
//! - I2: a waker keeps its reference until the thread has been unparked, so `bed` outlives that.
//! - I3: a task with the vtable `ROOT` is a whole `RootTask` in a box that `new` leaked.

use std::any::Any;
use std::cell::Cell;
use std::panic::Location;
use std::ptr::NonNull;
use std::task::{Context, Poll};

use rt_primitive::mutant;
use rt_primitive::park::Parker;
use rt_primitive::sync::Arc;

use crate::config::Flavor;
use crate::context;
use crate::group::adoption;
use crate::hooks::Part;
use crate::shared::ExecutorShared;
use crate::task::Schedule;
use crate::task::callbacks::FollowUp;
use crate::task::header::{Birth, Header, Polled, TaskHead, TaskPtr, Vtable};
use crate::task::id::Id;
use crate::task::info::Outcome;
use crate::task::state::{Completion, Snapshot, TaskState};
use crate::task::waker::borrowed_waker;

/// Polls the caller's future and keeps its output; never unwinds.
type Body<'a> = dyn FnMut(&mut Context<'_>) -> Poll<()> + 'a;

/// Where the thread of a `block_on` sleeps.
pub(crate) enum Bed {
    /// In the parker of the slot it drives.
    Slot(Arc<ExecutorShared>, usize),
    /// In one of its own, while it drives no slot. On an executor without threads it may get the
    /// slots later, and then sleeps in the first.
    Own(Arc<ExecutorShared>, Arc<Parker>),
}

impl Bed {
    /// Wakes the thread, wherever it sleeps.
    fn unpark(&self) {
        match self {
            // The thread itself, between two tasks: it looks at the root before it sleeps.
            Bed::Slot(shared, slot) if is_driven_here(shared, *slot) => {}
            _ if mutant!("root.unparks_nobody") => {}
            Bed::Slot(shared, slot) => shared.unpark_root(*slot),
            Bed::Own(shared, parker) => {
                shared.unpark_visitor(parker);
                if !shared.flavor.has_threads() {
                    shared.unpark_root(0);
                }
            }
        }
    }
}

/// True when the calling thread drives this slot, maybe in the name of another.
fn is_driven_here(shared: &Arc<ExecutorShared>, slot: usize) -> bool {
    context::with_worker(|worker| {
        worker.is_some_and(|worker| {
            let is_its = worker.slot == slot || shared.flavor == Flavor::Deterministic;
            is_its && Arc::ptr_eq(&worker.shared, shared)
        })
    })
}

/// The task, in memory of its own.
#[repr(C)]
struct RootTask {
    head: TaskHead,
    // [C]
    bed: Bed,
    // [O] The future has ended; what the task adopted may not have.
    is_over: Cell<bool>,
    // [O] By the thread inside (I1).
    body: Cell<Option<NonNull<Body<'static>>>>,
}

static ROOT: Vtable = Vtable {
    poll: RootTask::poll,
    cancel: RootTask::no_such_operation,
    complete: RootTask::look_again,
    take_output: RootTask::no_output,
    drop_output: RootTask::no_such_operation,
    schedule: <RootTask as Schedule>::schedule,
    follow_up: <RootTask as Schedule>::follow_up,
    unhandled: <RootTask as Schedule>::unhandled,
    free_boxed: RootTask::free,
};

/// The root task, as the thread inside the `block_on` holds it.
pub(crate) struct Root {
    task: TaskPtr,
}

impl Root {
    /// A task that is ready to be polled.
    pub(crate) fn new(bed: Bed, called_at: &'static Location<'static>) -> Root {
        let task = Box::new(RootTask {
            head: TaskHead {
                state: TaskState::new(Snapshot::ROOT),
                header: Header::new(&ROOT, Id::single(), Birth::at(called_at)),
            },
            bed,
            is_over: Cell::new(false),
            body: Cell::new(None),
        });
        let task = TaskPtr::from_slot(NonNull::from(Box::leak(task)).cast());
        Root { task }
    }

    pub(crate) fn task(&self) -> TaskPtr {
        self.task
    }

    /// Woken and not polled since.
    pub(crate) fn is_ready(&self) -> bool {
        self.task.state().load().is_owned()
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.task.state().load().is_complete()
    }

    /// Calls `drive` while the task polls `body`; it must poll the task to its end.
    pub(crate) fn with_body(&self, body: &mut Body<'_>, drive: impl FnOnce()) {
        let body = NonNull::from(body);
        // SAFETY: I1: the types differ in a lifetime only, and this thread, which alone uses the
        // pointer, does so no more once `drive` has returned.
        let body =
            unsafe { std::mem::transmute::<NonNull<Body<'_>>, NonNull<Body<'static>>>(body) };
        RootTask::of(self.task).body.set(Some(body));
        drive();
        RootTask::of(self.task).body.set(None);
        assert!(self.is_complete(), "I1: the thread left before its future ended");
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        self.task.release();
    }
}

impl RootTask {
    fn of<'a>(task: TaskPtr) -> &'a RootTask {
        // SAFETY: I3: only `ROOT` has these functions, and the caller holds the task.
        unsafe { task.as_slot().cast().as_ref() }
    }

    /// # Safety
    ///
    /// - The caller holds the task, and is the thread inside its `block_on`.
    unsafe fn poll(task: TaskPtr) -> Polled {
        task.state().poll_start();
        let mut body = RootTask::of(task).body.get().expect("I1: polled inside its block_on only");
        let waker = borrowed_waker(task);
        // SAFETY: bullet 1 and I1: `with_body` keeps the closure in place, for this thread alone.
        let body = unsafe { body.as_mut() };
        let is_over = &RootTask::of(task).is_over;
        if !is_over.get() && body(&mut Context::from_waker(&waker)).is_pending() {
            return Polled::Pending;
        }
        is_over.set(true);
        if !adoption::may_end(task, Outcome::Finished) {
            return Polled::Pending;
        }
        match task.state().complete(Outcome::Finished, false) {
            Completion::Done(last) => task.free_if(last),
            other => unreachable!("{other:?} although a root has no join handle"),
        }
        Polled::Done
    }

    /// The last of what the task adopted has ended; the thread inside completes it.
    ///
    /// # Safety
    ///
    /// - The caller has a reference.
    unsafe fn look_again(task: TaskPtr, _: Outcome) {
        if task.state().wake_by_ref() {
            task.schedule();
        }
    }

    /// # Safety
    ///
    /// - It is never called.
    unsafe fn no_such_operation(_: TaskPtr) {
        unreachable!("a root task is ended by its block_on only");
    }

    /// # Safety
    ///
    /// - It is never called.
    unsafe fn no_output(_: TaskPtr, _: NonNull<()>) {
        unreachable!("a root task keeps no output");
    }

    /// # Safety
    ///
    /// - Nobody holds a reference to the task any more.
    unsafe fn free(task: TaskPtr) {
        // SAFETY: bullet 1 and I3: `new` leaked this box, and it is nobody else's.
        drop(unsafe { Box::from_raw(task.as_slot().as_ptr().cast::<RootTask>()) });
    }
}

impl Schedule for RootTask {
    unsafe fn schedule(task: TaskPtr) {
        RootTask::of(task).bed.unpark();
    }

    unsafe fn follow_up(_: TaskPtr, _: FollowUp) {
        unreachable!("a root has no handle to leave callbacks with");
    }

    unsafe fn unhandled(_: TaskPtr, _: Part, _: &(dyn Any + Send)) {
        unreachable!("a panic of a root goes to who called block_on");
    }
}
