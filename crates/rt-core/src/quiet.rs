//! Knows when nobody can go on until time passes: then a clock that stands still may be moved.
//!
//! # Protocol
//!
//! Nothing is counted until somebody asks for it ([`ExecutorShared::count_sleepers`]); until then a
//! park costs two more loads. From then on a thread that is about to park says so under the lock,
//! and a thread that wakes says so under the lock before it looks for a task. Who finds all others
//! asleep looks at the queues, at the timers, and for work outside, still under the lock. If there
//! is nothing, it tells who waits for that, or else moves the clock to the next deadline.
//!
//! A thread from outside first makes a task ready, and then passes through the lock. So either the
//! look comes later and finds the task, or the jump was over before that thread could see the time.
//!
//! Who holds up the clock, and has done the last of its work, wakes one of the sleepers, which
//! looks again on its way back to sleep. So do a guest that leaves and a visitor that falls asleep.
//!
//! # Invariants
//!
//! - I1: a task is polled only by a thread whose slot is awake; a visitor's, by one whose entry is.
//! - I2: at each jump and each [`settle()`] every slot that is driven is asleep, every visitor too,
//!   every queue is empty, and no timer is due; at a jump no work goes on outside.
//! - I3: who wakes the root of a slot marks that slot awake, after it has made the root ready.
//!
//! Models: `a_push_is_never_jumped_over`, `a_woken_root_is_never_jumped_over`,
//! `work_outside_holds_the_clock_up`.

mod outside;
mod settle;

use std::mem;
use std::task::Waker;

use rt_primitive::atomic::{AtomicUsize, Ordering};
use rt_primitive::mutant;
use rt_primitive::sync::Mutex;

use crate::shared::ExecutorShared;
use crate::worker::WorkerContext;
use rt_primitive::contain::contain;

pub use outside::{OutsideWork, external};
pub use settle::{Settle, settle};

/// The bit of [`Quiet::word`] that says that sleepers are counted.
const COUNTING: usize = 1;

/// What one piece of outside work adds to [`Quiet::word`].
const ONE: usize = 2;

/// Who sleeps, and what goes on outside.
#[derive(Debug)]
pub(crate) struct Quiet {
    // [A] [`COUNTING`], and [`ONE`] for each piece of outside work.
    word: AtomicUsize,
    // [L]
    sleepers: Mutex<Sleepers>,
}

#[derive(Debug)]
struct Sleepers {
    /// By slot.
    slots: Box<[Rest]>,
    /// How often everybody was found asleep while somebody waited for it.
    settled: u64,
    settlers: Vec<Waker>,
}

/// What the thread of a slot does, or one that waits for a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    Awake,
    Asleep,
    /// Nothing any more.
    Gone,
}

/// What a thread that is about to park should do instead.
#[must_use]
enum Call {
    /// Nothing: others may go on.
    Park,
    /// Look again: its own root is ready.
    Stay,
    /// Turn the drivers of all slots: something is due.
    Turn,
    /// Wake those who waited for this moment.
    Settle(Vec<Waker>),
}

impl Quiet {
    /// Counts nobody, until it is asked to.
    pub(crate) fn new(slots: usize) -> Quiet {
        let slots = vec![Rest::Awake; slots].into();
        let sleepers = Sleepers { slots, settled: 0, settlers: Vec::new() };
        Quiet { word: AtomicUsize::new(0), sleepers: Mutex::new(sleepers) }
    }

    /// Whether sleepers are counted.
    pub(crate) fn is_counting(&self) -> bool {
        // ORDERING: Relaxed; a thread that parks although it should have counted itself finds the
        // token that `count_sleepers` left.
        self.word.load(Ordering::Relaxed) & COUNTING != 0
    }

    /// The caller, which is no thread of the executor or is not counted yet, has made a task ready:
    /// waits until a jump that may not have seen it is over.
    pub(crate) fn pass(&self) {
        if self.is_counting() && !mutant!("quiet.push_without_pass") {
            drop(self.sleepers.lock());
        }
    }

    fn set(&self, slot: usize, rest: Rest) {
        if self.is_counting() {
            self.sleepers.lock().set(slot, rest);
        }
    }
}

impl Sleepers {
    fn set(&mut self, slot: usize, rest: Rest) {
        if self.slots[slot] != Rest::Gone {
            self.slots[slot] = rest;
        }
    }
}

impl ExecutorShared {
    /// Counts sleepers from now on. Whoever sleeps already is woken, to be counted.
    pub(crate) fn count_sleepers(&self) {
        // ORDERING: AcqRel; pairs with itself: who finds the bit set comes after the first to set
        // it.
        if self.quiet.word.fetch_or(COUNTING, Ordering::AcqRel) & COUNTING == 0 {
            self.unpark_all();
        }
    }

    /// Wakes every thread, to look at its driver again.
    pub(crate) fn unpark_all(&self) {
        self.slots.iter().for_each(|slot| slot.parker.unpark());
        self.visitors.lock().iter().for_each(|visitor| visitor.parker.unpark());
    }

    /// Wakes the thread that drives a slot, whose root was just made ready (I3).
    pub(crate) fn unpark_root(&self, slot: usize) {
        if !mutant!("quiet.root_stays_asleep") {
            self.quiet.set(slot, Rest::Awake);
        }
        self.slots[slot].parker.unpark();
    }

    /// The thread of a worker slot has ended.
    pub(crate) fn retire(&self, slot: usize) {
        // Counted or not: somebody may ask for it later.
        self.quiet.sleepers.lock().set(slot, Rest::Gone);
        self.nudge();
    }

    /// Lets a sleeper see for itself whether anybody is awake: the caller was, or held the clock.
    pub(crate) fn nudge(&self) {
        if !self.quiet.is_counting() || mutant!("quiet.no_nudge") {
            return;
        }
        let mut sleepers = self.quiet.sleepers.lock();
        let asleep = sleepers.slots.iter().position(|&rest| rest == Rest::Asleep);
        if let Some(slot) = asleep {
            sleepers.set(slot, Rest::Awake);
            drop(sleepers);
            self.slots[slot].parker.unpark();
        }
    }

    /// Counts the thread of `slot` as asleep, unless it had better look again.
    fn fall_asleep(&self, slot: usize, is_ready: &dyn Fn() -> bool) -> Call {
        if !self.quiet.is_counting() {
            return Call::Park;
        }
        let mut sleepers = self.quiet.sleepers.lock();
        if is_ready() {
            return Call::Stay;
        }
        sleepers.set(slot, Rest::Asleep);
        let call = self.look_around(&mut sleepers);
        if !matches!(call, Call::Park) {
            sleepers.set(slot, Rest::Awake);
        }
        call
    }

    /// What is to be done if nobody can go on (I2).
    fn look_around(&self, sleepers: &mut Sleepers) -> Call {
        // ORDERING: Acquire; pairs with the AcqRel in the drop of `OutsideWork`: what it made ready
        // is found below.
        let is_held = self.quiet.word.load(Ordering::Acquire) >= ONE;
        // Locked until the jump is over: a visitor wakes under this lock.
        let visitors = self.visitors.lock();
        let is_anyone_awake = visitors.iter().any(|visitor| visitor.rest == Rest::Awake)
            || self.driven_slots().any(|slot| sleepers.slots[slot] == Rest::Awake);
        if is_anyone_awake || (self.any_work() && !mutant!("quiet.jump_without_look")) {
            return Call::Park;
        }
        let may_jump = !is_held || mutant!("quiet.jump_over_outside_work");
        if may_jump && sleepers.settlers.is_empty() {
            return if self.driver.jump() { Call::Turn } else { Call::Park };
        }
        if self.driver.is_due() {
            return Call::Turn;
        }
        if sleepers.settlers.is_empty() {
            return Call::Park;
        }
        sleepers.settled += 1;
        Call::Settle(mem::take(&mut sleepers.settlers))
    }

    /// The slots that a thread may drive now; those of an executor without threads are all driven
    /// in the name of the first.
    fn driven_slots(&self) -> impl Iterator<Item = usize> {
        let guests = if self.flavor.has_threads() { self.guests_in_use() } else { 0 };
        let workers = if self.flavor.has_threads() { self.workers } else { 1 };
        let in_use = move |guest: &usize| guests >> guest & 1 != 0;
        let guests = (0..self.slots.len() - self.workers).filter(in_use);
        (0..workers).chain(guests.map(|guest| self.workers + guest))
    }
}

impl WorkerContext {
    /// Counts this thread as asleep; true if it shall park now. Otherwise it has something to do,
    /// or has done it here.
    ///
    /// `is_ready` is asked under the lock, as in [`WorkerContext::wait_for_task`].
    pub(crate) fn fall_asleep(&self, is_ready: &dyn Fn() -> bool) -> Option<Wakening<'_>> {
        match self.shared.fall_asleep(self.slot, is_ready) {
            Call::Park => None,
            call => Some(Wakening { worker: self, call }),
        }
    }

    /// Parks, when [`fall_asleep`](WorkerContext::fall_asleep) has let it.
    pub(crate) fn park_asleep(&self, deadline: Option<std::time::Instant>) {
        self.slot().parker.park_until(deadline);
        self.shared.quiet.set(self.slot, Rest::Awake);
    }
}

/// What a thread found to do instead of parking.
#[must_use]
pub(crate) struct Wakening<'a> {
    worker: &'a WorkerContext,
    call: Call,
}

impl Wakening<'_> {
    /// Does it. The wakers may be anybody's, so the caller holds no lock and announces no sleep.
    pub(crate) fn answer(self) {
        let shared = &self.worker.shared;
        match self.call {
            Call::Park | Call::Stay => {}
            Call::Settle(settlers) => {
                settlers.into_iter().for_each(|waker| contain(|| waker.wake()));
            }
            // A crew turns its drivers itself, each as the member it belongs to.
            Call::Turn if shared.simulation.is_some() => {}
            Call::Turn => (0..shared.slots.len()).for_each(|slot| {
                shared.driver.turn(slot);
            }),
        }
    }
}
