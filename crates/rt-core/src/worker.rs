//! A thread that drives a slot: takes a task, polls it, and sees to the pushes it made.
//!
//! # Invariants
//!
//! - I1: one thread at a time has a slot's seat, and so its deque, its heap and its parker.
//! - I2: a guest keeps nothing where workers cannot take it: user code may block its thread.
//! - I3: after a poll that pushed, the definitive look at the sleepers is made before the next one.

pub(crate) mod away;
mod chair;
mod idle;
mod lookout;
pub(crate) mod memory;
mod pace;
mod search;
mod seated;
mod spawn;
mod take;

use std::cell::Cell;

use rt_primitive::mutant;
use rt_primitive::sync::Arc;

use crate::cancel::request;
use crate::config::NAP_NS;
use crate::context;
use crate::context::entered::EnteredGuard;
use crate::metrics::tallies::SlotTallies;
use crate::queue::Chain;
use crate::shared::{ExecutorShared, Seat, Slot};
use crate::task::header::{Polled, TaskPtr};
use crate::task::state::PollEnd;
use crate::worker::chair::Chair;
use crate::worker::lookout::Lookout;

/// The thread that drives a worker or guest slot.
pub(crate) struct WorkerContext {
    // [C]
    pub(crate) shared: Arc<ExecutorShared>,
    // [C]
    pub(crate) slot: usize,
    // [O] What it drives the slot with.
    chair: Chair,
    // [C] The thread is the worker's own, or one inside `block_on`.
    is_home: bool,
    // [O] Keeps the thread inside the runtime while it has no seat.
    inside: Cell<Option<EnteredGuard>>,
    // [O] The current poll pushed to the deque (I3).
    pushed: Cell<bool>,
    // [O] This worker has the search.
    pub(crate) searching: Cell<bool>,
    // [O] Turns to the next look at the injector.
    lookout: Lookout,
    // [O] Turns in a row that went to the next slot.
    next_turns: Cell<u32>,
    // [O] The executor is closed, and the tasks of this slot have been ended.
    has_aborted: Cell<bool>,
    // [O] Where the next search begins.
    random: Cell<u32>,
    // [O] Searches in a row that spun for nothing.
    fruitless_spins: Cell<u32>,
    // [O] How long the next nap is.
    nap_ns: Cell<u64>,
    // [O] Polls that each worker had made when this one began to spin.
    polls_seen: Box<[Cell<u64>]>,
}

impl WorkerContext {
    /// Takes the seat of a slot; `None` if another thread has it, or the slot has been stopped.
    ///
    /// The calling thread finds the context once it [`sits`](WorkerContext::sit).
    pub(crate) fn take_seat(shared: &Arc<ExecutorShared>, slot: usize) -> Option<WorkerContext> {
        let seat = shared.slots[slot].seat.lock().take()?;
        if slot < shared.workers {
            shared.slots[slot].tallies.busy.wake(shared.age());
        }
        Some(WorkerContext {
            shared: shared.clone(),
            slot,
            chair: Chair::new(seat),
            is_home: true,
            inside: Cell::new(None),
            pushed: Cell::new(false),
            searching: Cell::new(false),
            lookout: Lookout::new(),
            next_turns: Cell::new(0),
            has_aborted: Cell::new(false),
            random: Cell::new(0x9E37_79B9 ^ (slot as u32 + 1)),
            fruitless_spins: Cell::new(0),
            nap_ns: Cell::new(NAP_NS.0),
            polls_seen: (0..shared.workers).map(|_| Cell::new(0)).collect(),
        })
    }

    /// What the next thread to drive the slot needs.
    pub(crate) fn into_seat(self) -> Seat {
        self.leave_chair()
    }

    /// False while, or after, its task blocks the thread in place.
    #[inline]
    pub(crate) fn has_seat(&self) -> bool {
        self.chair.is_taken()
    }

    /// The run loop of a worker thread.
    pub(crate) fn run_until_closed(&self) {
        self.run_while(|| true);
    }

    /// Runs tasks as long as this is so; who ends it unparks this thread.
    fn run_while(&self, is_on: impl Fn() -> bool) {
        while self.has_seat() && !self.shared.is_closed() && is_on() {
            let Some(task) = self.next_task().or_else(|| self.wait_for_task(&|| !is_on())) else {
                continue;
            };
            self.run(task);
        }
    }

    /// Polls a task that this thread took from a queue.
    #[inline]
    pub(crate) fn run(&self, task: TaskPtr) {
        self.end_search();
        let tallies = self.tallies();
        tallies.polls.add(1);
        tallies.enter(task);
        let (polled, yielded) = self.shared.hooks.poll(self.slot, task);
        if !self.has_seat() {
            return self.end_poll_away(task, polled, yielded);
        }
        match polled {
            Polled::Done => tallies.finished.add(1),
            Polled::Pending => self.end_poll(task, yielded),
            Polled::Asked => self.end_asked(task),
        }
        self.look_after_pushes();
    }

    /// Ends a poll that returned Pending.
    #[inline]
    fn end_poll(&self, task: TaskPtr, yielded: bool) {
        let now = task.state().load();
        if now.is_asked() && request::is_to_be_dropped(task) {
            return self.end_asked(task);
        }
        if yielded {
            if now.is_fresh() {
                task.state().first_poll_yielded();
            }
            return self.requeue(task);
        }
        match task.state().poll_pending() {
            PollEnd::Idle => {}
            PollEnd::Requeue => self.requeue(task),
            PollEnd::Cancel => self.end_asked(task),
        }
    }

    /// Ends a task that was asked to: by its handle, or by the shutdown.
    #[cold]
    fn end_asked(&self, task: TaskPtr) {
        if self.shared.is_closed() {
            return self.shared.abort(task);
        }
        task.cancel();
        self.tallies().finished.add(1);
    }

    /// Polls the task of a `block_on`, which is never queued: who wakes it wakes this thread.
    pub(crate) fn run_root(&self, root: TaskPtr) {
        self.end_search();
        self.tallies().polls.add(1);
        let (polled, yielded) = context::poll_as_current(root);
        if polled == Polled::Pending && !yielded {
            root.state().poll_pending();
        }
        self.look_after_pushes();
    }

    /// The definitive look at the sleepers, once for all the pushes of a poll (I3).
    #[inline]
    pub(crate) fn look_after_pushes(&self) {
        if self.pushed.replace(false) && !self.queue().is_empty() {
            self.shared.wake_one();
        }
    }

    /// Queues a task that this thread made ready: a worker runs the first of a poll next.
    #[inline]
    pub(crate) fn push(&self, task: TaskPtr) {
        if self.is_guest() {
            return self.push_back(task);
        }
        if let Err(task) = self.slot().next.put(task) {
            self.push_back(task);
        }
    }

    /// Queues a task behind those in the deque.
    #[inline]
    fn push_back(&self, task: TaskPtr) {
        self.queue().push(task, |half| self.overflow(half));
        if self.is_guest() {
            // I2: no poll end may come for long, so this is the definitive look.
            self.shared.wake_one_from_outside();
            return;
        }
        self.pushed.set(true);
        if self.shared.idle.should_wake() {
            self.shared.wake_one();
        }
    }

    /// Queues the task that was just polled behind those in the deque.
    ///
    /// Nobody is to be woken for it: what else is in the deque has been looked after when it was
    /// pushed, and if nothing is, this worker takes the task right away. Only if it has another to
    /// run first is there one task more for a sleeper.
    #[inline]
    fn requeue(&self, task: TaskPtr) {
        if self.is_guest() {
            return self.push_back(task);
        }
        self.queue().push(task, |half| self.overflow(half));
        if !self.slot().next.is_empty() {
            self.pushed.set(true);
        }
    }

    #[cold]
    fn overflow(&self, half: Chain<TaskPtr>) {
        self.tallies().overflows.add(1);
        self.shared.inject(half);
    }

    /// Hands what is queued here to the workers; the thread is about to leave the slot.
    pub(crate) fn hand_residue_over(&self) {
        let newest = self.slot().next.take().map(Chain::one);
        let older = self.queue().pop_chain(usize::MAX);
        [older, newest].into_iter().flatten().for_each(|tasks| self.shared.inject(tasks));
    }

    /// Gives the search up, if this thread has it; it is about to leave the slot.
    #[inline]
    pub(crate) fn end_search(&self) {
        if self.searching.get() {
            self.leave_search();
        }
    }

    /// Ends all tasks of this slot, once the executor is closed: those queued here, and those in
    /// the heap, of which there will be no more. False if that was done already.
    pub(crate) fn abort_own_tasks(&self) -> bool {
        if self.has_aborted.replace(true) {
            return false;
        }
        self.abort_queued();
        if !mutant!("shutdown.skip_walk") {
            self.shared.abort_all_of(&self.slot().heap);
        }
        self.abort_queued();
        true
    }

    /// Ends the tasks queued here, and those they wake; the executor is closed.
    pub(crate) fn abort_queued(&self) {
        while let Some(task) = self.slot().next.take().or_else(|| self.queue().pop()) {
            self.shared.abort(task);
        }
    }

    /// True when a task waits in this thread's own queues.
    pub(crate) fn has_queued(&self) -> bool {
        !self.slot().next.is_empty() || !self.queue().is_empty()
    }

    #[inline]
    pub(crate) fn is_guest(&self) -> bool {
        self.slot >= self.shared.workers
    }

    #[inline]
    pub(crate) fn slot(&self) -> &Slot {
        &self.shared.slots[self.slot]
    }

    #[inline]
    pub(crate) fn tallies(&self) -> &SlotTallies {
        &self.slot().tallies
    }

    #[inline]
    pub(crate) fn queue(&self) -> &crate::queue::local::LocalQueue<TaskPtr> {
        &self.seat().queue
    }

    #[inline]
    fn seat(&self) -> &Seat {
        self.chair.seat()
    }
}
