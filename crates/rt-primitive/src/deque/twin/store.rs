//! Keeps the tasks of a twin queue while the model checker watches who takes them.
//!
//! # Protocol
//!
//! `put` gives a number out, the queue hands it to one thread, and that thread calls `take`.
//!
//! # Invariants
//!
//! * I1: a number is given out once and taken once.
//! * I2: the lock is never held across an operation at which a model checker switches threads.
//!
//! Model: each_task_is_taken_once_by_owner_or_thief

use crate::cell::UnsafeCell;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Tasks by number. Numbers are not used again, so a task that is taken twice is noticed.
pub(super) struct Store<T> {
    // [C] Not modelled (I2).
    entries: Mutex<Vec<Entry<T>>>,
}

struct Entry<T> {
    // [L] Taken by whoever owns the number.
    task: Option<T>,
    // [L] Touched by who puts and by who takes, because the lock is invisible to the checker: it
    // reports a take that does not come after the put.
    touch: UnsafeCell<()>,
}

impl<T> Store<T> {
    pub(super) fn new() -> Self {
        Self { entries: Mutex::new(Vec::new()) }
    }

    /// Keeps a task and returns its number, which is never 0.
    pub(super) fn put(&self, task: T) -> usize {
        let touch = UnsafeCell::new(());
        touch.with_mut(|_| ());
        let mut entries = self.lock();
        entries.push(Entry { task: Some(task), touch });
        entries.len()
    }

    /// Gives the task of this number away.
    ///
    /// # Panics
    ///
    /// When the queue is at fault: the number was read from a slot before it was written, or two
    /// have taken the same task.
    pub(super) fn take(&self, number: usize) -> T {
        let mut entries = self.lock();
        let entry = number.checked_sub(1).and_then(|index| entries.get_mut(index));
        let entry = entry.expect("a slot was read before it was written");
        entry.touch.with_mut(|_| ());
        entry.task.take().expect("I1: a task was taken twice")
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry<T>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
