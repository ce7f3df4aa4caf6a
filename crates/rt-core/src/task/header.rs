//! What every task begins with, whatever its future is.
//!
//! # Protocol
//!
//! The state word (`state.rs`) says whose the rest of a task is. What is fixed is written before
//! the state is published; of the fields that change, `rare` is an atomic with a protocol of its
//! own (`rare.rs`), and the two others belong to one party at a time, by I2 and I3.
//!
//! # Invariants
//!
//! - I1: a `TaskPtr` points to a whole head for as long as its party holds a reference or, by
//!   OWNED, the task itself; the memory stays readable as a `TaskState` for the life of its page.
//! - I2: as a link, `next` is touched only by the queue that holds the task, or by who takes it
//!   from there; as a note of what the task waits for, it is written by who polls the task.
//! - I3: `join_waker` is touched as I4 of `state.rs` says.
//!
//! Models: `a_joiner_may_change_its_waker` for I3, `a_batch_is_read_before_it_is_published` for I2.

use std::any::Any;
use std::borrow::Cow;
use std::mem::{MaybeUninit, size_of};
use std::panic::Location;
use std::ptr::{self, NonNull};
use std::task::Waker;

use rt_primitive::cell::UnsafeCell;
use rt_primitive::sync::Arc;
use rt_primitive::{Link, MODEL};

use crate::group::family::{Family, FamilyPlace};
use crate::hooks::Part;
use crate::queue::Linked;
use crate::slab;
use crate::task::callbacks::FollowUp;
use crate::task::id::Id;
use crate::task::info::Outcome;
use crate::task::rare::{Rare, RarePlace};
use crate::task::state::{LastRef, Snapshot, TaskState};
use crate::vars;

/// What the holder does after polling a task.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Polled {
    /// The task has ended; the holder holds nothing any more.
    Done,
    /// The future is pending; the holder ends the poll.
    Pending,
    /// The task was asked to end, and not polled; the holder cancels it.
    Asked,
}

/// The operations that depend on the type of the future.
///
/// Each takes a task that the caller holds, as I1 to I3 of `state.rs` say.
pub(crate) struct Vtable {
    /// Polls or drops the future, and completes the task if it ended.
    pub(crate) poll: unsafe fn(TaskPtr) -> Polled,
    /// Drops the future and completes the task as cancelled.
    pub(crate) cancel: unsafe fn(TaskPtr),
    /// Completes the task, whose future is gone and whose output is in place.
    pub(crate) complete: unsafe fn(TaskPtr, Outcome),
    /// Moves the output, a `thread::Result<T>`, to where the pointer says.
    pub(crate) take_output: unsafe fn(TaskPtr, NonNull<()>),
    /// Drops the output.
    pub(crate) drop_output: unsafe fn(TaskPtr),
    /// Puts a task that just became owned into a queue.
    pub(crate) schedule: unsafe fn(TaskPtr),
    /// Starts a follow-up of the task, which has ended.
    pub(crate) follow_up: unsafe fn(TaskPtr, FollowUp),
    /// Tells of a panic that nobody sees.
    pub(crate) unhandled: unsafe fn(TaskPtr, Part, &(dyn Any + Send)),
    /// Frees the memory of a task that is not in a slab page.
    pub(crate) free_boxed: unsafe fn(TaskPtr),
}

/// What every slot that holds a task begins with.
#[repr(C)]
pub(crate) struct TaskHead {
    // [A] First, so that a walker finds it at the start of every slot; published last.
    pub(crate) state: TaskState,
    // [C] Its parts have their own keys.
    pub(crate) header: Header,
}

/// The part of a task that does not depend on its future, beside the state.
#[repr(C)]
pub(crate) struct Header {
    // [A] Next to the state, on the one line that freeing the task touches.
    pub(crate) rare: RarePlace,
    // [C] What depends on the future's type.
    pub(crate) vtable: &'static Vtable,
    // [A] The task behind this one in an intrusive queue, or what the task waits for (I2).
    pub(crate) next: Link<Location<'static>>,
    // [O] By turns, as I3 says.
    pub(crate) join_waker: UnsafeCell<MaybeUninit<Waker>>,
    // [C] The task's number.
    pub(crate) id: Id,
    // [C] Where the user started it.
    pub(crate) spawned_at: &'static Location<'static>,
}

/// With a small future and its output beside it, a task is to fit 80 bytes.
const _: () = assert!(MODEL || size_of::<TaskHead>() <= 64);

/// What a spawner says of a task beside its future.
pub(crate) struct Birth {
    pub(crate) spawned_at: &'static Location<'static>,
    rare: Option<Box<Rare>>,
    family: Option<Arc<Family>>,
}

impl Birth {
    /// A task of no name, with the context variables of this place.
    #[inline]
    pub(crate) fn at(spawned_at: &'static Location<'static>) -> Birth {
        Birth { spawned_at, rare: vars::inherited().map(Rare::with_vars), family: None }
    }

    pub(crate) fn named(spawned_at: &'static Location<'static>, name: Cow<'static, str>) -> Birth {
        let mut birth = Birth::at(spawned_at);
        birth.rare.get_or_insert_default().name = Some(name);
        birth
    }

    /// The same, for a child that has this place in a family.
    pub(crate) fn child(self, place: FamilyPlace) -> Birth {
        Birth { family: Some(place.family), ..self }
    }

    /// The state that the task begins with, which is this but for what is said here.
    pub(crate) fn snapshot(&self, plain: Snapshot) -> Snapshot {
        if self.family.is_some() { plain.with_callbacks() } else { plain }
    }
}

impl Header {
    /// A header that is linked nowhere and awaited by nobody.
    pub(crate) fn new(vtable: &'static Vtable, id: Id, birth: Birth) -> Header {
        Header {
            rare: RarePlace::new(birth.rare, birth.family),
            vtable,
            next: Link::new(),
            join_waker: UnsafeCell::new(MaybeUninit::uninit()),
            id,
            spawned_at: birth.spawned_at,
        }
    }
}

/// A task somebody holds a reference to, or owns by its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct TaskPtr(NonNull<TaskHead>);

// SAFETY: I1: the header is shared through its atomic state; the other fields are passed on by it.
unsafe impl Send for TaskPtr {}

impl TaskPtr {
    /// The task that a slot holds, or may hold.
    pub(crate) fn from_slot(slot: NonNull<()>) -> TaskPtr {
        TaskPtr(slot.cast())
    }

    /// The address that a `RawWaker` carries.
    pub(crate) fn as_data(self) -> *const () {
        self.0.as_ptr().cast_const().cast()
    }

    pub(crate) fn as_slot(self) -> NonNull<()> {
        self.0.cast()
    }

    /// The header.
    pub(crate) fn header<'a>(self) -> &'a Header {
        // SAFETY: I1: every holder of a `TaskPtr` has a reference or owns the task.
        &unsafe { self.0.as_ref() }.header
    }

    /// The state, also of a slot that holds no task.
    pub(crate) fn state<'a>(self) -> &'a TaskState {
        // SAFETY: I1: the memory is a `TaskState` for the life of its page.
        unsafe { self.0.cast::<TaskState>().as_ref() }
    }

    /// Polls a task that the caller took from a queue.
    pub(crate) fn poll(self) -> Polled {
        let poll = self.header().vtable.poll;
        // SAFETY: I1 of `state.rs`: the caller owns the task, having taken it from a queue.
        unsafe { poll(self) }
    }

    /// Drops the future of a task that the caller owns, and completes it as cancelled.
    pub(crate) fn cancel(self) {
        let cancel = self.header().vtable.cancel;
        // SAFETY: I1 of `state.rs`: the caller owns the task.
        unsafe { cancel(self) };
    }

    /// Completes a task that was closing, and that the caller holds now.
    pub(crate) fn complete(self, outcome: Outcome) {
        let complete = self.header().vtable.complete;
        // SAFETY: I2 of `adoption.rs`: the caller took the outcome, so the task is the caller's.
        unsafe { complete(self, outcome) };
    }

    /// Queues a task that the caller just made owned.
    pub(crate) fn schedule(self) {
        let schedule = self.header().vtable.schedule;
        // SAFETY: I1 of `state.rs`: the caller owns the task, and gives it to the queue.
        unsafe { schedule(self) };
    }

    /// Starts a follow-up of a task that has ended, and that the caller has a reference to.
    pub(crate) fn start(self, follow_up: FollowUp) {
        let start = self.header().vtable.follow_up;
        // SAFETY: I1: the caller has a reference.
        unsafe { start(self, follow_up) };
    }

    /// Tells of a panic that nobody sees; the caller holds the task or has a reference.
    pub(crate) fn unhandled(self, part: Part, panic: &(dyn Any + Send)) {
        let unhandled = self.header().vtable.unhandled;
        // SAFETY: I1: the caller holds the task or has a reference.
        unsafe { unhandled(self, part, panic) };
    }

    /// Gives a reference back.
    pub(crate) fn release(self) {
        if self.state().ref_dec() == LastRef::Yes {
            self.free();
        }
    }

    /// Frees the memory if that was the last reference.
    pub(crate) fn free_if(self, last: LastRef) {
        if last == LastRef::Yes {
            self.free();
        }
    }

    /// Frees the memory of a task without references: its future and its output are gone.
    pub(crate) fn free(self) {
        // SAFETY: I1: this was the last reference.
        unsafe { self.header().rare.free() };
        if self.state().load().is_boxed() {
            let free_boxed = self.header().vtable.free_boxed;
            // SAFETY: I1: this was the last reference, and the task has memory of its own.
            unsafe { free_boxed(self) };
        } else {
            // SAFETY: I1: this was the last reference, and the task lies in a slab page.
            unsafe { slab::free(self.as_slot()) };
        }
    }
}

// SAFETY: `next` is a field of the node itself, used by nothing but the queue that holds it (I2).
unsafe impl Linked for TaskPtr {
    fn set_next(self, next: Option<TaskPtr>) {
        self.header().next.set(next.map_or(ptr::null_mut(), TaskPtr::as_raw));
    }

    fn next(self) -> Option<TaskPtr> {
        NonNull::new(self.header().next.get()).map(TaskPtr::from_slot)
    }

    fn as_raw(self) -> *mut () {
        self.as_data().cast_mut()
    }

    unsafe fn from_raw(raw: *mut ()) -> TaskPtr {
        // SAFETY: bullet 1 of `Linked::from_raw`: the caller passes what `as_raw` gave, never null.
        TaskPtr(unsafe { NonNull::new_unchecked(raw.cast()) })
    }
}
