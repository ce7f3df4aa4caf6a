//! Stops an executor: the steps, and in which order.
//!
//! # Protocol
//!
//! 1. `closed` is set: from here on a spawn gives a task that is cancelled already.
//! 2. Each worker leaves its run loop and stops its slot: its driver part stops, it ends what is
//!    queued there, then walks its own heap. Only that thread ever spawned into that heap, so the
//!    walk misses nothing. A task that nobody holds is ended on the spot; one that waits in a
//!    queue, or is being polled elsewhere, is flagged, and ends where it is.
//! 3. It does the same for what no worker has: the foreign heaps, the guest slots nobody is in, the
//!    injector. The first to come does the most of it, so a worker that is stuck in a poll holds up
//!    its own tasks only.
//! 4. The last party to stop ends what came into the injector since, and closes it. A waker or
//!    spawner that comes later gets its task back from the injector, and ends it.
//! 5. The pages are freed; those with live handles when the last is dropped.
//!
//! Who does not want to wait for a stuck worker joins in as one more party: it ends what it can
//! reach of that worker's tasks, and the worker the rest, should it ever come back.
//!
//! A thread inside `block_on` is told as well. It ends the tasks of its slot before it waits again,
//! since its own future may be waiting for one of them, and stops the slot when it leaves.
//!
//! # Invariants
//!
//! - I1: each worker slot is stopped once, by the thread that has its seat then.
//! - I2: no task is left idle: each heap is walked after its last spawn.
//! - I3: the pages of workers' and foreign heaps stay while `unstopped` counts a party, and who
//!   walks them is one. It never goes up from zero.
//!
//! Models: `a_shutdown_ends_every_task`, `a_spawn_meets_the_shutdown`,
//! `a_stuck_worker_comes_back_in_between`, `a_block_on_outlives_its_runtime`.

pub(crate) mod report;

use std::mem;

use rt_primitive::atomic::Ordering;
use rt_primitive::deque::Steal;
use rt_primitive::sync::Arc;
use rt_primitive::{mutant, perturb};

use crate::config::{GUESTS, INJECTOR_BATCH};
use crate::context;
use crate::shared::{ExecutorShared, Slot};
use crate::slab::Heap;
use crate::task::header::TaskPtr;
use crate::task::state::CancelRequest;
use crate::worker::WorkerContext;

/// Closes the executor, and stops the slots that no thread is in. Does not wait for the others.
pub(crate) fn close(shared: &Arc<ExecutorShared>) {
    if !shared.close() {
        return;
    }
    for slot in 0..shared.workers {
        match WorkerContext::take_seat(shared, slot) {
            Some(worker) => stop_slot(worker),
            None if mutant!("shutdown.tells_nobody") => {}
            None => shared.slots[slot].parker.unpark(),
        }
    }
    for guest in &shared.slots[shared.workers..] {
        guest.parker.unpark();
    }
}

/// Puts a seat back for the next thread, or stops the slot if there will be none.
pub(crate) fn return_seat(worker: WorkerContext) {
    let shared = worker.shared.clone();
    let mut place = shared.slots[worker.slot].seat.lock();
    if shared.is_closed() {
        drop(place);
        stop_slot(worker);
    } else {
        let slot = worker.slot;
        *place = Some(worker.into_seat());
        drop(place);
        shared.slots[slot].home.tell_free();
    }
}

/// Ends the tasks of a slot whose seat the calling thread has (I1).
pub(crate) fn stop_slot(worker: WorkerContext) {
    let shared = worker.shared.clone();
    let slot = worker.slot();
    let seated = worker.sit();
    perturb!();
    // First, since whom it wakes is queued here.
    shared.driver.shutdown(worker.slot);
    worker.abort_own_tasks();
    worker.abort_queued();
    drop(seated);
    if worker.is_guest() {
        slot.heap.release_pages();
        return;
    }
    abort_unowned(&shared);
    slot.tallies.busy.sleep(shared.age());
    shared.retire(worker.slot);
    leave(&shared);
    slot.home.tell_stopped();
}

/// Ends the tasks of the slot that a thread drives inside `block_on`, before it waits again; false
/// if that was done already.
pub(crate) fn abort_inside(worker: &WorkerContext) -> bool {
    if !worker.abort_own_tasks() {
        return false;
    }
    if !worker.is_guest() {
        // No other thread would before this one leaves.
        abort_unowned(&worker.shared);
    }
    true
}

/// Ends what can be reached of the tasks of workers that do not come to stop their slots.
///
/// Any thread may call it once the executor is closed; inside a worker's poll it would run foreign
/// code there.
pub(crate) fn abort_reachable(shared: &Arc<ExecutorShared>) {
    // ORDERING: Relaxed; the count alone keeps the pages until this party leaves (I3), whose own
    // exchange publishes what it does there. Relaxed on failure; nothing is used then.
    let joined = shared.unstopped.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |parties| {
        (parties > 0).then_some(parties + usize::from(!mutant!("shutdown.uncounted_party")))
    });
    if joined.is_err() {
        return;
    }
    for slot in &shared.slots[..shared.workers] {
        // A spawn that began before the close may come after this walk: the owner walks again. It
        // may be looking for pages to return as well.
        slot.heap.keep_pages();
        shared.abort_all_of(&slot.heap);
        abort_queue_of(shared, slot);
    }
    abort_unowned(shared);
    leave(shared);
}

/// Takes what waits in a slot from outside, and ends it.
fn abort_queue_of(shared: &ExecutorShared, slot: &Slot) {
    if let Some(task) = slot.next.take() {
        shared.abort(task);
    }
    loop {
        match slot.victim.steal() {
            Steal::Success(task) => shared.abort(task),
            Steal::Retry => {}
            Steal::Empty => return,
        }
    }
}

/// Ends the tasks that belong to no worker; each of the parties does, and the first does the most.
fn abort_unowned(shared: &Arc<ExecutorShared>) {
    for foreign in &shared.foreign {
        // Behind this lock nobody allocates there any more, since the executor is closed.
        let was_walked = mem::replace(&mut foreign.seat.lock().is_walked, true);
        if !was_walked && !mutant!("shutdown.skip_foreign_walk") {
            shared.abort_all_of(&foreign.heap);
        }
    }
    for guest in shared.workers..shared.workers + GUESTS {
        if let Some(worker) = WorkerContext::take_seat(shared, guest) {
            stop_slot(worker);
        }
    }
    while let (Some(tasks), _) = shared.injector.take(1, INJECTOR_BATCH) {
        tasks.for_each(|task| shared.abort(task));
    }
}

/// A party has stopped; the last closes what the others may still have used.
fn leave(shared: &Arc<ExecutorShared>) {
    perturb!();
    // ORDERING: AcqRel; Release so that the last to stop sees every party stopped, Acquire for it.
    let order = mutant!("shutdown.leave_relaxed", Ordering::AcqRel => Ordering::Relaxed);
    if shared.unstopped.fetch_sub(1, order) != 1 {
        return;
    }
    if let Some(tasks) = shared.injector.close() {
        tasks.for_each(|task| shared.abort(task));
    }
    for slot in &shared.slots[..shared.workers] {
        slot.heap.release_pages();
    }
    for foreign in &shared.foreign {
        let _seat = foreign.seat.lock();
        foreign.heap.release_pages();
    }
}

impl ExecutorShared {
    /// Ends a task that the caller holds, because the executor is closed.
    pub(crate) fn abort(&self, task: TaskPtr) {
        self.aborted.add(task);
        context::with_worker(|worker| {
            // A task whose poll led here is what the thread is inside.
            let worker = worker.filter(|worker| std::ptr::eq(&raw const *worker.shared, self));
            if let (Some(worker), None) = (worker, context::current_task()) {
                worker.tallies().enter(task);
            }
            task.cancel();
        });
    }

    /// Ends every task of a heap that nobody holds, and flags those that somebody does.
    pub(crate) fn abort_all_of(&self, heap: &Heap) {
        heap.for_each_slot(|slot| {
            let task = TaskPtr::from_slot(slot);
            if !task.state().pin_if_live() {
                return;
            }
            match task.state().request_cancel() {
                CancelRequest::Claimed => self.abort(task),
                CancelRequest::Flagged | CancelRequest::TooLate => {}
            }
            task.release();
        });
    }
}
