//! Who holds a lock, for those who ask why a task waits.
//!
//! A lock gets a record when somebody first has to wait for it. Records are never freed, only used
//! again, so reading one is safe whatever becomes of its lock; what it says is a hint.
//!
//! # Protocol
//!
//! The list of records is behind a lock, taken when a record is made, given back or looked up. What
//! a record says is written by who hands the lock over.
//!
//! # Invariants
//!
//! - I1: a record is in `FREE` or belongs to one `Resource`.
//!
//! Model: none; it is told what a lock decided, and decides nothing.
#![allow(clippy::disallowed_types, reason = "a hint decides nothing, so no model explores it")]

use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};

use rt_primitive::Tally;

use crate::context;
use crate::task::id::Id;

/// The number of the task that holds the lock, or 0.
type Record = Tally;

/// Every record ever made, and those that no lock has.
#[derive(Default)]
struct Records {
    all: Vec<&'static Record>,
    free: Vec<&'static Record>,
}

static RECORDS: Mutex<Records> = Mutex::new(Records { all: Vec::new(), free: Vec::new() });

/// What a lock keeps, so that a dump can say who holds it.
///
/// ```
/// let lock = rt_core::Resource::new();
/// assert_ne!(lock.number(), rt_core::Resource::new().number());
/// ```
pub struct Resource {
    // [C] Once it is there (I1).
    record: OnceLock<&'static Record>,
    // [O] The holder's number, or 0, for a record that is made while the lock is held.
    holder: Tally,
}

impl Resource {
    /// For a lock that nobody has waited for.
    ///
    /// ```
    /// static OF_A_LOCK: rt_core::Resource = rt_core::Resource::new();
    /// assert_eq!(OF_A_LOCK.number(), OF_A_LOCK.number());
    /// ```
    pub const fn new() -> Resource {
        Resource { record: OnceLock::new(), holder: Tally::new() }
    }

    /// Tells it from others, for [`note_wait`](crate::note_wait); makes the record.
    ///
    /// ```
    /// let lock = rt_core::Resource::new();
    /// assert_ne!(lock.number(), 0);
    /// ```
    pub fn number(&self) -> usize {
        let record = self.record.get_or_init(|| {
            let record = make();
            record.set(self.holder.get());
            record
        });
        std::ptr::from_ref(*record).addr()
    }

    /// Says which task has it now, by the task's number or 0. Two plain stores at most.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let lock = rt_core::Resource::new();
    /// lock.number(); // makes the record
    /// lock.set_holder(rt_core::current_task_number());
    /// println!("{lock:?}"); // names the task
    /// lock.set_holder(0);
    /// # });
    /// ```
    #[inline]
    pub fn set_holder(&self, task: u64) {
        self.holder.set(task);
        if let Some(record) = self.record.get() {
            record.set(task);
        }
    }
}

/// The number of the task that the calling thread polls, for [`Resource::set_holder`]; 0 if none.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// assert_eq!(rt_core::current_task_number().to_string(), rt_core::id().to_string());
/// # });
/// ```
#[inline]
pub fn current_task_number() -> u64 {
    context::current_task().map_or(0, |task| task.header().id.number())
}

/// Which task holds the lock whose record has this number.
pub(crate) fn holder_of(number: u64) -> Option<Id> {
    let records = RECORDS.lock().unwrap_or_else(PoisonError::into_inner);
    let record =
        records.all.iter().find(|record| std::ptr::from_ref(**record).addr() as u64 == number)?;
    Id::from_number(record.get())
}

fn make() -> &'static Record {
    let mut records = RECORDS.lock().unwrap_or_else(PoisonError::into_inner);
    records.free.pop().unwrap_or_else(|| {
        let record: &'static Record = Box::leak(Box::default());
        records.all.push(record);
        record
    })
}

impl Drop for Resource {
    fn drop(&mut self) {
        if let Some(record) = self.record.take() {
            record.set(0);
            RECORDS.lock().unwrap_or_else(PoisonError::into_inner).free.push(record);
        }
    }
}

impl Default for Resource {
    fn default() -> Resource {
        Resource::new()
    }
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let holder = self.record.get().and_then(|record| Id::from_number(record.get()));
        f.debug_struct("Resource").field("holder", &holder).finish()
    }
}
