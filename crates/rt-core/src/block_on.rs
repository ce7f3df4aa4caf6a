//! Runs a future on the calling thread, which helps to run the tasks it spawns.
//!
//! # Protocol
//!
//! On a multi-thread executor the thread claims a guest slot: a deque, a heap and timers of its
//! own, from which workers steal. On a current-thread executor it claims the one worker slot and
//! runs the whole executor. When none is free it *visits*: it polls its own future only, and what
//! it spawns goes to the injector.
//!
//! # Invariants
//!
//! - I1: a slot's bit in `guests` is set by the thread that has its seat, before it pushes there.
//! - I2: a thread leaves its slot empty: queued tasks go to the injector, timers to a worker.
//!
//! Model: `a_guest_leaves_no_task_behind`.

mod root;

use std::future::Future;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::pin::pin;
use std::task::{Context, Poll};

use rt_primitive::atomic::Ordering;
use rt_primitive::mutant;
use rt_primitive::park::Parker;
use rt_primitive::sync::Arc;

use crate::block_on::root::{Bed, Root};
use crate::config::{Flavor, GUESTS};
use crate::context::{self, entered};
use crate::error::{NestedBlockOn, Outer};
use crate::shared::ExecutorShared;
use crate::shutdown;
use crate::worker::WorkerContext;

/// Runs `future` to its end on this thread.
pub(crate) fn block_on<F: Future>(
    shared: &Arc<ExecutorShared>,
    future: F,
    called_at: &'static Location<'static>,
) -> Result<F::Output, NestedBlockOn> {
    let _inside = Inside::enter(called_at)?;
    let mut future = pin!(future);
    let mut output = None;
    let mut body = |cx: &mut Context<'_>| {
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx)));
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(value)) => {
                output = Some(Ok(value));
                Poll::Ready(())
            }
            Err(panic) => {
                output = Some(Err(panic));
                Poll::Ready(())
            }
        }
    };
    match take_slot(shared) {
        Some(worker) => {
            let root = Root::new(Bed::Slot(shared.clone(), worker.slot), called_at);
            root.with_body(&mut body, || drive(&worker, &root));
            leave_slot(worker);
        }
        None => {
            let parker = Arc::new(Parker::new());
            let root = Root::new(Bed::Own(shared.clone(), parker.clone()), called_at);
            root.with_body(&mut body, || visit(shared, &root, &parker));
        }
    }
    match output.expect("the root task ended, so its future did") {
        Ok(value) => Ok(value),
        Err(panic) => resume_unwind(panic),
    }
}

/// Marks the calling thread as being inside a `block_on`.
struct Inside;

impl Inside {
    fn enter(called_at: &'static Location<'static>) -> Result<Inside, NestedBlockOn> {
        let outer = context::with(|thread| {
            let task = context::current_task().filter(|task| !task.state().load().is_root());
            let task = task.map(|task| Outer::Task(task.header().spawned_at));
            task.or_else(|| thread.block_on.get().map(Outer::BlockOn))
        });
        match outer {
            Some(None) => {}
            Some(Some(outer)) => return Err(NestedBlockOn { called_at, outer }),
            None => panic!(
                "cannot block_on at {called_at}: this thread is ending and its locals are gone"
            ),
        }
        context::with(|thread| thread.block_on.set(Some(called_at)));
        Ok(Inside)
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        context::with(|thread| thread.block_on.set(None));
    }
}

/// Claims a slot for the calling thread, if one is free.
fn take_slot(shared: &Arc<ExecutorShared>) -> Option<WorkerContext> {
    match shared.flavor {
        Flavor::CurrentThread => WorkerContext::take_seat(shared, 0),
        Flavor::MultiThread => (0..GUESTS).find_map(|guest| {
            if shared.guests_in_use() >> guest & 1 != 0 {
                return None;
            }
            let worker = WorkerContext::take_seat(shared, shared.workers + guest)?;
            // ORDERING: AcqRel; pairs with the Acquire in `guests_in_use` (I1).
            shared.guests.fetch_or(1 << guest, Ordering::AcqRel);
            Some(worker)
        }),
    }
}

/// Runs the root task and, between its polls, the tasks of the slot.
fn drive(worker: &WorkerContext, root: &Root) {
    let _seated = worker.sit();
    loop {
        if root.is_ready() {
            worker.run_root(root.task());
            if root.is_complete() {
                break;
            }
        }
        match worker.next_task() {
            Some(task) if worker.shared.is_closed() => task.cancel(),
            Some(task) => worker.run(task),
            None if root.is_ready() => {}
            None => wait(worker, root),
        }
    }
    worker.look_after_pushes();
    worker.end_search();
    if !worker.shared.is_closed() && !mutant!("guest.keeps_residue") {
        worker.hand_residue_over();
    }
}

/// Sleeps until the root task, or another one, may be ready; runs that one if it has it in hand.
fn wait(worker: &WorkerContext, root: &Root) {
    if !worker.is_guest() && !worker.shared.is_closed() {
        if let Some(task) = worker.wait_for_task(&|| root.is_ready()) {
            worker.run(task);
        }
        return;
    }
    let deadline = worker.shared.driver.turn(worker.slot);
    if root.is_ready() || worker.has_queued() {
        return;
    }
    worker.slot().heap.give_back_pending();
    worker.tallies().parks.add(1);
    worker.slot().parker.park_until(deadline);
}

/// Runs the root task only, until the slot of a current-thread executor falls to this thread.
fn visit(shared: &Arc<ExecutorShared>, root: &Root, parker: &Arc<Parker>) {
    let _waiting = Waiting::new(shared, parker);
    let _entered = entered::enter(shared);
    loop {
        if root.is_ready() {
            let (_, yielded) = context::poll_as_current(root.task());
            if root.is_complete() {
                return;
            }
            if !yielded {
                root.task().state().poll_pending();
            }
        } else if let Some(worker) = take_freed_slot(shared) {
            drive(&worker, root);
            return leave_slot(worker);
        } else {
            parker.park();
        }
    }
}

/// The one slot of a current-thread executor, if its thread has left it.
fn take_freed_slot(shared: &Arc<ExecutorShared>) -> Option<WorkerContext> {
    match shared.flavor {
        Flavor::CurrentThread => WorkerContext::take_seat(shared, 0),
        Flavor::MultiThread => None,
    }
}

/// A thread in line for the slot of a current-thread executor.
struct Waiting<'a> {
    shared: &'a ExecutorShared,
    parker: &'a Arc<Parker>,
}

impl<'a> Waiting<'a> {
    fn new(shared: &'a ExecutorShared, parker: &'a Arc<Parker>) -> Waiting<'a> {
        shared.visitors.lock().push(parker.clone());
        Waiting { shared, parker }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.shared.visitors.lock().retain(|other| !Arc::ptr_eq(other, self.parker));
        // The thread that left the slot may have told this one, which had no use for it any more.
        wake_visitor(self.shared);
    }
}

/// Tells a waiting thread that the slot may be free.
fn wake_visitor(shared: &ExecutorShared) {
    if shared.flavor == Flavor::CurrentThread {
        if let Some(parker) = shared.visitors.lock().first() {
            parker.unpark();
        }
    }
}

/// Gives the slot back (I2).
fn leave_slot(worker: WorkerContext) {
    let shared = worker.shared.clone();
    let slot = worker.slot;
    if worker.is_guest() {
        // ORDERING: AcqRel; pairs with the Acquire in `guests_in_use`.
        shared.guests.fetch_and(!(1 << (slot - shared.workers)), Ordering::AcqRel);
        if shared.driver.hand_over(slot, 0) {
            shared.slots[0].parker.unpark();
        }
    }
    shutdown::return_seat(worker);
    wake_visitor(&shared);
}
