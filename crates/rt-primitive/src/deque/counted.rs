//! crossbeam-deque with the cost of its insides counted.
//!
//! Read off its source (0.8.8, first-in first-out flavour, x86-64): a pop that does not find the
//! queue empty at its first look is one read-modify-write; a steal pins the epoch, which is one,
//! and when it sees a task it tries one more; a stealer that only looks is one fence. Growing and
//! shrinking the buffer is not counted, but its allocations are.

use crate::count;
use crossbeam_deque::Steal;

/// The owner's end.
#[derive(Debug)]
pub struct Worker<T>(crossbeam_deque::Worker<T>);

impl<T> Worker<T> {
    /// An empty queue, first in first out.
    #[must_use]
    pub fn new_fifo() -> Self {
        Self(crossbeam_deque::Worker::new_fifo())
    }

    /// A thief's end of this queue.
    #[must_use]
    pub fn stealer(&self) -> Stealer<T> {
        Stealer(self.0.stealer())
    }

    /// Adds a task at the back.
    pub fn push(&self, task: T) {
        self.0.push(task);
    }

    /// Takes the task at the front.
    pub fn pop(&self) -> Option<T> {
        count::rmw(u64::from(!self.0.is_empty()));
        self.0.pop()
    }

    /// How many tasks wait; a thief may take one at any moment.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A thief's end.
#[derive(Debug)]
pub struct Stealer<T>(crossbeam_deque::Stealer<T>);

impl<T> Stealer<T> {
    /// How many tasks wait; costs a fence.
    #[must_use]
    pub fn len(&self) -> usize {
        // ORDERING: counts the fence inside the call below, whose partner is the caller's.
        count::fence();
        self.0.len()
    }

    /// Whether none waits; costs a fence.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        // ORDERING: counts the fence inside the call below, whose partner is the caller's.
        count::fence();
        self.0.is_empty()
    }

    /// Takes the task at the front.
    pub fn steal(&self) -> Steal<T> {
        counted(self.0.steal())
    }

    /// Takes about half of the tasks, `limit` at most: returns one and pushes the rest on `dest`.
    pub fn steal_batch_with_limit_and_pop(&self, dest: &Worker<T>, limit: usize) -> Steal<T> {
        counted(self.0.steal_batch_with_limit_and_pop(&dest.0, limit))
    }
}

impl<T> Clone for Stealer<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// Counts the pin, and the exchange unless the queue was seen empty before it.
fn counted<T>(outcome: Steal<T>) -> Steal<T> {
    count::rmw(1 + u64::from(!outcome.is_empty()));
    outcome
}
