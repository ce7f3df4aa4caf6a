//! The children that some code has started and will not leave behind.
//!
//! # Protocol
//!
//! A child takes a place before it is spawned, which counts it (`child_count.rs`), and leaves it
//! when it has ended: its output is there, and so are the ends of its own children. Who waits
//! leaves a waker under the lock and then looks at the count; the last to leave lowers the count
//! and then looks for a waker under the lock. If the family is left to a task instead
//! (`adoption.rs`), the last to leave tells that task.
//!
//! The lock is taken once for a child that comes, and not at all for one that leaves others behind:
//! so children that end on many threads wait for none. A child that has left stays on the list
//! until more than half of it have, which who puts the next one there finds out.
//!
//! # Invariants
//!
//! - I1: a child that lives is on the list, or about to be put there by who spawned it.
//! - I2: a child that comes after the others were asked to end is asked as well.
//! - I3: no foreign code runs under the lock: children are asked, and wakers called, after it.
//! - I4: nobody is on the list once the last has left, so a family and its children, which have
//!   counts of each other, do not keep each other.
//!
//! Models: `the_last_child_wakes_who_waits`, `a_late_child_is_asked_with_the_others`.

use std::fmt;
use std::mem;
use std::task::{Context, Poll, Waker};

use rt_primitive::atomic::Ordering;
use rt_primitive::sync::{Arc, Mutex};
use rt_primitive::{mutant, perturb};

use crate::cancel::reason::{Reason, ReasonKind};
use crate::context;
use crate::group::adoption;
use crate::group::child_count::{ChildCount, Start};
use crate::group::limit::{Limit, Turn};
use crate::task::abort::abort;
use crate::task::header::TaskPtr;
use crate::task::id::Id;
use crate::task::info::Outcome;
use crate::task::reference::TaskRef;
use rt_primitive::contain::{contain, discard};

/// As many may stay on the list after they have left, whatever the number of the living.
const LEFT_MAX: usize = 32;

/// What the children of one group, or one gathering, share.
#[derive(Debug)]
pub(crate) struct Family {
    // [C] A child that panics has the others asked to end.
    is_fail_fast: bool,
    // [C] The task that made it.
    made_by: Option<Id>,
    // [A]
    count: ChildCount,
    // [L] How many children may run.
    limit: Limit,
    // [L]
    members: Mutex<Members>,
}

#[derive(Default)]
struct Members {
    /// Those that live, and some that have left (I1).
    list: Vec<TaskRef>,
    asked: Option<Reason>,
    waker: Option<Waker>,
    adopter: Option<TaskRef>,
}

/// A place in a family: it counts until somebody leaves it.
#[derive(Debug)]
#[must_use = "a place that nobody leaves has the family wait for ever"]
pub(crate) struct FamilyPlace {
    // [C]
    pub(crate) family: Arc<Family>,
}

impl Family {
    pub(crate) fn new(is_fail_fast: bool) -> Arc<Family> {
        let made_by = context::current_task().map(|task| task.header().id);
        let (count, limit, members) = (ChildCount::new(), Limit::new(), Mutex::default());
        Arc::new(Family { is_fail_fast, made_by, count, limit, members })
    }

    pub(crate) fn made_by(&self) -> Option<Id> {
        self.made_by
    }

    /// A place for one more child; `None` if there are to be no more.
    pub(crate) fn take_place(family: &Arc<Family>, start: Start) -> Option<FamilyPlace> {
        family.count.enter(start).then(|| FamilyPlace { family: family.clone() })
    }

    /// The child that was spawned for a place; it may have left.
    pub(crate) fn enter(&self, child: TaskRef) {
        let mut members = self.members.lock();
        let is_sparse = members.list.len() > 2 * self.live() + LEFT_MAX;
        let left = if is_sparse { members.take_left() } else { Vec::new() };
        let asked = members.asked.clone().filter(|_| !mutant!("family.late_child_not_asked"));
        // Under the lock that the last to leave takes for the list (I4).
        if !child.is_finished() {
            members.list.push(child.clone());
        }
        drop(members);
        drop(left);
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
        self.close();
        let mut members = self.members.lock();
        members.asked.get_or_insert_with(|| reason.clone());
        let children = members.list.clone();
        drop(members);
        perturb!();
        for child in children.into_iter().filter(is_meant) {
            child.cancel_with(reason.clone());
        }
    }

    /// Aborts all children.
    pub(crate) fn abort_all(&self) {
        let children = self.members.lock().list.clone();
        for child in children {
            abort(child.ptr());
        }
    }

    /// Takes no more children.
    pub(crate) fn close(&self) {
        self.count.close();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.count.load().is_closed()
    }

    /// How many children have not ended.
    pub(crate) fn live(&self) -> usize {
        self.count.load().live()
    }

    /// Lets no more than this many children run at a time; those that run go on.
    pub(crate) fn set_limit(&self, running_max: usize) {
        self.limit.set_max(running_max, &self.count);
    }

    /// Ready when a child may run.
    pub(crate) fn poll_turn(&self, turn: &mut Turn, cx: &Context<'_>) -> Poll<()> {
        self.limit.poll_turn(turn, &self.count, cx)
    }

    /// A child will not wait for its turn any more, and is about to leave.
    pub(crate) fn give_up(&self, turn: &mut Turn) {
        self.limit.give_up(turn, &self.count);
    }

    /// True if all children have ended, and there will be no more; else the last calls `waker`.
    pub(crate) fn has_ended(&self, waker: &Waker) -> bool {
        if self.count.close_if_empty() {
            return true;
        }
        let mut members = self.members.lock();
        let is_there = members.waker.as_ref().is_some_and(|old| old.will_wake(waker));
        let old = if is_there { None } else { members.waker.replace(waker.clone()) };
        let has_ended = self.count.close_if_empty() && !mutant!("family.looks_once");
        drop(members);
        discard(old);
        has_ended
    }

    /// Names the task that is to be told of the last child's end; false if that has come already.
    pub(crate) fn leave_to(&self, adopter: TaskRef) -> bool {
        let mut members = self.members.lock();
        if self.live() == 0 && !mutant!("family.adopted_when_gone") {
            return false;
        }
        members.adopter = Some(adopter);
        true
    }

    /// A child has ended, and so have those it adopted.
    fn leave(&self, outcome: Outcome) {
        if outcome == Outcome::Panicked && self.is_fail_fast {
            // The child itself has ended: it is asked in vain.
            self.ask_all(&Reason::new(ReasonKind::SiblingFailed));
        }
        let left = self.count.leave();
        perturb!();
        if left.is_limited() {
            self.limit.wake_next(&self.count);
        }
        if left.live() > 0 || mutant!("family.last_tells_nobody") {
            return;
        }
        let mut members = self.members.lock();
        let told = (members.waker.take(), members.adopter.take());
        // Another may have come since, and is about to put itself there (I1).
        let gone = members.take_left();
        drop(members);
        drop(gone);
        perturb!();
        if let Some(waker) = told.0 {
            contain(|| waker.wake());
        }
        if let Some(adopter) = told.1 {
            adoption::family_ended(&adopter, self);
        }
    }
}

impl Members {
    /// Takes those that have left off the list.
    fn take_left(&mut self) -> Vec<TaskRef> {
        let (left, here) = mem::take(&mut self.list).into_iter().partition(TaskRef::is_finished);
        self.list = here;
        left
    }
}

impl FamilyPlace {
    /// Who has the place has ended.
    pub(crate) fn leave(&self, outcome: Outcome) {
        self.family.leave(outcome);
    }
}

/// The owner of a child's family takes the child's panic; the calling thread polls the child.
pub(crate) fn takes_panic_of(child: TaskPtr) {
    let rare = child.header().rare.get_or_make();
    // ORDERING: Relaxed; the end of the task publishes it, and nobody asks before that.
    rare.is_panic_taken.store(true, Ordering::Relaxed);
}

/// True if the panic of a task that has ended is for the owner of its family to tell of.
pub(crate) fn is_panic_taken(task: TaskPtr) -> bool {
    let rare = task.header().rare.get();
    // ORDERING: Relaxed; as in `takes_panic_of`.
    rare.is_some_and(|rare| rare.is_panic_taken.load(Ordering::Relaxed))
}

/// A task has ended: it leaves its family, if it has one.
pub(crate) fn tell_of_end(task: TaskPtr, outcome: Outcome) {
    if let Some(family) = task.header().rare.family() {
        family.leave(outcome);
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
        f.debug_struct("Members").field("asked", &self.asked).finish_non_exhaustive()
    }
}
