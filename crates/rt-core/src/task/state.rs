//! The one word that says where a task stands, and every change it may make.
//!
//! # Protocol
//!
//! A task is *owned* while it waits in a queue or is being polled: exactly one party holds it. A
//! wake of an idle task makes it owned, and that waker must put it into a queue. A wake of an owned
//! task only leaves NOTIFIED behind; the owner looks at it when the poll ends. So no task is ever
//! in two queues, starting a poll is a load, and ending it is one exchange.
//!
//! | bit | set by | meaning |
//! |---|---|---|
//! | OWNED | waker, spawner | somebody holds the task; no waker may queue it |
//! | NOTIFIED | waker | woken while owned; poll once more |
//! | COMPLETE | owner | ended; the future is gone |
//! | JOIN | spawner | a join handle lives; the output is its |
//! | JOIN_WAKER | join handle | the join waker is published for the owner |
//! | CANCELLED | anybody | drop the future, poll no more; after COMPLETE: it ended so |
//! | ROOT | `block_on` | polled by the thread inside it only, never queued |
//! | BOXED | spawner | memory of its own, not of a slab page |
//! | PANICKED | owner | the output is a panic |
//! | CALLBACKS | anybody | the owner has callbacks to see to at the end |
//! | FRESH | spawner | its first poll has not ended |
//! | ASKED | anybody | a request to end was left with the task (`cancel/request.rs`) |
//! | JOB | spawner | polled by a thread of a pool only, once; held by nobody until then |
//! | the rest | anybody | references, in units of REF |
//!
//! # Invariants
//!
//! - I1: OWNED is set by one exchange only; who set it holds the task until it clears it or queues
//!   it.
//! - I2: the future is touched by the holder only, and never after COMPLETE.
//! - I3: after COMPLETE the output belongs to the join handle if JOIN was set then, else to the
//!   holder.
//! - I4: the join waker is written by the join handle while JOIN_WAKER and COMPLETE are clear, and
//!   taken by the completing holder once it has set COMPLETE over JOIN_WAKER.
//! - I5: a task that is not COMPLETE keeps one reference for itself, so an idle task stays in
//!   memory.
//! - I6: references never go up from zero: who adds one holds one, or saw one in the same exchange.
//! - I7: CALLBACKS is set before COMPLETE, and then the completing holder sees to the callbacks; or
//!   it is not set, and whoever failed to set it does.
//!
//! Model: `a_wake_during_a_poll_is_never_lost` and the others in `tests/loom/task_state.rs`.

mod snapshot;

use rt_primitive::atomic::{AtomicUsize, Ordering};
use rt_primitive::{mutant, perturb};

pub(crate) use snapshot::Snapshot;
use snapshot::{
    ASKED, CALLBACKS, CANCELLED, COMPLETE, FRESH, JOIN, JOIN_WAKER, NOTIFIED, OWNED, PANICKED, REF,
};

use crate::task::info::Outcome;

/// References past this are a leak in a loop; the process ends before the count wraps.
const REFS_MAX: usize = usize::MAX / 2 / REF;

/// What the holder does with a task it took from a queue.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PollStart {
    /// Poll the future.
    Poll,
    /// Drop the future.
    Cancel,
}

/// What the holder does after a poll that returned Pending.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PollEnd {
    /// Nothing; the next waker holds the task.
    Idle,
    /// Queue it; it was woken meanwhile.
    Requeue,
    /// Drop the future.
    Cancel,
}

/// What the holder does to complete a task.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Completion {
    /// The output is the holder's to drop; then complete once more, without one.
    DropOutput,
    /// Tell these of the end, then give the task's own reference back.
    Tell {
        /// The join waker is the holder's, to take and call (I4).
        joiner: bool,
        /// The callbacks are the holder's to see to (I7).
        callbacks: bool,
    },
    /// Nothing more; the task's own reference is given back.
    Done(LastRef),
}

/// Whether that was the last reference: then the caller frees the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum LastRef {
    Yes,
    No,
}

impl LastRef {
    /// For somebody who gives one of these references back.
    fn of(before: Snapshot) -> LastRef {
        if before.refs() == 1 { LastRef::Yes } else { LastRef::No }
    }
}

/// What a waker does.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wake {
    /// Queue the task: the waker holds it now.
    Schedule,
    /// Nothing.
    Nothing,
    /// Free the memory: that was the last reference.
    Free,
}

/// What became of a request to cancel.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CancelRequest {
    /// The caller holds the task now, and must queue it or drop its future.
    Claimed,
    /// Who holds the task will see to it.
    Flagged,
    /// The task has ended, or was asked before.
    TooLate,
}

/// A task's word.
#[derive(Debug)]
pub(crate) struct TaskState {
    // [A] The bits above.
    word: AtomicUsize,
}

impl TaskState {
    pub(crate) fn new(snapshot: Snapshot) -> TaskState {
        TaskState { word: AtomicUsize::new(snapshot.0) }
    }

    /// Makes a vacant slot into a task; the rest of its header is written already.
    pub(crate) fn occupy(&self, snapshot: Snapshot) {
        // ORDERING: Release; pairs with the Acquire of `pin_if_live`: a walker sees the whole
        // header.
        self.word.store(snapshot.0, Ordering::Release);
        perturb!();
    }

    pub(crate) fn load(&self) -> Snapshot {
        // ORDERING: Acquire; pairs with the Release half of every exchange below: who reads
        // COMPLETE sees the output, who reads OWNED sees what the waker wrote.
        Snapshot(self.word.load(Ordering::Acquire))
    }

    /// The holder is about to poll (I1).
    pub(crate) fn poll_start(&self) -> PollStart {
        let mut now = self.load();
        perturb!();
        if now.0 & NOTIFIED != 0 {
            // ORDERING: Acquire; pairs with the waker that set the bit: this poll sees its writes.
            // Nothing is published here, and an exchange continues the release sequence of others.
            now = Snapshot(self.word.fetch_and(!NOTIFIED, Ordering::Acquire));
        }
        // Asked to end before it began, it never begins.
        let is_withdrawn = now.is_fresh() && now.is_asked();
        if now.is_cancelled() || is_withdrawn { PollStart::Cancel } else { PollStart::Poll }
    }

    /// The holder's poll returned Pending (I1).
    pub(crate) fn poll_pending(&self) -> PollEnd {
        self.update(|now| {
            if now.is_cancelled() {
                return Err(PollEnd::Cancel);
            }
            if now.0 & NOTIFIED != 0 && !mutant!("task.no_requeue") {
                return Ok((now.0 & !(NOTIFIED | FRESH), PollEnd::Requeue));
            }
            Ok((now.0 & !(OWNED | NOTIFIED | FRESH), PollEnd::Idle))
        })
    }

    /// The holder's first poll yielded; it keeps the task (I1).
    pub(crate) fn first_poll_yielded(&self) {
        // ORDERING: Relaxed; only the holder reads the bit, and it goes with the task.
        self.word.fetch_and(!FRESH, Ordering::Relaxed);
    }

    /// The holder ends the task, having put an output in place or not (I2, I3).
    pub(crate) fn complete(&self, outcome: Outcome, has_output: bool) -> Completion {
        let how = match outcome {
            Outcome::Finished => 0,
            Outcome::Panicked => PANICKED,
            Outcome::Cancelled => CANCELLED,
        };
        self.update(|now| {
            assert!(now.is_owned() && !now.is_complete(), "I2: completed while {now:?}");
            if now.0 & JOIN == 0 && has_output {
                return Err(Completion::DropOutput);
            }
            // A request that came too late leaves no trace: the output is there to be had.
            let cleared =
                OWNED | NOTIFIED | FRESH | mutant!("task.late_cancel_stays", CANCELLED => 0);
            let done = (now.0 & !cleared) | COMPLETE | how;
            let joiner = now.0 & (JOIN | JOIN_WAKER) == JOIN | JOIN_WAKER;
            let callbacks = now.0 & CALLBACKS != 0;
            if joiner || callbacks {
                return Ok((done, Completion::Tell { joiner, callbacks }));
            }
            Ok((done - REF, Completion::Done(LastRef::of(now))))
        })
    }

    /// A waker that keeps its reference: true if the caller must queue the task (I1).
    pub(crate) fn wake_by_ref(&self) -> bool {
        self.update(|now| {
            if now.is_complete() && !mutant!("task.wake_after_complete") {
                return Err(false);
            }
            if now.is_owned() {
                if mutant!("task.wake_load_only") {
                    return Err(false);
                }
                // A second wake is an exchange all the same: it releases what this waker wrote.
                return Ok((now.0 | NOTIFIED, false));
            }
            Ok((now.0 | OWNED, true))
        })
    }

    /// A waker that gives its reference up (I5: a task that is not complete has another).
    pub(crate) fn wake_by_value(&self) -> Wake {
        self.update(|now| {
            if now.is_complete() {
                let action = if now.refs() == 1 { Wake::Free } else { Wake::Nothing };
                return Ok((now.0 - REF, action));
            }
            if now.is_owned() {
                return Ok(((now.0 | NOTIFIED) - REF, Wake::Nothing));
            }
            Ok(((now.0 | OWNED) - REF, Wake::Schedule))
        })
    }

    /// Asks the task to end without another poll.
    pub(crate) fn request_cancel(&self) -> CancelRequest {
        self.update(|now| {
            if now.is_complete() || now.is_cancelled() {
                return Err(CancelRequest::TooLate);
            }
            if now.is_owned() && mutant!("task.cancel_load_only") {
                return Err(CancelRequest::Flagged);
            }
            if now.is_owned() && !mutant!("task.cancel_claims_owned") {
                return Ok((now.0 | CANCELLED | NOTIFIED, CancelRequest::Flagged));
            }
            Ok((now.0 | CANCELLED | OWNED, CancelRequest::Claimed))
        })
    }

    /// A request to end was left with the task, which is to be polled for it.
    pub(crate) fn announce_request(&self) -> CancelRequest {
        self.update(|now| {
            if now.is_complete() {
                return Err(CancelRequest::TooLate);
            }
            if now.is_owned() {
                let notified = mutant!("cancel.owner_not_notified", NOTIFIED => 0);
                return Ok((now.0 | ASKED | notified, CancelRequest::Flagged));
            }
            Ok((now.0 | ASKED | OWNED, CancelRequest::Claimed))
        })
    }

    /// The join handle has written the join waker: true if it is published, false if the task ended
    /// first and the waker is still the handle's (I4).
    pub(crate) fn publish_join_waker(&self) -> bool {
        self.update(|now| {
            if now.is_complete() && !mutant!("task.publish_after_complete") {
                return Err(false);
            }
            Ok((now.0 | JOIN_WAKER, true))
        })
    }

    /// The join handle takes its published waker back: false if the task ended first and the waker
    /// is the holder's now (I4).
    pub(crate) fn retract_join_waker(&self) -> bool {
        self.update(|now| {
            if now.is_complete() && !mutant!("task.retract_after_complete") {
                return Err(false);
            }
            Ok((now.0 & !JOIN_WAKER, true))
        })
    }

    /// A callback was left for the end of the task: false if it has ended, and the caller sees to
    /// the callback (I7).
    pub(crate) fn announce_callbacks(&self) -> bool {
        self.update(|now| {
            if now.is_complete() && !mutant!("task.announce_after_complete") {
                return Err(false);
            }
            Ok((now.0 | CALLBACKS, true))
        })
    }

    /// The join handle goes away before the end; its waker is retracted already. `Err` if the task
    /// ended first: then the output, if there is one, is the handle's to drop (I3).
    pub(crate) fn drop_join(&self) -> Result<(), Snapshot> {
        self.update(|now| {
            if now.is_complete() && !mutant!("task.drop_join_after_complete") {
                return Err(Err(now));
            }
            Ok(((now.0 & !JOIN) - REF, Ok(())))
        })
    }

    /// One more reference, for somebody who holds one (I6).
    pub(crate) fn ref_inc(&self) {
        // ORDERING: Relaxed; the caller's own reference keeps the task, nothing is published.
        let before = Snapshot(self.word.fetch_add(REF, Ordering::Relaxed));
        if before.refs() > REFS_MAX {
            std::process::abort();
        }
    }

    /// One reference less.
    pub(crate) fn ref_dec(&self) -> LastRef {
        // ORDERING: AcqRel; Release hands this party's accesses to whoever frees the memory, which
        // is the one that reads a single reference here and so acquires them all.
        let before = Snapshot(self.word.fetch_sub(REF, Ordering::AcqRel));
        assert!(before.refs() > 0, "I6: released while {before:?}");
        LastRef::of(before)
    }

    /// One more reference for a walker that found this word in a page; false if no task is alive
    /// here (I6).
    pub(crate) fn pin_if_live(&self) -> bool {
        self.update(|now| {
            let is_gone = now.refs() == 0 || now.is_complete();
            if is_gone && !mutant!("task.pin_dead") {
                return Err(false);
            }
            Ok((now.0 + REF, true))
        })
    }

    /// Exchanges the word until `change` is applied to what is there: `Ok` is the new word and the
    /// action, `Err` an action without a change.
    fn update<A>(&self, change: impl Fn(Snapshot) -> Result<(usize, A), A>) -> A {
        let mut now = self.load();
        loop {
            let (next, action) = match change(now) {
                Ok(changed) => changed,
                Err(action) => return action,
            };
            perturb!();
            // ORDERING: AcqRel; every exchange both publishes what its party did before it and sees
            // what the parties before did. Acquire on failure, since `change` decides by the value.
            let exchanged = self.word.compare_exchange_weak(
                now.0,
                next,
                mutant!("task.relaxed", Ordering::AcqRel => Ordering::Relaxed),
                Ordering::Acquire,
            );
            match exchanged {
                Ok(_) => {
                    perturb!();
                    return action;
                }
                Err(found) => now = Snapshot(found),
            }
        }
    }
}
