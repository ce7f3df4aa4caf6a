//! Looks now and then for task memory that is needed no more.
//!
//! A burst of tasks leaves pages in which nothing lies. While there are few it is not worth a look,
//! and while there are many each thread that drives a slot looks: when it is about to sleep, or
//! while it is never idle, and after a pause that grows as long as nothing comes of it. If it
//! sleeps, it wakes for the next look, since other threads may end its tasks meanwhile.

use std::cell::Cell;
use std::time::{Duration, Instant};

use rt_primitive::mutant;

use crate::shared::ExecutorShared;
use crate::worker::WorkerContext;

/// With fewer pages than this, 1 MiB, nobody looks.
const PAGES_MIN: usize = 16;

/// Pages that one look returns at most, in about 0.2 ms.
const PAGES_A_LOOK: usize = 32;

/// After a look that left more to return.
const PAUSE_SHORT: Duration = Duration::from_millis(10);

/// After a look that returned the last there was; after one for nothing it is twice the last pause.
const PAUSE_MIN: Duration = Duration::from_secs(1);

const PAUSE_MAX: Duration = Duration::from_secs(64);

/// When the thread in a seat looks next.
#[derive(Debug)]
pub(crate) struct MemoryLooks {
    /// By the age of the executor.
    next: Cell<Duration>,
    pause: Cell<Duration>,
}

impl Default for MemoryLooks {
    fn default() -> MemoryLooks {
        MemoryLooks { next: Cell::new(PAUSE_MIN), pause: Cell::new(PAUSE_MIN) }
    }
}

impl WorkerContext {
    /// Returns unused pages, if it is time to look for some; gives the time of the next look, if
    /// there is to be one.
    pub(crate) fn look_at_memory(&self) -> Option<Instant> {
        let shared = &*self.shared;
        if self.slot().heap.page_count() + shared.unowned_pages() < PAGES_MIN {
            return None;
        }
        let looks = &self.seat().looks;
        let now = shared.age();
        if now >= looks.next.get() && !mutant!("memory.never_looks") {
            let own = self.slot().heap.return_unused(PAGES_A_LOOK);
            let pause = match own + shared.return_unowned(PAGES_A_LOOK - own) {
                PAGES_A_LOOK => PAUSE_SHORT,
                0 => (looks.pause.get() * 2).clamp(PAUSE_MIN, PAUSE_MAX),
                _ => PAUSE_MIN,
            };
            looks.pause.set(pause);
            looks.next.set(now + pause);
        }
        Some(shared.at_age(looks.next.get()))
    }
}

impl ExecutorShared {
    /// Pages of the heaps that are not a worker's.
    fn unowned_pages(&self) -> usize {
        let guests = self.slots[self.workers..].iter().map(|slot| slot.heap.page_count());
        let foreign = self.foreign.iter().map(|foreign| foreign.heap.page_count());
        guests.chain(foreign).sum()
    }

    /// Returns at most `max` unused pages of the heaps that no thread owns now.
    pub(crate) fn return_unowned(&self, max: usize) -> usize {
        let mut returned = 0;
        for foreign in &self.foreign {
            if let Some(seat) = foreign.seat.try_lock() {
                if !seat.is_walked || mutant!("slab.return_while_walked") {
                    returned += foreign.heap.return_unused(max - returned);
                }
            }
        }
        for slot in &self.slots[self.workers..] {
            // Under the lock no thread takes the seat, and with it the heap.
            let seat = slot.seat.lock();
            if seat.is_some() {
                returned += slot.heap.return_unused(max - returned);
            }
        }
        returned
    }
}
