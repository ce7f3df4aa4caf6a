//! A task with its future: what the vtable's operations do for one type of future.
//!
//! # Invariants
//!
//! - I1: the stage holds the future until the holder drops it, then the output until that is taken
//!   or dropped, then nothing; each of these ends exactly once, by who owns it (`state.rs` I2, I3).
//! - I2: the future is never moved while it is in the stage.

use std::future::Future;
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, align_of, size_of};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll, Waker};
use std::thread;

use rt_primitive::cell::UnsafeCell;
use rt_primitive::mutant;
use rt_primitive::sync::Arc;

use crate::cancel::request;
use crate::context;
use crate::group::{adoption, family};
use crate::hooks::Part;
use crate::slab::{Heap, SLOT_ALIGN, SLOT_BYTES_MAX};
use crate::task::Schedule;
use crate::task::callbacks::{Starter, follow_up};
use crate::task::header::{Birth, Header, Polled, TaskHead, TaskPtr, Vtable};
use crate::task::id::Id;
use crate::task::info::Outcome;
use crate::task::state::{Completion, PollStart, Snapshot, TaskState};
use crate::task::waker::borrowed_waker;
use rt_primitive::contain::{contain, discard};

/// The future, and later its output in the same place.
#[repr(C)]
union Content<F: Future> {
    future: ManuallyDrop<F>,
    output: ManuallyDrop<thread::Result<F::Output>>,
}

/// Where the content lies.
trait Stage<F: Future> {
    fn new(content: Content<F>) -> Self;

    fn content(&self) -> *mut Content<F>;

    /// The content, while it is the future.
    fn future(&self) -> *mut F {
        self.content().cast()
    }

    /// The content, while it is the output.
    fn output(&self) -> *mut thread::Result<F::Output> {
        self.content().cast()
    }

    /// Gives back what the stage allocated; the content is gone already.
    fn discard(&self);
}

/// In the task itself.
struct InlineStage<F: Future>(UnsafeCell<Content<F>>);

impl<F: Future> Stage<F> for InlineStage<F> {
    fn new(content: Content<F>) -> InlineStage<F> {
        InlineStage(UnsafeCell::new(content))
    }

    fn content(&self) -> *mut Content<F> {
        self.0.with_mut(|content| content)
    }

    fn discard(&self) {}
}

/// Beside it, for futures too large or too strictly aligned for a slot.
struct BoxedStage<F: Future>(NonNull<Content<F>>);

impl<F: Future> Stage<F> for BoxedStage<F> {
    fn new(content: Content<F>) -> BoxedStage<F> {
        BoxedStage(NonNull::from(Box::leak(Box::new(content))))
    }

    fn content(&self) -> *mut Content<F> {
        self.0.as_ptr()
    }

    fn discard(&self) {
        // SAFETY: I1: the content ends once, so the box is freed once; a union drops nothing.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

/// A task in memory.
#[repr(C)]
struct Cell<F: Future, S> {
    head: TaskHead,
    stage: S,
    future: PhantomData<F>,
}

/// True when the whole task fits a slot of the slab.
const fn fits_slot<F: Future>() -> bool {
    size_of::<Cell<F, InlineStage<F>>>() <= SLOT_BYTES_MAX
        && align_of::<Cell<F, InlineStage<F>>>() <= SLOT_ALIGN
}

/// Puts a future into a new task in `heap`, which stands as `snapshot` says and which `D`
/// schedules.
///
/// # Safety
///
/// - The future is `Send`, or is polled and dropped on this thread only.
#[inline]
pub(crate) unsafe fn allocate<F: Future, D: Schedule, O>(
    snapshot: Snapshot,
    owner: &Arc<O>,
    heap: &Heap,
    id: Id,
    future: F,
    birth: Birth,
) -> TaskPtr {
    let content = Content { future: ManuallyDrop::new(future) };
    let snapshot = birth.snapshot(snapshot);
    let slot;
    if const { fits_slot::<F>() } {
        slot = heap.allocate(size_of::<Cell<F, InlineStage<F>>>(), owner);
        // SAFETY: bullet 1 of `write`: a fresh slot of the size asked for, this function's alone.
        unsafe { write::<F, InlineStage<F>, D>(slot, content, id, birth) };
    } else {
        slot = heap.allocate(size_of::<Cell<F, BoxedStage<F>>>(), owner);
        // SAFETY: bullet 1 of `write`: a fresh slot of the size asked for, this function's alone.
        unsafe { write::<F, BoxedStage<F>, D>(slot, content, id, birth) };
    }
    TaskPtr::from_slot(slot).state().occupy(snapshot);
    TaskPtr::from_slot(slot)
}

/// Puts a future into a new task in memory of its own, for who has no heap.
pub(crate) fn allocate_boxed<F: Future, D: Schedule>(
    snapshot: Snapshot,
    future: F,
    birth: Birth,
) -> TaskPtr {
    let vtable = Cell::<F, InlineStage<F>>::vtable::<D>();
    let cell = Box::new(Cell::<F, InlineStage<F>> {
        head: TaskHead {
            state: TaskState::new(birth.snapshot(snapshot).boxed()),
            header: Header::new(vtable, Id::single(), birth),
        },
        stage: InlineStage::new(Content { future: ManuallyDrop::new(future) }),
        future: PhantomData,
    });
    TaskPtr::from_slot(NonNull::from(Box::leak(cell)).cast())
}

/// Writes the state word of a slot that holds no task.
///
/// # Safety
///
/// - `slot` is memory of at least a state word, which is the caller's alone.
pub(crate) unsafe fn vacate(slot: NonNull<()>) {
    // SAFETY: bullet 1.
    unsafe { slot.cast::<TaskState>().write(TaskState::new(Snapshot::VACANT)) };
}

/// Writes everything but the state.
///
/// # Safety
///
/// - `slot` is a vacant slot, large enough for a `Cell<F, S>` and the caller's alone.
unsafe fn write<F: Future, S: Stage<F>, D: Schedule>(
    slot: NonNull<()>,
    content: Content<F>,
    id: Id,
    birth: Birth,
) {
    let cell = slot.cast::<Cell<F, S>>().as_ptr();
    // SAFETY: bullet 1: the slot is large enough, so the field is in bounds.
    let header = unsafe { &raw mut (*cell).head.header };
    // SAFETY: bullet 1: in bounds and nobody else's.
    unsafe { header.write(Header::new(Cell::<F, S>::vtable::<D>(), id, birth)) };
    // SAFETY: bullet 1: as for the header.
    let stage = unsafe { &raw mut (*cell).stage };
    // SAFETY: bullet 1: in bounds and nobody else's.
    unsafe { stage.write(S::new(content)) };
}

impl<F: Future, S: Stage<F>> Cell<F, S> {
    fn vtable<D: Schedule>() -> &'static Vtable {
        const {
            &Vtable {
                poll: Self::poll,
                cancel: Self::cancel,
                complete: Self::complete,
                take_output: Self::take_output,
                drop_output: Self::drop_output,
                schedule: D::schedule,
                follow_up: D::follow_up,
                unhandled: D::unhandled,
                free_boxed: Self::free_boxed,
            }
        }
    }

    /// The cell of a task made by `write` with these types.
    fn of<'a>(task: TaskPtr) -> &'a Cell<F, S> {
        // SAFETY: the vtable holds these functions for tasks of these types only, and the caller
        // holds the task (`header.rs` I1).
        unsafe { task.as_slot().cast().as_ref() }
    }

    /// # Safety
    ///
    /// - The caller holds the task.
    unsafe fn poll(task: TaskPtr) -> Polled {
        let cell = Self::of(task);
        if cell.head.state.poll_start() == PollStart::Cancel {
            return Polled::Asked;
        }
        let waker = borrowed_waker(task);
        let mut cx = Context::from_waker(&waker);
        // I1: the stage holds the future, since the task is not complete.
        let future = cell.stage.future();
        let polled = catch_unwind(AssertUnwindSafe(|| {
            // SAFETY: bullet 1 and I1: nobody else touches the future now.
            let future = unsafe { &mut *future };
            // SAFETY: I2.
            unsafe { Pin::new_unchecked(future) }.poll(&mut cx)
        }));
        let output = match polled {
            Ok(Poll::Pending) => return Polled::Pending,
            Ok(Poll::Ready(value)) => match cell.head.state.load().is_asked() {
                true if request::has_ended_cancelled(task) => {
                    discard(value);
                    return Polled::Asked;
                }
                _ => Ok(value),
            },
            Err(panic) => Err(panic),
        };
        // SAFETY: bullet 1 and I1: the future ends here, once.
        let dropped = catch_unwind(AssertUnwindSafe(|| unsafe { future.drop_in_place() }));
        let output = match dropped {
            Ok(()) => output,
            Err(panic) => {
                discard(output);
                Err(panic)
            }
        };
        let outcome = if output.is_ok() { Outcome::Finished } else { Outcome::Panicked };
        // SAFETY: bullet 1: the stage is the caller's and holds nothing.
        unsafe { cell.stage.output().write(output) };
        if adoption::may_end(task, outcome) {
            // SAFETY: bullet 1, and the output is in place.
            unsafe { Self::complete(task, outcome) };
        }
        Polled::Done
    }

    /// # Safety
    ///
    /// - The caller holds the task.
    unsafe fn cancel(task: TaskPtr) {
        let cell = Self::of(task);
        // I1: the stage holds the future, since the task is not complete.
        let future = cell.stage.future();
        // SAFETY: bullet 1 and I1: the future ends here, once.
        let drop_future = AssertUnwindSafe(|| unsafe { future.drop_in_place() });
        let dropped = context::drop_as_holder(task, || catch_unwind(drop_future));
        let outcome = match dropped {
            Ok(()) => {
                cell.stage.discard();
                Outcome::Cancelled
            }
            Err(_) if mutant!("task.drop_panic_is_lost") => return,
            Err(panic) => {
                // SAFETY: bullet 1: the stage is the caller's and holds nothing.
                unsafe { cell.stage.output().write(Err(panic)) };
                Outcome::Panicked
            }
        };
        if adoption::may_end(task, outcome) {
            // SAFETY: bullet 1, and the stage holds what `outcome` says.
            unsafe { Self::complete(task, outcome) };
        }
    }

    /// # Safety
    ///
    /// - The caller holds the task, whose stage holds an output unless it was cancelled.
    unsafe fn complete(task: TaskPtr, outcome: Outcome) {
        let state = task.state();
        let mut completion = state.complete(outcome, outcome != Outcome::Cancelled);
        if completion == Completion::DropOutput {
            // SAFETY: `state.rs` I3: without JOIN the output is the holder's.
            unsafe { Self::drop_output(task) };
            completion = state.complete(outcome, false);
        }
        match completion {
            Completion::Done(last) => task.free_if(last),
            Completion::Tell { joiner, callbacks } => {
                // Before the joiner, who may well want to see what they did.
                if callbacks {
                    follow_up(task, Starter::Holder);
                }
                if joiner {
                    let field = &task.header().join_waker;
                    // SAFETY: `state.rs` I4: COMPLETE over JOIN_WAKER gives the holder the waker.
                    let waker = field.with(|field| unsafe { field.cast::<Waker>().read() });
                    // A waker is foreign code: its panic must not reach the worker.
                    contain(|| waker.wake());
                }
                if callbacks {
                    family::tell_of_end(task, outcome);
                }
                task.release();
            }
            Completion::DropOutput => unreachable!("I3: there is no output any more"),
        }
    }

    /// # Safety
    ///
    /// - The output is the caller's (`state.rs` I3); `to` has room for a `thread::Result` of it.
    unsafe fn take_output(task: TaskPtr, to: NonNull<()>) {
        let stage = &Self::of(task).stage;
        // SAFETY: bullet 1: the stage holds the output, and it ends here, once (I1).
        let output = unsafe { stage.output().read() };
        stage.discard();
        // SAFETY: bullet 1.
        unsafe { to.cast::<thread::Result<F::Output>>().write(output) };
    }

    /// # Safety
    ///
    /// - The task came from `allocate_boxed`, has ended, and nobody holds a reference.
    unsafe fn free_boxed(task: TaskPtr) {
        // SAFETY: bullet 1: that function leaked this box, and the stage drops nothing any more.
        drop(unsafe { Box::from_raw(task.as_slot().as_ptr().cast::<Cell<F, S>>()) });
    }

    /// # Safety
    ///
    /// - The output is the caller's (`state.rs` I3).
    unsafe fn drop_output(task: TaskPtr) {
        let stage = &Self::of(task).stage;
        // SAFETY: bullet 1: the stage holds the output.
        match unsafe { &*stage.output() } {
            Err(panic) if !family::is_panic_taken(task) => task.unhandled(Part::Future, &**panic),
            _ => {}
        }
        let drop_it = || {
            // SAFETY: bullet 1: the stage holds the output, and it ends here, once (I1).
            unsafe { stage.output().drop_in_place() };
        };
        // The output is foreign code: its panic must not reach the worker.
        contain(drop_it);
        stage.discard();
    }
}
