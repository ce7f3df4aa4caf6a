//! Spawns from threads that drive no slot: a few heaps that they take in turn.
//!
//! The protocol with the shutdown is that of `shared.rs`.

use std::future::Future;

use rt_primitive::sync::{Arc, TryLock, TryLockGuard};
use rt_primitive::{Tally, mutant, perturb};

use crate::config::FOREIGN_HEAPS;
use crate::context;
use crate::error::FORKED;
use crate::queue::Chain;
use crate::shared::{ExecutorShared, spawn_cancelled};
use crate::slab::Heap;
use crate::task::Schedule;
use crate::task::cell::{allocate, vacate};
use crate::task::header::{Birth, TaskPtr};
use crate::task::id::IdBlock;
use crate::task::join::JoinHandle;
use crate::task::state::Snapshot;

/// A heap that threads take in turn.
pub(crate) struct ForeignHeap {
    // [O] Of the thread that has the seat.
    pub(crate) heap: Heap,
    // [O] Tasks started there.
    pub(crate) spawned: Tally,
    // [L]
    pub(crate) seat: TryLock<ForeignSeat>,
}

/// What only the thread that allocates in a foreign heap may touch.
#[derive(Default)]
pub(crate) struct ForeignSeat {
    ids: IdBlock,
    /// The shutdown has walked the heap, or is about to.
    pub(crate) is_walked: bool,
}

impl ForeignHeap {
    pub(super) fn new() -> ForeignHeap {
        ForeignHeap { heap: Heap::new(vacate), spawned: Tally::new(), seat: TryLock::default() }
    }
}

/// Spawns from a thread that drives no slot of this executor.
pub(super) fn spawn_from_outside<F>(
    shared: &Arc<ExecutorShared>,
    future: F,
    birth: Birth,
) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    match make_from_outside::<F, ExecutorShared>(shared, Snapshot::SPAWNED, future, birth) {
        Ok(task) => {
            perturb!();
            let handle = JoinHandle::new(task);
            shared.hooks.spawned(task);
            shared.inject(Chain::one(task));
            handle
        }
        Err((future, birth)) => spawn_cancelled(future, birth),
    }
}

/// Makes a task from a thread that drives no slot of this executor; gives the future back once that
/// is closed.
pub(crate) fn make_from_outside<F: Future + Send, D: Schedule>(
    shared: &Arc<ExecutorShared>,
    snapshot: Snapshot,
    future: F,
    birth: Birth,
) -> Result<TaskPtr, (F, Birth)> {
    assert!(!shared.is_forked(), "cannot spawn at {}: {FORKED}", birth.spawned_at);
    // Looked at again under the lock: once the shutdown has had it, nobody allocates here.
    if shared.is_closed() {
        return Err((future, birth));
    }
    perturb!();
    let (foreign, seat) = lock_foreign(shared);
    if shared.is_closed() && !mutant!("spawn.looks_once") {
        return Err((future, birth));
    }
    let (heap, id) = (&foreign.heap, seat.ids.take());
    // SAFETY: bullet 1 of `allocate`: the future is `Send`.
    let task = unsafe { allocate::<F, D, _>(snapshot, shared, heap, id, future, birth) };
    foreign.spawned.add(1);
    Ok(task)
}

/// One of the foreign heaps, tried in turn from where this thread was last.
fn lock_foreign(shared: &ExecutorShared) -> (&ForeignHeap, TryLockGuard<'_, ForeignSeat>) {
    let first = context::foreign_heap();
    let heaps = shared.foreign.iter().cycle().skip(first).take(FOREIGN_HEAPS);
    for (number, heap) in heaps.enumerate() {
        if let Some(seat) = heap.seat.try_lock() {
            context::set_foreign_heap((first + number) % shared.foreign.len());
            return (heap, seat);
        }
    }
    let heap = &shared.foreign[first];
    (heap, heap.seat.lock())
}
