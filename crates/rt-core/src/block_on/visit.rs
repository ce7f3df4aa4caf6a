//! A thread inside `block_on` that has no slot: it polls its own future, and waits in line.

use rt_primitive::mutant;
use rt_primitive::park::Parker;
use rt_primitive::sync::Arc;

use crate::block_on::Seats;
use crate::block_on::root::Root;
use crate::context::{self, entered};
use crate::quiet::Rest;
use crate::shared::{ExecutorShared, Visitor};

/// Runs the root task only, until the slots of an executor without threads fall to this one.
pub(super) fn visit(shared: &Arc<ExecutorShared>, root: &Root, parker: &Arc<Parker>) {
    let waiting = Waiting::new(shared, parker, root);
    let _entered = entered::enter(shared);
    loop {
        if root.is_ready() {
            let (_, yielded) = context::poll_as_current(root.task());
            if root.is_complete() {
                return;
            }
            if !yielded {
                root.task().state().poll_pending();
            }
        } else if let Some(seats) = take_freed_seats(shared) {
            waiting.set(Rest::Gone);
            seats.drive(root);
            return seats.leave();
        } else if waiting.falls_asleep(root) {
            parker.park();
            waiting.set(Rest::Awake);
        }
    }
}

/// What runs an executor without threads, if its thread has left it.
fn take_freed_seats(shared: &Arc<ExecutorShared>) -> Option<Seats> {
    if shared.flavor.has_threads() { None } else { Seats::take(shared) }
}

/// A thread in line for the slots of an executor without threads.
struct Waiting<'a> {
    shared: &'a ExecutorShared,
    parker: &'a Arc<Parker>,
}

impl<'a> Waiting<'a> {
    fn new(shared: &'a ExecutorShared, parker: &'a Arc<Parker>, root: &Root) -> Waiting<'a> {
        let visitor = Visitor { parker: parker.clone(), root: root.task(), rest: Rest::Awake };
        shared.visitors.lock().push(visitor);
        shared.quiet.pass();
        Waiting { shared, parker }
    }

    /// Counts the thread as asleep, unless its future is ready.
    fn falls_asleep(&self, root: &Root) -> bool {
        if !self.shared.quiet.is_counting() {
            return true;
        }
        let mut visitors = self.shared.visitors.lock();
        if root.is_ready() {
            return false;
        }
        set_rest(&mut visitors, self.parker, Rest::Asleep);
        drop(visitors);
        self.shared.nudge();
        true
    }

    fn set(&self, rest: Rest) {
        set_rest(&mut self.shared.visitors.lock(), self.parker, rest);
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.shared.visitors.lock().retain(|other| !Arc::ptr_eq(&other.parker, self.parker));
        self.shared.nudge();
        // The thread that left the slot may have told this one, which had no use for it any more.
        if !mutant!("visit.passes_nothing_on") {
            wake_visitor(self.shared);
        }
    }
}

/// Notes what a thread in line does now.
fn set_rest(visitors: &mut [Visitor], parker: &Arc<Parker>, rest: Rest) {
    let is_it = |visitor: &&mut Visitor| Arc::ptr_eq(&visitor.parker, parker);
    if let Some(visitor) = visitors.iter_mut().find(is_it) {
        if visitor.rest != Rest::Gone {
            visitor.rest = rest;
        }
    }
}

impl ExecutorShared {
    /// Wakes a thread in line, whose root was just made ready (I3 of `quiet.rs`).
    pub(crate) fn unpark_visitor(&self, parker: &Arc<Parker>) {
        if self.quiet.is_counting() {
            set_rest(&mut self.visitors.lock(), parker, Rest::Awake);
        }
        parker.unpark();
    }
}

/// Tells a waiting thread that the slots may be free.
pub(crate) fn wake_visitor(shared: &ExecutorShared) {
    if !shared.flavor.has_threads() && !mutant!("visit.leaves_silently") {
        if let Some(first) = shared.visitors.lock().first() {
            first.parker.unpark();
        }
    }
}
