//! What becomes of children whose group is dropped before they have ended: the task waits for them.
//!
//! # Protocol
//!
//! A drop cannot wait. So the task that drops the group adopts the family, and when its own future
//! is gone it stays as it is, *closing*: not complete, held by nobody. The last child of the last
//! family then completes it, with the outcome that was left there.
//!
//! # Invariants
//!
//! - I1: a family is added by the thread that holds the task, before the task's end.
//! - I2: an outcome is left only while a family is listed, and taken by who removes the last one:
//!   both under the lock. So exactly one party completes the task.
//!
//! Model: `the_last_child_completes_who_adopted_it`.

use std::fmt;
use std::ptr;

use rt_primitive::atomic::{AtomicBool, Ordering};
use rt_primitive::mutant;
use rt_primitive::sync::{Arc, Mutex};

use crate::context;
use crate::group::family::Family;
use crate::task::header::TaskPtr;
use crate::task::info::Outcome;
use crate::task::reference::TaskRef;

/// The families that a task has adopted.
#[derive(Default)]
pub(crate) struct Adopted {
    // [O] Set by the holder with the first family (I1).
    is_used: AtomicBool,
    // [L]
    place: Mutex<Adoptions>,
}

#[derive(Default)]
struct Adoptions {
    families: Vec<Arc<Family>>,
    /// How the task has ended, while it waits for the families (I2).
    closing: Option<Outcome>,
}

/// Leaves a family, none of whose children is new, to the task that the calling thread polls or
/// drops. Outside a task the children end unheeded.
pub(crate) fn adopt(family: &Arc<Family>) {
    let Some(task) = context::holding() else { return };
    let adopted = &task.header().rare.get_or_make().adopted;
    // ORDERING: Relaxed; the holder's own, passed on with the task (I1).
    adopted.is_used.store(true, Ordering::Relaxed);
    adopted.place.lock().families.push(family.clone());
    let adopter = TaskRef::new(task);
    if !family.leave_to(adopter.clone()) {
        family_ended(&adopter, family);
    }
}

/// True if the holder is to complete the task; else it is closing, and no longer the holder's.
pub(crate) fn may_end(task: TaskPtr, outcome: Outcome) -> bool {
    let Some(rare) = task.header().rare.get() else { return true };
    // ORDERING: Relaxed; as in `adopt`.
    if !rare.adopted.is_used.load(Ordering::Relaxed) || mutant!("adoption.never_closing") {
        return true;
    }
    let mut place = rare.adopted.place.lock();
    if place.families.is_empty() {
        return true;
    }
    place.closing = Some(outcome);
    false
}

/// True while the task waits for what it adopted.
pub(crate) fn is_closing(task: TaskPtr) -> bool {
    let rare = task.header().rare.get();
    rare.is_some_and(|rare| rare.adopted.place.lock().closing.is_some())
}

/// The last child of a family has ended: completes the task if it was the last thing it waited for.
pub(crate) fn family_ended(adopter: &TaskRef, family: &Family) {
    let task = adopter.ptr();
    let mut place = task.header().rare.get_or_make().adopted.place.lock();
    place.families.retain(|other| !ptr::eq(&raw const **other, family));
    let outcome = if place.families.is_empty() { place.closing.take() } else { None };
    drop(place);
    if let Some(outcome) = outcome {
        task.complete(outcome);
    }
}

/// Aborts the children that a task has adopted.
pub(crate) fn abort_adopted(task: TaskPtr) {
    for family in adopted_by(task) {
        family.abort_all();
    }
}

/// The families that a task has adopted, and of which somebody lives.
pub(crate) fn adopted_by(task: TaskPtr) -> Vec<Arc<Family>> {
    let rare = task.header().rare.get();
    rare.map_or_else(Vec::new, |rare| rare.adopted.place.lock().families.clone())
}

impl fmt::Debug for Adopted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Adopted").finish_non_exhaustive()
    }
}
