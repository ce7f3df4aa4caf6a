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
use crate::task::cell::{allocate, vacate};
use crate::task::header::Birth;
use crate::task::id::IdBlock;
use crate::task::join::JoinHandle;

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

/// Makes a task from a thread that drives no slot of this executor.
pub(super) fn spawn_from_outside<F>(
    shared: &Arc<ExecutorShared>,
    future: F,
    birth: Birth,
) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    assert!(!shared.is_forked(), "cannot spawn at {}: {FORKED}", birth.spawned_at);
    // Looked at again under the lock: once the shutdown has had it, nobody allocates here.
    if shared.is_closed() {
        return spawn_cancelled(future, birth);
    }
    perturb!();
    let (foreign, seat) = lock_foreign(shared);
    if shared.is_closed() && !mutant!("spawn.looks_once") {
        drop(seat);
        return spawn_cancelled(future, birth);
    }
    // SAFETY: bullet 1 of `allocate`: the future is `Send`.
    let task = unsafe { allocate(shared, &foreign.heap, seat.ids.take(), future, birth) };
    foreign.spawned.add(1);
    drop(seat);
    perturb!();
    let handle = JoinHandle::new(task);
    shared.hooks.spawned(task);
    shared.inject(Chain::one(task));
    handle
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
