//! What the calling thread is doing: which slot it drives, and which task it polls.
//!
//! # Invariants
//!
//! - I1: `worker` points to a live `WorkerContext`, from its construction to its drop on this
//!   thread.
//! - I2: `entered` is the list that `entered.rs` keeps.
//! - I3: `task` is owned by this thread while it is set.

pub(crate) mod aside;
pub(crate) mod entered;

use std::cell::Cell;
use std::panic::Location;
use std::ptr::{self, NonNull};
use std::task::Waker;

use rt_primitive::mutant;
use rt_primitive::sync::Arc;

use crate::cancel::frame::{Link, Signals};
use crate::config::POLL_BUDGET;
use crate::context::aside::Aside;
use crate::context::entered::Entered;
use crate::error::{NoRuntime, Obstacle};
use crate::shared::ExecutorShared;
use crate::task::header::{Polled, TaskPtr};
use crate::task::waker::is_waker_of;
use crate::worker::WorkerContext;

/// What a thread is doing.
pub(crate) struct ThreadContext {
    /// The slot this thread drives, or null (I1).
    pub(crate) worker: Cell<*const WorkerContext>,
    /// The runtime this thread entered last (I2).
    pub(crate) entered: Cell<Option<NonNull<Entered>>>,
    /// What it had entered when it took its slot: as long as that is the last, it is inside the
    /// slot's runtime. Compared, never followed.
    pub(crate) entered_before_slot: Cell<Option<NonNull<Entered>>>,
    /// The task being polled (I3).
    task: Cell<Option<TaskPtr>>,
    /// The task whose future is being dropped; outside of its poll.
    dropping: Cell<Option<TaskPtr>>,
    /// The task being polled asked to run again behind the others.
    yielded: Cell<bool>,
    /// How many regions of that task have caught a request in this poll.
    deliveries: Cell<u8>,
    /// What they report of the requests around them.
    pub(crate) signals: Cell<Signals>,
    /// What the thread polls through (`cancel/frame.rs`).
    pub(crate) frame: Cell<Link>,
    /// Leaf futures that task may still find ready in this poll.
    budget: Cell<u32>,
    /// The foreign heap this thread allocated from last.
    foreign_heap: Cell<usize>,
    /// Where this thread called `block_on`, while it is inside.
    pub(crate) block_on: Cell<Option<&'static Location<'static>>>,
    /// Nobody waits for this thread to poll: it may block, whatever it is inside.
    pub(crate) may_block: Cell<bool>,
}

rt_primitive::thread_local! {
    static CONTEXT: ThreadContext = ThreadContext {
        worker: Cell::new(ptr::null()),
        entered: Cell::new(None),
        entered_before_slot: Cell::new(None),
        task: Cell::new(None),
        dropping: Cell::new(None),
        yielded: Cell::new(false),
        deliveries: Cell::new(0),
        signals: Cell::new(Signals::NONE),
        frame: Cell::new(None),
        budget: Cell::new(0),
        foreign_heap: Cell::new(0),
        block_on: Cell::new(None),
        may_block: Cell::new(false),
    };
}

/// Calls `f` with the calling thread's context; `None` if its locals are gone already.
#[inline]
pub(crate) fn with<R>(f: impl FnOnce(&ThreadContext) -> R) -> Option<R> {
    CONTEXT.try_with(f).ok()
}

/// Calls `f` with the slot that the calling thread drives, if it drives one.
#[inline]
pub(crate) fn with_worker<R>(f: impl FnOnce(Option<&WorkerContext>) -> R) -> R {
    let worker = with(|thread| thread.worker.get()).unwrap_or(ptr::null());
    // SAFETY: I1.
    f(unsafe { worker.as_ref() })
}

/// Calls `f` with the runtime that the calling thread is inside, and the slot it drives there.
#[inline]
pub(crate) fn with_shared<R>(
    f: impl FnOnce(&Arc<ExecutorShared>, Option<&WorkerContext>) -> R,
) -> Result<R, NoRuntime> {
    with_worker(|worker| {
        let has_entered =
            with(|thread| thread.entered.get() != thread.entered_before_slot.get()) == Some(true);
        match worker {
            Some(worker) if !has_entered => Ok(f(&worker.shared, Some(worker))),
            worker => with_entered(worker, f),
        }
    })
}

/// The same, on a thread that entered a runtime, which may be another than that of its slot.
fn with_entered<R>(
    worker: Option<&WorkerContext>,
    f: impl FnOnce(&Arc<ExecutorShared>, Option<&WorkerContext>) -> R,
) -> Result<R, NoRuntime> {
    // Counted, since user code that `f` runs may leave the runtime.
    let shared = entered::current().ok_or(NoRuntime)?;
    Ok(f(&shared, worker.filter(|worker| Arc::ptr_eq(&worker.shared, &shared))))
}

/// True while the calling thread runs tasks, or waits in a `block_on`. A job is outside.
pub(crate) fn is_inside() -> bool {
    let inside = with(|thread| {
        let in_task = thread.task.get().is_some_and(|task| !task.state().load().is_job());
        in_task || !thread.worker.get().is_null() || thread.block_on.get().is_some()
    });
    inside == Some(true)
}

/// Polls `task`, which the caller owns, as the current task; the second value is true if it
/// yielded.
#[inline]
pub(crate) fn poll_as_current(task: TaskPtr) -> (Polled, bool) {
    with(|thread| {
        thread.task.set(Some(task));
        thread.yielded.set(false);
        thread.deliveries.set(0);
        thread.signals.set(Signals::NONE);
        thread.budget.set(POLL_BUDGET);
        task.header().next.clear_note();
        let polled = task.poll();
        thread.task.set(None);
        (polled, thread.yielded.get())
    })
    .expect("a thread runs no tasks once its locals are gone")
}

/// Polls a job, which the caller holds, as the current task; it may block.
pub(crate) fn poll_job(task: TaskPtr) -> Polled {
    let may_block = obstacle().is_none();
    let _aside = Aside::new();
    with(|thread| {
        thread.task.set(Some(task));
        thread.may_block.set(may_block);
    });
    task.header().next.clear_note();
    task.poll()
}

/// Asks to run the current task again behind the others; false if `waker` is not its own waker, so
/// that something between the task and the caller must hear of it.
pub(crate) fn yield_current(waker: &Waker) -> bool {
    let yielded = with(|thread| {
        let is_own = thread.task.get().is_some_and(|task| is_waker_of(waker, task));
        if is_own && mutant!("yield.queues_itself") {
            thread.task.get().inspect(|task| task.schedule());
        } else if is_own {
            thread.yielded.set(true);
        }
        is_own
    });
    yielded == Some(true)
}

/// Takes one unit of the current task's budget; false if it is spent. Unlimited outside a task.
#[inline]
pub(crate) fn spend_budget() -> bool {
    let spent = with(|thread| {
        let left = thread.budget.get();
        if left == 0 {
            return thread.task.get().is_none() || thread.may_block.get();
        }
        thread.budget.set(left - 1);
        true
    });
    spent.unwrap_or(true)
}

/// Takes one of the current task's `max` deliveries in this poll; false if there is none left.
/// Unlimited outside a task.
pub(crate) fn spend_delivery(max: u8) -> bool {
    let spent = with(|thread| {
        let made = thread.deliveries.get();
        if thread.task.get().is_some() && made >= max {
            return false;
        }
        thread.deliveries.set(made.saturating_add(1));
        true
    });
    spent == Some(true)
}

/// What the last poll of this thread reported of requests.
pub(crate) fn signals() -> Signals {
    with(|thread| thread.signals.get()).unwrap_or(Signals::NONE)
}

/// The task that the calling thread polls.
pub(crate) fn current_task() -> Option<TaskPtr> {
    with(|thread| thread.task.get()).flatten()
}

/// Calls `drop_future`, which drops the future of a task that the caller owns.
pub(crate) fn drop_as_holder<R>(task: TaskPtr, drop_future: impl FnOnce() -> R) -> R {
    let before = with(|thread| thread.dropping.replace(Some(task))).flatten();
    let dropped = drop_future();
    with(|thread| thread.dropping.set(before));
    dropped
}

/// The task that the calling thread holds: whose future it drops, or else polls.
pub(crate) fn holding() -> Option<TaskPtr> {
    with(|thread| thread.dropping.get()).flatten().or_else(current_task)
}

/// True while the calling thread polls this task.
pub(crate) fn is_current(task: TaskPtr) -> bool {
    current_task() == Some(task)
}

/// What the calling thread is inside, and would stop if it waited.
pub(crate) fn obstacle() -> Option<Obstacle> {
    let inside = with(|thread| {
        if thread.may_block.get() {
            return None;
        }
        let task = thread.task.get().filter(|task| !task.state().load().is_root());
        let task = task.map(|task| Obstacle::Task(task.header().spawned_at));
        task.or_else(|| thread.block_on.get().map(Obstacle::BlockOn))
    });
    inside.unwrap_or(Some(Obstacle::ThreadEnds))
}

/// The foreign heap this thread should try first.
pub(crate) fn foreign_heap() -> usize {
    with(|thread| thread.foreign_heap.get()).unwrap_or(0)
}

/// Remembers the foreign heap that this thread got.
pub(crate) fn set_foreign_heap(number: usize) {
    with(|thread| thread.foreign_heap.set(number));
}
