//! A twin of crossbeam-deque's first-in first-out queue that a model checker can look into.
//!
//! The indices, their orderings and the fences are those of crossbeam-deque 0.8.8. What differs:
//!
//! * There are four slots, for ever: a push on a full queue panics where the original grows. So
//!   growing, shrinking and the reclamation of buffers are not modelled.
//! * A slot is an atomic number of a task. The original's slot is the task itself, read and written
//!   as volatile memory while others may write it. That is formally a race, which its authors know
//!   and the twin does not show.
//! * Where the original has a `SeqCst` *access* the twin has the acquire and release parts of it,
//!   which is what loom would make of it anyway. It is enough: owner and thief meet at `front`
//!   alone, and there the read-modify-writes exclude each other whatever their order is. What the
//!   twin passes with less, the original passes with more.
//! * A thief's fence is always a fence. The original leaves it out where pinning its epoch has one
//!   already; on x86 that is an exchange, a full fence on the machine but not in the language. Code
//!   that relies on the order fences by itself.
//! * A batch reaches the slots of its new queue after the exchange, not before: nobody reads them
//!   before they are published.
//!
//! The tasks lie in a store beside the queue, behind a lock that the checker does not know and that
//! is never held across an operation it does know. Each has a cell that the checker watches:
//! whoever takes a task touches the cell, so a task that was not properly published is reported.
//!
//! # Protocol
//!
//! Tasks are at `front..back`. The owner writes a slot, then `back`. Whoever moves `front` past a
//! slot owns its task: thieves by an exchange, the owner by an addition that it takes back when a
//! thief was faster and the queue is empty.
//!
//! # Invariants
//!
//! * I1: only the owner writes `back` and the slots.
//! * I2: `front` moves past a slot once; the mover alone takes the task.
//! * I3: `back` is written after the slot and after a release fence, so whoever has seen it sees
//!   the slot and the task.
//! * I4: `front` is past `back` only inside the owner's `pop`, by one.
//!
//! Model: `each_task_is_taken_once_by_owner_or_thief`

use crate::atomic::{AtomicUsize, Ordering, fence};
use crate::mutant;
use crate::sync::Arc;
use crossbeam_deque::Steal;
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

mod store;
use store::Store;

/// Slots of a queue.
pub(crate) const CAPACITY: usize = 4;

struct Queue<T> {
    // [A] The oldest task, the next to be taken (I2, I4).
    front: AtomicUsize,
    // [A] The next slot to write. Only the owner moves it (I1, I3).
    back: AtomicUsize,
    // [A] Numbers of tasks in `store`. Only the owner writes them (I1).
    slots: [AtomicUsize; CAPACITY],
    // [C] The tasks.
    store: Store<T>,
}

impl<T> Queue<T> {
    fn slot(&self, index: usize) -> &AtomicUsize {
        &self.slots[index % CAPACITY]
    }

    /// The owner's look at the length; thieves may have taken more since.
    fn len_seen_by_owner(&self) -> usize {
        // ORDERING: Relaxed; only this thread writes `back`.
        let back = self.back.load(Ordering::Relaxed);
        // ORDERING: Acquire; pairs with Release of a thief's exchange; its reads of the slots it
        // took are over. (The original: SeqCst.)
        let front = self.front.load(Ordering::Acquire);
        distance(front, back).max(0) as usize
    }

    /// A thief's look at both ends, front first.
    fn ends_seen_by_thief(&self) -> (usize, usize) {
        // ORDERING: Acquire; pairs with Release of another thief's exchange.
        let front = self.front.load(Ordering::Acquire);
        if !mutant!("deque.steal_no_fence") {
            // ORDERING: SeqCst fence; pairs with the fence a pusher runs between its push and its
            // look at who sleeps: the thief sees the push, or the pusher sees what the thief wrote
            // before it came here.
            fence(Ordering::SeqCst);
        }
        // ORDERING: Acquire; pairs with the Release fence in `publish`; the slots and the tasks
        // before `back` are visible.
        let back = self.back.load(Ordering::Acquire);
        (front, back)
    }

    /// Moves `front` by `count`, unless somebody has moved it: then nothing was taken.
    fn take(&self, front: usize, count: usize) -> bool {
        let past = front.wrapping_add(count);
        if mutant!("deque.steal_no_exchange") {
            // ORDERING: none that helps: the bug is that another mover is not noticed.
            self.front.store(past, Ordering::Release);
            return true;
        }
        // ORDERING: AcqRel; Release pairs with Acquire of `front` by the owner: the reads of the
        // slots come before it reuses them. (The original: SeqCst, and Relaxed on failure.)
        self.front.compare_exchange(front, past, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// Makes the slots before `back` visible to thieves.
    fn publish(&self, back: usize) {
        if !mutant!("deque.push_relaxed") {
            // ORDERING: Release fence before the store below; pairs with Acquire of `back` by
            // thieves; slots and tasks are visible with it.
            fence(Ordering::Release);
        }
        // ORDERING: Relaxed; the fence above publishes.
        self.back.store(back, Ordering::Relaxed);
    }

    /// Panics unless `count` more tasks fit. The original grows its buffer here.
    fn reserve(&self, count: usize) {
        // ORDERING: Relaxed; only this thread writes `back`.
        let back = self.back.load(Ordering::Relaxed);
        // ORDERING: Acquire; pairs with Release of a thief's exchange; its reads of the slots it
        // took are over before this thread writes them again.
        let mut front = self.front.load(Ordering::Acquire);
        let is_full = |front| distance(front, back) + count as isize > CAPACITY as isize;
        if is_full(front) {
            // The load may have shown an old value, for which the original would have grown. The
            // twin cannot, so it asks for the newest.
            // ORDERING: Acquire, as above.
            front = self.front.fetch_add(0, Ordering::Acquire);
        }
        assert!(!is_full(front), "the twin deque has {CAPACITY} slots; push less in a model");
    }
}

/// The owner's end.
pub struct Worker<T> {
    queue: Arc<Queue<T>>,
    /// One thread at a time may use this end.
    not_sync: PhantomData<Cell<()>>,
}

impl<T> Worker<T> {
    /// An empty queue, first in first out.
    #[must_use]
    pub fn new_fifo() -> Self {
        let queue = Queue {
            front: AtomicUsize::new(0),
            back: AtomicUsize::new(0),
            slots: [0; CAPACITY].map(AtomicUsize::new),
            store: Store::new(),
        };
        Self { queue: Arc::new(queue), not_sync: PhantomData }
    }

    /// A thief's end of this queue.
    #[must_use]
    pub fn stealer(&self) -> Stealer<T> {
        Stealer { queue: Arc::clone(&self.queue) }
    }

    /// Adds a task at the back.
    ///
    /// # Panics
    ///
    /// When four tasks are there already.
    pub fn push(&self, task: T) {
        let queue = &*self.queue;
        queue.reserve(1);
        // ORDERING: Relaxed; only this thread writes `back`.
        let back = queue.back.load(Ordering::Relaxed);
        // ORDERING: Relaxed; `publish` makes it visible (I3).
        queue.slot(back).store(queue.store.put(task), Ordering::Relaxed);
        queue.publish(back.wrapping_add(1));
    }

    /// Takes the task at the front.
    pub fn pop(&self) -> Option<T> {
        let queue = &*self.queue;
        // ORDERING: Relaxed; only this thread writes `back`.
        let back = queue.back.load(Ordering::Relaxed);
        // ORDERING: Relaxed; an old value shows too many tasks, and the addition below decides.
        let front = queue.front.load(Ordering::Relaxed);
        if distance(front, back) <= 0 {
            return None;
        }
        let front = if mutant!("deque.pop_no_rmw") {
            // ORDERING: none that helps: the bug is that a thief's exchange may fall between.
            queue.front.store(front.wrapping_add(1), Ordering::Release);
            front
        } else {
            // ORDERING: AcqRel; as in `take`. (The original: SeqCst.)
            queue.front.fetch_add(1, Ordering::AcqRel)
        };
        if distance(front.wrapping_add(1), back) < 0 {
            if !mutant!("deque.pop_no_correction") {
                // ORDERING: Relaxed; takes back the addition (I4). No thief can have moved `front`
                // since: each would have to see a `back` beyond it.
                queue.front.store(front, Ordering::Relaxed);
            }
            return None;
        }
        // ORDERING: Relaxed; this thread wrote the slot (I1).
        Some(queue.store.take(queue.slot(front).load(Ordering::Relaxed)))
    }

    /// How many tasks wait; a thief may take one at any moment.
    #[must_use]
    pub fn len(&self) -> usize {
        self.queue.len_seen_by_owner()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T> fmt::Debug for Worker<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Worker { .. }")
    }
}

/// A thief's end.
pub struct Stealer<T> {
    queue: Arc<Queue<T>>,
}

impl<T> Stealer<T> {
    /// How many tasks wait.
    #[must_use]
    pub fn len(&self) -> usize {
        let (front, back) = self.queue.ends_seen_by_thief();
        distance(front, back).max(0) as usize
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes the task at the front.
    pub fn steal(&self) -> Steal<T> {
        let queue = &*self.queue;
        let (front, back) = queue.ends_seen_by_thief();
        if distance(front, back) <= 0 {
            return Steal::Empty;
        }
        // ORDERING: Relaxed; visible with `back` (I3). The owner may be writing it anew already;
        // then the exchange fails.
        let number = queue.slot(front).load(Ordering::Relaxed);
        if !queue.take(front, 1) {
            return Steal::Retry;
        }
        Steal::Success(queue.store.take(number))
    }

    /// Takes about half of the tasks, `limit` at most: returns one and pushes the rest on `dest`.
    ///
    /// # Panics
    ///
    /// When `limit` is 0, or when `dest` has no room.
    pub fn steal_batch_with_limit_and_pop(&self, dest: &Worker<T>, limit: usize) -> Steal<T> {
        assert!(limit > 0, "a batch of 0 tasks cannot return one; ask for 1 or more");
        if Arc::ptr_eq(&self.queue, &dest.queue) {
            return dest.pop().map_or(Steal::Empty, Steal::Success);
        }
        let queue = &*self.queue;
        let (front, back) = queue.ends_seen_by_thief();
        let len = distance(front, back);
        if len <= 0 {
            return Steal::Empty;
        }
        let extra = ((len as usize - 1) / 2).min(limit - 1);
        if extra > 0 {
            dest.queue.reserve(extra);
        }
        // ORDERING: Relaxed; only this thread, the owner of `dest`, writes its `back`.
        let dest_back = dest.queue.back.load(Ordering::Relaxed);
        // ORDERING: Relaxed; as in `steal`.
        let number = queue.slot(front).load(Ordering::Relaxed);
        let mut extra_numbers = [0; CAPACITY];
        for (i, extra_number) in extra_numbers.iter_mut().enumerate().take(extra) {
            // ORDERING: Relaxed; as in `steal`.
            *extra_number = queue.slot(front.wrapping_add(1 + i)).load(Ordering::Relaxed);
        }
        let count = if mutant!("deque.batch_takes_one_less") { extra } else { extra + 1 };
        if !queue.take(front, count) {
            return Steal::Retry;
        }
        // Only now do the tasks belong to this thread, so only now may the store give them away.
        for (i, &extra_number) in extra_numbers.iter().enumerate().take(extra) {
            let moved = dest.queue.store.put(queue.store.take(extra_number));
            // ORDERING: Relaxed; `publish` makes it visible (I3).
            dest.queue.slot(dest_back.wrapping_add(i)).store(moved, Ordering::Relaxed);
        }
        dest.queue.publish(dest_back.wrapping_add(extra));
        Steal::Success(queue.store.take(number))
    }
}

impl<T> Clone for Stealer<T> {
    fn clone(&self) -> Self {
        Self { queue: Arc::clone(&self.queue) }
    }
}

impl<T> fmt::Debug for Stealer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Stealer { .. }")
    }
}

/// Tasks between two indices; negative when `front` is past `back` (I4).
fn distance(front: usize, back: usize) -> isize {
    back.wrapping_sub(front) as isize
}
