//! While a thread drives a slot, what it looks up about itself names that slot.

use std::ptr::{self, NonNull};

use crate::context;
use crate::context::entered::Entered;
use crate::slab::{self, Heap};
use crate::worker::WorkerContext;

impl WorkerContext {
    /// Makes this the calling thread's slot for as long as the guard lives.
    pub(crate) fn sit(&self) -> Seated<'_> {
        let heap_before = slab::replace_own_heap(&self.slot().heap);
        let before = context::with(|thread| {
            let entered = thread.entered.get();
            (thread.worker.replace(self), thread.entered_before_slot.replace(entered))
        });
        let (worker_before, entered_before) = before.unwrap_or((ptr::null(), None));
        Seated { worker: self, heap_before, worker_before, entered_before }
    }
}

/// The calling thread drives a slot while this lives.
#[must_use]
pub(crate) struct Seated<'a> {
    worker: &'a WorkerContext,
    heap_before: *const Heap,
    worker_before: *const WorkerContext,
    entered_before: Option<NonNull<Entered>>,
}

impl Drop for Seated<'_> {
    fn drop(&mut self) {
        if self.worker.has_seat() {
            self.worker.slot().heap.give_back_pending();
        }
        slab::replace_own_heap(self.heap_before);
        context::with(|thread| {
            thread.worker.set(self.worker_before);
            thread.entered_before_slot.set(self.entered_before);
        });
    }
}
