//! The task's word alone: wakes, polls, cancels and references against each other.

use rt_primitive::atomic::{AtomicUsize, Ordering};
use rt_primitive::cell::UnsafeCell;
use rt_primitive::model;
use rt_primitive::sync::Arc;

use crate::task::info::Outcome;
use crate::task::state::{
    CancelRequest, Completion, LastRef, PollEnd, PollStart, Snapshot, TaskState, Wake,
};

/// A task without memory of its own: its word, its future, and the queue it may be in.
struct Bare {
    state: TaskState,
    /// The future: the checker reports it when two parties touch it at once.
    future: UnsafeCell<()>,
    queued: AtomicUsize,
    marks: AtomicUsize,
    freed: AtomicUsize,
}

// SAFETY: the cell holds nothing; the checker watches the accesses.
unsafe impl Sync for Bare {}
// SAFETY: as above.
unsafe impl Send for Bare {}

impl Bare {
    fn new() -> Arc<Bare> {
        Arc::new(Bare {
            state: TaskState::new(Snapshot::SPAWNED),
            future: UnsafeCell::new(()),
            queued: AtomicUsize::new(1),
            marks: AtomicUsize::new(0),
            freed: AtomicUsize::new(0),
        })
    }

    fn wake(&self) {
        self.marks.fetch_add(1, Ordering::Relaxed);
        if self.state.wake_by_ref() {
            self.queued.fetch_add(1, Ordering::AcqRel);
        }
    }

    fn free_if(&self, last: LastRef) {
        if last == LastRef::Yes {
            self.future.with_mut(|_| ());
            self.freed.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn complete(&self, outcome: Outcome) {
        let mut completion = self.state.complete(outcome, outcome != Outcome::Cancelled);
        if completion == Completion::DropOutput {
            completion = self.state.complete(outcome, false);
        }
        match completion {
            Completion::Done(last) => self.free_if(last),
            other => panic!("nobody is to be told, but {other:?}"),
        }
    }

    /// Runs the task while it is queued; ready once `marks` marks are visible.
    fn run(&self, marks: usize) {
        while self.queued.load(Ordering::Acquire) > 0 {
            let before = self.queued.fetch_sub(1, Ordering::AcqRel);
            assert_eq!(before, 1, "I1: queued twice");
            if self.state.poll_start() == PollStart::Cancel {
                self.future.with_mut(|_| ());
                self.complete(Outcome::Cancelled);
                return;
            }
            self.future.with_mut(|_| ());
            if self.marks.load(Ordering::Relaxed) >= marks {
                self.complete(Outcome::Finished);
                return;
            }
            match self.state.poll_pending() {
                PollEnd::Idle => {}
                PollEnd::Requeue => {
                    self.queued.fetch_add(1, Ordering::AcqRel);
                }
                PollEnd::Cancel => {
                    self.future.with_mut(|_| ());
                    self.complete(Outcome::Cancelled);
                }
            }
        }
    }
}

/// Two wakers against the thread that polls: the last poll sees what both wrote before they woke.
///
/// Mutants: task.no_requeue, task.wake_load_only, task.relaxed
#[test]
fn a_wake_during_a_poll_is_never_lost() {
    model::check("a_wake_during_a_poll_is_never_lost", Some(2), |order| {
        let task = Bare::new();
        let (one, two, poller) = (task.clone(), task.clone(), task.clone());
        let (a, b, c) =
            model::spawn3(order, move || one.wake(), move || two.wake(), move || poller.run(2));
        a.join().unwrap();
        b.join().unwrap();
        c.join().unwrap();
        task.run(2);
        assert!(task.state.load().is_complete(), "a wake was lost: {:?}", task.state.load());
    });
}

/// A cancel against a poll and a wake: the task ends once, and one party at a time has the future.
///
/// Mutants: task.cancel_claims_owned
#[test]
fn a_cancel_meets_a_poll_and_a_wake() {
    model::check("a_cancel_meets_a_poll_and_a_wake", Some(2), |order| {
        let task = Bare::new();
        let (waker, canceller, poller) = (task.clone(), task.clone(), task.clone());
        let (a, b, c) = model::spawn3(
            order,
            move || waker.wake(),
            move || {
                if canceller.state.request_cancel() == CancelRequest::Claimed {
                    canceller.future.with_mut(|_| ());
                    canceller.complete(Outcome::Cancelled);
                }
            },
            move || poller.run(1),
        );
        a.join().unwrap();
        b.join().unwrap();
        c.join().unwrap();
        task.run(1);
        assert!(task.state.load().is_complete(), "neither ran nor cancelled");
    });
}

/// Two cancels against a poll that would never end: one party ends the task.
///
/// Mutants: task.cancel_claims_owned, task.cancel_load_only
#[test]
fn two_cancels_meet_a_poll() {
    model::check("two_cancels_meet_a_poll", Some(2), |order| {
        let task = Bare::new();
        let cancel = |task: Arc<Bare>| {
            move || {
                if task.state.request_cancel() == CancelRequest::Claimed {
                    task.future.with_mut(|_| ());
                    task.complete(Outcome::Cancelled);
                }
            }
        };
        let poller = task.clone();
        let (a, b, c) =
            model::spawn3(order, cancel(task.clone()), cancel(task.clone()), move || {
                poller.run(usize::MAX)
            });
        a.join().unwrap();
        b.join().unwrap();
        c.join().unwrap();
        assert!(task.state.load().is_complete(), "asked to end, and did not");
    });
}

/// A waker by value, the join handle's drop and the end: the last of them frees, once, and has seen
/// what the others did.
///
/// Mutants: task.relaxed
#[test]
fn the_last_reference_frees_once() {
    model::check("the_last_reference_frees_once", Some(2), |order| {
        let task = Bare::new();
        task.state.ref_inc();
        let (waker, joiner, poller) = (task.clone(), task.clone(), task.clone());
        let (a, b, c) = model::spawn3(
            order,
            move || match waker.state.wake_by_value() {
                Wake::Schedule => {
                    waker.queued.fetch_add(1, Ordering::AcqRel);
                }
                Wake::Nothing => {}
                Wake::Free => waker.free_if(LastRef::Yes),
            },
            move || {
                if joiner.state.drop_join().is_err() {
                    joiner.future.with_mut(|_| ());
                    joiner.free_if(joiner.state.ref_dec());
                }
            },
            move || poller.run(0),
        );
        a.join().unwrap();
        b.join().unwrap();
        c.join().unwrap();
        assert_eq!(task.freed.load(Ordering::Relaxed), 1);
    });
}

/// A wake after the end does nothing.
///
/// Mutants: task.wake_after_complete
#[test]
fn a_wake_after_the_end_queues_nothing() {
    model::check("a_wake_after_the_end_queues_nothing", Some(2), |order| {
        let task = Bare::new();
        let (waker, poller) = (task.clone(), task.clone());
        let (a, b) = model::spawn2(order, move || waker.wake(), move || poller.run(0));
        a.join().unwrap();
        b.join().unwrap();
        assert_eq!(task.queued.load(Ordering::Acquire), 0, "queued after its end");
        assert!(task.state.load().is_complete());
    });
}

/// A walker that pins against the end and the last reference: what it pinned is not freed under it.
///
/// Mutants: task.pin_dead
#[test]
fn a_walker_pins_only_what_lives() {
    model::check("a_walker_pins_only_what_lives", Some(2), |order| {
        let task = Bare::new();
        let (walker, joiner, poller) = (task.clone(), task.clone(), task.clone());
        let (a, b, c) = model::spawn3(
            order,
            move || {
                if walker.state.pin_if_live() {
                    assert_eq!(
                        walker.freed.load(Ordering::Relaxed),
                        0,
                        "I6: pinned what was freed"
                    );
                    walker.free_if(walker.state.ref_dec());
                }
            },
            move || {
                if joiner.state.drop_join().is_err() {
                    joiner.free_if(joiner.state.ref_dec());
                }
            },
            move || poller.run(0),
        );
        a.join().unwrap();
        b.join().unwrap();
        c.join().unwrap();
        assert_eq!(task.freed.load(Ordering::Relaxed), 1, "freed once");
    });
}
