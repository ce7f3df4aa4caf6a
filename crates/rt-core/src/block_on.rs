//! Runs a future on the calling thread, which helps to run the tasks it spawns.
//!
//! # Protocol
//!
//! On a multi-thread executor the thread claims a guest slot: a deque, a heap and timers of its
//! own, from which workers steal. On a current-thread executor it claims the one worker slot and
//! runs the whole executor; on a deterministic one it claims all of them and a guest slot
//! (`simulate.rs`). When none is free it *visits*: it polls its own future only, and what it spawns
//! goes to the injector.
//!
//! # Invariants
//!
//! - I1: a slot's bit in `guests` is set by the thread that has its seat, before it pushes there.
//! - I2: a thread leaves its slot empty: queued tasks go to the injector, timers to a worker.
//! - I3: what `Slot::root` and `visitors` hold, under their locks, is the task of a thread that is
//!   inside its `block_on`, and so holds a reference.
//!
//! Model: `a_guest_leaves_no_task_behind`.

pub(crate) mod root;
pub(crate) mod visit;

use std::future::Future;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::pin::pin;
use std::task::{Context, Poll};

use rt_primitive::atomic::Ordering;
use rt_primitive::park::Parker;
use rt_primitive::sync::Arc;
use rt_primitive::{mutant, perturb};

use crate::block_on::root::{Bed, Root};
use crate::block_on::visit::{visit, wake_visitor};
use crate::config::{Flavor, GUESTS};
use crate::context;
use crate::context::aside::Aside;
use crate::error::{BlockOnError, Obstacle};
use crate::shared::{ExecutorShared, Slot};
use crate::shutdown;
use crate::simulate::Crew;
use crate::vars;
use crate::worker::WorkerContext;

/// Runs `future` to its end on this thread.
pub(crate) fn block_on<F: Future>(
    shared: &Arc<ExecutorShared>,
    future: F,
    called_at: &'static Location<'static>,
) -> Result<F::Output, BlockOnError> {
    let _inside = Inside::enter(shared, called_at)?;
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
    match Seats::take(shared) {
        Some(seats) => {
            let root = Root::new(Bed::Slot(shared.clone(), seats.bed()), called_at);
            let listed = Listed::new(&shared.slots[seats.bed()], &root);
            root.with_body(&mut body, || vars::outside_scopes(|| seats.drive(&root)));
            drop(listed);
            seats.leave();
        }
        None => {
            let parker = Arc::new(Parker::new());
            let root = Root::new(Bed::Own(shared.clone(), parker.clone()), called_at);
            root.with_body(&mut body, || vars::outside_scopes(|| visit(shared, &root, &parker)));
        }
    }
    match output.expect("the root task ended, so its future did") {
        Ok(value) => Ok(value),
        Err(panic) => resume_unwind(panic),
    }
}

/// Marks the calling thread as being inside a `block_on`, and inside nothing else.
struct Inside {
    _aside: Option<Aside>,
}

impl Inside {
    fn enter(
        shared: &ExecutorShared,
        called_at: &'static Location<'static>,
    ) -> Result<Inside, BlockOnError> {
        let forked = shared.is_forked().then_some(Obstacle::Forked);
        if let Some(obstacle) = forked.or_else(context::obstacle) {
            return Err(BlockOnError { called_at, obstacle });
        }
        let aside = Aside::new();
        context::with(|thread| thread.block_on.set(Some(called_at)));
        Ok(Inside { _aside: aside })
    }
}

/// Shows a root task to those who list tasks, while its thread drives this slot.
struct Listed<'a> {
    slot: &'a Slot,
}

impl<'a> Listed<'a> {
    fn new(slot: &'a Slot, root: &Root) -> Listed<'a> {
        *slot.root.lock() = Some(root.task());
        Listed { slot }
    }
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        *self.slot.root.lock() = None;
    }
}

/// What the calling thread drives while it waits for its own future.
enum Seats {
    One(WorkerContext),
    All(Crew),
}

impl Seats {
    /// Claims what the calling thread may drive, if it is free.
    fn take(shared: &Arc<ExecutorShared>) -> Option<Seats> {
        match shared.flavor {
            Flavor::CurrentThread => WorkerContext::take_seat(shared, 0).map(Seats::One),
            Flavor::Deterministic => Crew::take(shared).map(Seats::All),
            Flavor::MultiThread => {
                (0..GUESTS).find_map(|guest| take_guest_slot(shared, guest)).map(Seats::One)
            }
        }
    }

    /// The slot in whose parker the thread sleeps.
    fn bed(&self) -> usize {
        match self {
            Seats::One(worker) => worker.slot,
            Seats::All(_) => 0,
        }
    }

    fn drive(&self, root: &Root) {
        match self {
            Seats::One(worker) => drive(worker, root),
            Seats::All(crew) => crew.drive(root),
        }
    }

    fn leave(self) {
        match self {
            Seats::One(worker) => leave_slot(worker),
            Seats::All(crew) => crew.leave(),
        }
    }
}

/// Claims a guest slot, if it is free.
pub(crate) fn take_guest_slot(shared: &Arc<ExecutorShared>, guest: usize) -> Option<WorkerContext> {
    if shared.guests_in_use() >> guest & 1 != 0 {
        return None;
    }
    let worker = WorkerContext::take_seat(shared, shared.workers + guest)?;
    // ORDERING: Relaxed; the fence after a push orders it before a sleeper's last look (I1).
    shared.guests.fetch_or(1 << guest, Ordering::Relaxed);
    shared.quiet.pass();
    Some(worker)
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
            Some(task) if worker.shared.is_closed() => worker.shared.abort(task),
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
    let is_closed = worker.shared.is_closed() && !mutant!("shutdown.guest_waits_on");
    if is_closed && shutdown::abort_inside(worker) {
        return;
    }
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
    perturb!();
    worker.slot().heap.give_back_pending();
    let next_look = worker.look_at_memory();
    if let Some(call) = worker.fall_asleep(&|| root.is_ready()) {
        return call.answer();
    }
    worker.tallies().parks.add(1);
    worker.park_asleep([deadline, next_look].into_iter().flatten().min());
}

/// Gives the slot back (I2).
pub(crate) fn leave_slot(worker: WorkerContext) {
    let shared = worker.shared.clone();
    let slot = worker.slot;
    if worker.is_guest() {
        // ORDERING: Relaxed; who sees the bit for longer finds an empty deque.
        shared.guests.fetch_and(!(1 << (slot - shared.workers)), Ordering::Relaxed);
        if shared.driver.hand_over(slot, 0) {
            shared.slots[0].parker.unpark();
        }
        shared.nudge();
    }
    perturb!();
    shutdown::return_seat(worker);
    wake_visitor(&shared);
}
