//! The children that some code has started and will not leave behind.
//!
//! # Protocol
//!
//! A child takes a place before it is spawned, which counts it, and leaves it when it has ended:
//! its output is there, and so are the ends of its own children. Who waits leaves a waker under the
//! lock that counts, and is woken by the last to leave. If the family is left to a task instead
//! (`adoption.rs`), the last to leave tells that task.
//!
//! # Invariants
//!
//! - I1: `live` is the number of children that have a place and have not left it.
//! - I2: a child that comes after the others were asked to end is asked as well.
//! - I3: no foreign code runs under the lock: children are asked, and wakers called, after it.
//!
//! Models: `the_last_child_wakes_who_waits`, `a_late_child_is_asked_with_the_others`.

use std::fmt;
use std::mem;
use std::task::Waker;

use rt_primitive::atomic::{AtomicBool, Ordering};
use rt_primitive::sync::{Arc, Mutex};
use rt_primitive::{mutant, perturb};

use crate::cancel::reason::{Reason, ReasonKind};
use crate::context;
use crate::group::adoption;
use crate::task::abort::abort;
use crate::task::header::TaskPtr;
use crate::task::id::Id;
use crate::task::info::Outcome;
use crate::task::reference::TaskRef;
use rt_primitive::contain::{contain, discard};

/// What the children of one group, or one gathering, share.
#[derive(Debug)]
pub(crate) struct Family {
    // [C] A child that panics has the others asked to end.
    is_fail_fast: bool,
    // [C] The task that made it.
    made_by: Option<Id>,
    // [L]
    members: Mutex<Members>,
}

#[derive(Default)]
struct Members {
    places: Vec<Place>,
    vacant: Vec<usize>,
    /// How many children have not ended (I1).
    live: usize,
    is_closed: bool,
    asked: Option<Reason>,
    waker: Option<Waker>,
    adopter: Option<TaskRef>,
}

/// One child's place.
#[derive(Debug)]
enum Place {
    Vacant,
    /// It is about to be spawned.
    Taken,
    Here(TaskRef),
    /// It has ended before it was entered.
    Left,
}

/// A child's place in its family, which its task keeps.
#[derive(Debug)]
pub(crate) struct Membership {
    // [C]
    family: Arc<Family>,
    // [C]
    place: usize,
    // [A] The owner of the family has the child's panic, and sees that somebody hears of it.
    has_told_of_panic: AtomicBool,
}

impl Family {
    pub(crate) fn new(is_fail_fast: bool) -> Arc<Family> {
        let made_by = context::current_task().map(|task| task.header().id);
        Arc::new(Family { is_fail_fast, made_by, members: Mutex::new(Members::default()) })
    }

    pub(crate) fn made_by(&self) -> Option<Id> {
        self.made_by
    }

    /// A place for one more child; `None` if there are to be no more.
    pub(crate) fn take_place(family: &Arc<Family>) -> Option<Membership> {
        let mut members = family.members.lock();
        if members.is_closed {
            return None;
        }
        members.live += 1;
        let place = match members.vacant.pop() {
            Some(place) => place,
            None => {
                members.places.push(Place::Vacant);
                members.places.len() - 1
            }
        };
        members.places[place] = Place::Taken;
        let has_told_of_panic = AtomicBool::new(false);
        Some(Membership { family: family.clone(), place, has_told_of_panic })
    }

    /// The child that was spawned for a place.
    pub(crate) fn enter(&self, place: usize, child: TaskRef) {
        let mut members = self.members.lock();
        if matches!(members.places[place], Place::Left) {
            members.vacate(place);
            return;
        }
        let asked = members.asked.clone().filter(|_| !mutant!("family.late_child_not_asked"));
        members.places[place] = Place::Here(child.clone());
        drop(members);
        if let Some(reason) = asked {
            child.cancel_with(reason);
        }
    }

    /// As [`ask_all`](Family::ask_all), but for the child that is running.
    pub(crate) fn ask_siblings(&self, reason: &Reason) {
        self.ask(reason, |child| !context::is_current(child.ptr()));
    }

    /// Asks all children to end. There will be no more, but for those that have a place.
    pub(crate) fn ask_all(&self, reason: &Reason) {
        self.ask(reason, |_| true);
    }

    fn ask(&self, reason: &Reason, is_meant: impl Fn(&TaskRef) -> bool) {
        let mut members = self.members.lock();
        members.is_closed = true;
        members.asked.get_or_insert_with(|| reason.clone());
        let children = members.here();
        drop(members);
        perturb!();
        for child in children.into_iter().filter(is_meant) {
            child.cancel_with(reason.clone());
        }
    }

    /// Aborts all children.
    pub(crate) fn abort_all(&self) {
        let children = self.members.lock().here();
        for child in children {
            abort(child.ptr());
        }
    }

    /// Takes no more children.
    pub(crate) fn close(&self) {
        self.members.lock().is_closed = true;
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.members.lock().is_closed
    }

    /// How many children have not ended.
    pub(crate) fn live(&self) -> usize {
        self.members.lock().live
    }

    /// True if all children have ended, and there will be no more; else the last calls `waker`.
    pub(crate) fn has_ended(&self, waker: &Waker) -> bool {
        let mut members = self.members.lock();
        if members.live == 0 {
            members.is_closed = true;
            return true;
        }
        if members.waker.as_ref().is_some_and(|old| old.will_wake(waker)) {
            return false;
        }
        let old = members.waker.replace(waker.clone());
        drop(members);
        discard(old);
        false
    }

    /// Names the task that is to be told of the last child's end; false if that has come already.
    pub(crate) fn leave_to(&self, adopter: TaskRef) -> bool {
        let mut members = self.members.lock();
        if members.live == 0 && !mutant!("family.adopted_when_gone") {
            return false;
        }
        members.adopter = Some(adopter);
        true
    }
}

impl Members {
    fn vacate(&mut self, place: usize) {
        self.places[place] = Place::Vacant;
        self.vacant.push(place);
    }

    fn here(&self) -> Vec<TaskRef> {
        let here = |place: &Place| match place {
            Place::Here(child) => Some(child.clone()),
            Place::Vacant | Place::Taken | Place::Left => None,
        };
        self.places.iter().filter_map(here).collect()
    }
}

impl Membership {
    pub(crate) fn place(&self) -> usize {
        self.place
    }

    pub(crate) fn family(&self) -> &Arc<Family> {
        &self.family
    }

    /// The child has ended, and so have those it adopted.
    pub(crate) fn leave(&self, outcome: Outcome) {
        if outcome == Outcome::Panicked && self.family.is_fail_fast {
            // The child itself has ended: it is asked in vain.
            self.family.ask_all(&Reason::new(ReasonKind::SiblingFailed));
        }
        let mut members = self.family.members.lock();
        members.live -= 1;
        let child = mem::replace(&mut members.places[self.place], Place::Left);
        if matches!(child, Place::Here(_)) {
            members.vacate(self.place);
        }
        let mut told = (None, None);
        if members.live == 0 && !mutant!("family.last_tells_nobody") {
            told = (members.waker.take(), members.adopter.take());
        }
        drop(members);
        drop(child);
        perturb!();
        if let Some(waker) = told.0 {
            contain(|| waker.wake());
        }
        if let Some(adopter) = told.1 {
            adoption::family_ended(&adopter, &self.family);
        }
    }
}

/// The owner of a child's family takes the child's panic; the calling thread polls the child.
pub(crate) fn takes_panic_of(child: TaskPtr) {
    if let Some(membership) = membership_of(child) {
        // ORDERING: Relaxed; the end of the task publishes it, and nobody asks before that.
        membership.has_told_of_panic.store(true, Ordering::Relaxed);
    }
}

/// True if the panic of a task that has ended is for the owner of its family to tell of.
pub(crate) fn is_panic_taken(task: TaskPtr) -> bool {
    // ORDERING: Relaxed; as in `takes_panic_of`.
    membership_of(task).is_some_and(|child| child.has_told_of_panic.load(Ordering::Relaxed))
}

fn membership_of<'a>(task: TaskPtr) -> Option<&'a Membership> {
    task.header().rare.get().and_then(|rare| rare.membership.as_ref())
}

/// A task has ended: it leaves its family, if it has one.
pub(crate) fn tell_of_end(task: TaskPtr, outcome: Outcome) {
    if let Some(membership) = membership_of(task) {
        membership.leave(outcome);
    }
    tell_watchers(task, outcome);
}

/// Tells those who watch a task that it has ended; each of them once, whoever calls.
pub(crate) fn tell_watchers(task: TaskPtr, outcome: Outcome) {
    let Some(rare) = task.header().rare.get() else { return };
    let watchers = mem::take(&mut *rare.watchers.lock());
    for watcher in watchers {
        watcher.leave(outcome);
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Members").field("live", &self.live).finish_non_exhaustive()
    }
}
