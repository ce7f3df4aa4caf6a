//! Stops an executor: the steps, and in which order.
//!
//! # Protocol
//!
//! 1. `closed` is set: from here on a spawn gives a task that is cancelled already.
//! 2. Each worker leaves its run loop and stops its slot: its driver part stops, it ends what is
//!    queued there, then walks its own heap. Only that thread ever spawned into that heap, so the
//!    walk misses nothing. A task that nobody holds is ended on the spot; one that waits in a
//!    queue, or is being polled elsewhere, is flagged, and ends where it is.
//! 3. The last to stop does the same for the foreign heaps and the guest slots nobody is in, ends
//!    what is in the injector and closes it. A waker or spawner that comes later gets its task back
//!    from the injector, and ends it.
//! 4. The pages are freed; those with live handles when the last is dropped.
//!
//! A thread still inside `block_on` ends what it pops, and stops its slot when it leaves.
//!
//! # Invariants
//!
//! - I1: each worker slot is stopped once, by the thread that has its seat then.
//! - I2: no task is left idle: each heap is walked after its last spawn.
//!
//! Models: `a_shutdown_ends_every_task`, `a_spawn_meets_the_shutdown`.

use rt_primitive::atomic::Ordering;
use rt_primitive::mutant;
use rt_primitive::sync::Arc;

use crate::config::{GUESTS, INJECTOR_BATCH};
use crate::shared::ExecutorShared;
use crate::task::header::TaskPtr;
use crate::worker::WorkerContext;

/// Closes the executor, and stops the slots that no thread is in. Does not wait for the others.
pub(crate) fn close(shared: &Arc<ExecutorShared>) {
    if !shared.close() {
        return;
    }
    for slot in 0..shared.workers {
        match WorkerContext::take_seat(shared, slot) {
            Some(worker) => stop_slot(worker),
            None => shared.slots[slot].parker.unpark(),
        }
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
        *place = Some(worker.into_seat());
    }
}

/// Ends the tasks of a slot whose seat the calling thread has (I1).
pub(crate) fn stop_slot(worker: WorkerContext) {
    let shared = worker.shared.clone();
    let slot = worker.slot();
    let seated = worker.sit();
    // First, since whom it wakes is queued here.
    shared.driver.shutdown(worker.slot);
    worker.cancel_queued();
    if !mutant!("shutdown.skip_walk") {
        ExecutorShared::cancel_all_of(&slot.heap);
    }
    worker.cancel_queued();
    drop(seated);
    if worker.is_guest() {
        slot.heap.release_pages();
        return;
    }
    // ORDERING: AcqRel; Release so that the last to stop sees every slot stopped, Acquire for it.
    if shared.unstopped.fetch_sub(1, Ordering::AcqRel) == 1 {
        finish(&shared);
    }
}

/// The last worker has stopped: ends what belongs to no worker.
fn finish(shared: &Arc<ExecutorShared>) {
    for foreign in &shared.foreign {
        let foreign = foreign.lock();
        if !mutant!("shutdown.skip_foreign_walk") {
            ExecutorShared::cancel_all_of(&foreign.heap);
        }
    }
    for guest in shared.workers..shared.workers + GUESTS {
        if let Some(worker) = WorkerContext::take_seat(shared, guest) {
            stop_slot(worker);
        }
    }
    while let (Some(tasks), _) = shared.injector.take(1, INJECTOR_BATCH) {
        tasks.for_each(TaskPtr::cancel);
    }
    if let Some(tasks) = shared.injector.close() {
        tasks.for_each(TaskPtr::cancel);
    }
    for slot in &shared.slots[..shared.workers] {
        slot.heap.release_pages();
    }
    for foreign in &shared.foreign {
        foreign.lock().heap.release_pages();
    }
}
