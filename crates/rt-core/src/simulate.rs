//! Runs every worker of a deterministic executor on one thread, a turn at a time.
//!
//! The thread inside `block_on` has the seats of all workers, and of a guest for its own future.
//! Each is the real worker with its real queues: what differs is who has the next turn, which
//! victim a search begins with, and that nobody sleeps while anybody can have a turn. A turn takes
//! a task in hand, or polls the one in hand: so another worker can come in between, as it can when
//! threads run side by side.
//!
//! Who has the turn is a choice (`simulate/choices.rs`). The options are ordered so that 0 is the
//! plain one: the future of the `block_on`, unless it had the last turn; the worker that had the
//! last turn, for a while; then the next worker that has something to do.
//!
//! # Protocol
//!
//! The seat of worker 0 stands for all: whoever takes it takes the others after it, and gives it
//! back last. A thread that finds it taken visits, as on a current-thread executor. The thread
//! sleeps as worker 0; the others never announce a sleep.
//!
//! # Invariants
//!
//! - I1: a crew is whole, unless the executor is closed: then the closer may have seats.
//! - I2: a task in hand is owned by the crew, as one that a worker took from a queue.
//! - I3: what a turn does, and which turns there are to choose from, follows from the turns before
//!   it alone; but for what other threads queue, and for when the driver finds something due.
//!
//! Models: `a_visitor_takes_a_whole_crew_over`,
//! `a_crew_that_goes_to_sleep_finds_what_others_spawn`.

pub(crate) mod choices;
pub(crate) mod schedule;
pub(crate) mod story;

use std::cell::Cell;
use std::time::Instant;

use rt_primitive::mutant;
use rt_primitive::sync::Arc;

use crate::block_on::root::Root;
use crate::block_on::visit::wake_visitor;
use crate::block_on::{leave_slot, take_guest_slot};
use crate::config::{DRIVERS_TICK, STAY_TURNS_MAX};
use crate::queue::Chain;
use crate::shared::ExecutorShared;
use crate::shutdown;
use crate::simulate::schedule::Simulation;
use crate::simulate::story::{Action, Origin};
use crate::task::header::TaskPtr;
use crate::worker::WorkerContext;

/// All workers of a deterministic executor, and the guest for the future of the `block_on`.
pub(crate) struct Crew {
    shared: Arc<ExecutorShared>,
    /// The workers by number, then the guest.
    members: Vec<Member>,
    /// Who had the last turn.
    current: Cell<usize>,
    /// How many turns in a row that one has had.
    stayed: Cell<u32>,
    /// The last turn was the root's.
    was_root: Cell<bool>,
    /// Turns so far.
    turns: Cell<u32>,
}

/// A worker without a thread of its own.
struct Member {
    worker: WorkerContext,
    /// What it took and has not polled yet (I2), with the number that the story gives it.
    hand: Cell<Option<(TaskPtr, u64)>>,
}

/// Who may have the next turn.
#[derive(Clone, Copy)]
enum Candidate {
    Root,
    Member(usize),
}

impl Crew {
    /// Takes all seats; `None` if another thread has them, or the executor has stopped.
    pub(crate) fn take(shared: &Arc<ExecutorShared>) -> Option<Crew> {
        let first = WorkerContext::take_seat(shared, 0)?;
        let others = (1..shared.workers).filter_map(|slot| WorkerContext::take_seat(shared, slot));
        let mut members: Vec<Member> = [first].into_iter().chain(others).map(Member::new).collect();
        let is_whole = members.len() == shared.workers || shared.is_closed();
        assert!(is_whole, "I1: {} seats of {}", members.len(), shared.workers);
        let guest = take_guest_slot(shared, 0);
        members.push(Member::new(guest.expect("I1: the guest's seat is the crew's")));
        let current = Cell::new(members.len() - 1);
        Some(Crew {
            shared: shared.clone(),
            members,
            current,
            stayed: Cell::new(0),
            was_root: Cell::new(false),
            turns: Cell::new(0),
        })
    }

    /// Runs the root task, and whatever else the choices want, until the root task ends.
    pub(crate) fn drive(&self, root: &Root) {
        while !root.is_complete() {
            self.turns.set(self.turns.get().wrapping_add(1));
            if self.turns.get() % DRIVERS_TICK == 0 {
                self.turn_drivers();
            }
            if !self.is_anyone_able(root) {
                self.wait(root);
                continue;
            }
            let candidates = self.candidates(root);
            match candidates[self.simulation().choose(candidates.len())] {
                Candidate::Root => self.poll_root(root),
                Candidate::Member(number) => self.step(number),
            }
        }
    }

    /// Puts back what is in hand, and gives up the seats: that of worker 0 last (I1).
    pub(crate) fn leave(mut self) {
        self.members.iter().for_each(Member::put_back);
        let shared = self.shared.clone();
        if mutant!("crew.first_seat_first") {
            self.members.reverse();
        }
        while let Some(Member { worker, .. }) = self.members.pop() {
            if worker.is_guest() {
                leave_slot(worker);
            } else {
                shutdown::return_seat(worker);
            }
        }
        wake_visitor(&shared);
    }

    fn simulation(&self) -> &Simulation {
        self.shared.simulation.as_ref().expect("only a deterministic executor has a crew")
    }

    fn guest(&self) -> &Member {
        self.members.last().expect("I1: the guest is the last")
    }

    /// Who could have a turn now, the plain one first.
    fn candidates(&self, root: &Root) -> Vec<Candidate> {
        let has_more = self.shared.any_work();
        let is_able = |&number: &usize| self.members[number].is_able(has_more);
        let mut able: Vec<usize> = (0..self.members.len()).filter(is_able).collect();
        if let Some(plain) = self.plain_place(&able) {
            able[..=plain].rotate_right(1);
        }
        let mut candidates: Vec<Candidate> = able.into_iter().map(Candidate::Member).collect();
        if root.is_ready() {
            let place = if self.was_root.get() { candidates.len() } else { 0 };
            candidates.insert(place, Candidate::Root);
        }
        candidates
    }

    /// Whether anybody could have a turn now.
    fn is_anyone_able(&self, root: &Root) -> bool {
        let has_more = self.shared.any_work();
        root.is_ready() || self.members.iter().any(|member| member.is_able(has_more))
    }

    /// Which of these members the plain choice is: who had the last turn, for a while, or else the
    /// next in line.
    fn plain_place(&self, able: &[usize]) -> Option<usize> {
        let current = self.current.get();
        let first = if self.stayed.get() < STAY_TURNS_MAX { current } else { current + 1 };
        let wrapped = if able.is_empty() { None } else { Some(0) };
        able.iter().position(|&number| number >= first).or(wrapped)
    }

    fn poll_root(&self, root: &Root) {
        self.was_root.set(true);
        let worker = &self.guest().worker;
        let _seated = worker.sit();
        self.simulation().record(worker.slot, Action::PollRoot);
        worker.run_root(root.task());
    }

    /// One turn of a member.
    fn step(&self, number: usize) {
        self.was_root.set(false);
        let stayed = if self.current.get() == number { self.stayed.get() } else { 0 };
        self.stayed.set(stayed.saturating_add(1));
        self.current.set(number);
        let member = &self.members[number];
        let worker = &member.worker;
        let _seated = worker.sit();
        match member.hand.take() {
            Some((task, _)) if self.shared.is_closed() => self.shared.abort(task),
            Some((task, number)) => {
                self.simulation().record(worker.slot, Action::Poll { task: number });
                worker.run(task);
            }
            None => {
                if let Some((task, origin)) = self.take_one(worker) {
                    let number = self.simulation().record_take(worker.slot, task, origin);
                    member.hand.set(Some((task, number)));
                }
            }
        }
    }

    /// The next task of a worker, and where it was.
    fn take_one(&self, worker: &WorkerContext) -> Option<(TaskPtr, Origin)> {
        let tallies = worker.tallies();
        let read = || (tallies.next_hits.get(), tallies.injector_takes.get(), tallies.steals.get());
        let before = read();
        let task = worker.find_task()?;
        let after = read();
        let origin = if after.0 > before.0 {
            Origin::Next
        } else if after.1 > before.1 {
            Origin::Injector
        } else if after.2 > before.2 {
            Origin::Victim(self.simulation().victim())
        } else {
            Origin::Deque
        };
        Some((task, origin))
    }

    /// Nobody can have a turn: fires what is due, or sleeps until the first deadline.
    fn wait(&self, root: &Root) {
        if self.shared.is_closed() && self.abort_tasks() {
            return;
        }
        let deadline = self.turn_drivers();
        if !self.is_anyone_able(root) {
            self.members[0].worker.sleep_for_all(deadline, &|| root.is_ready());
        }
    }

    /// Ends the tasks of all members, since the executor is closed; false if that was done already.
    fn abort_tasks(&self) -> bool {
        let abort = |Member { worker, .. }: &Member| {
            let _seated = worker.sit();
            shutdown::abort_inside(worker)
        };
        self.members.iter().filter(|member| abort(member)).count() > 0
    }

    /// Fires what is due for each member, as that member; returns the first deadline of all.
    fn turn_drivers(&self) -> Option<Instant> {
        let turn = |Member { worker, .. }: &Member| {
            let _seated = worker.sit();
            self.shared.driver.turn(worker.slot)
        };
        self.members.iter().filter_map(turn).min()
    }
}

impl Member {
    fn new(worker: WorkerContext) -> Member {
        Member { worker, hand: Cell::new(None) }
    }

    /// Whether a turn would get it anywhere; `has_more` says whether thieves could find a task.
    fn is_able(&self, has_more: bool) -> bool {
        let may_look_around = has_more && !self.worker.is_guest();
        self.hand.get().is_some() || self.worker.has_queued() || may_look_around
    }

    /// Puts down what it has in hand: the thread is about to leave.
    fn put_back(&self) {
        let worker = &self.worker;
        let _seated = worker.sit();
        worker.end_search();
        match self.hand.take() {
            Some((task, _)) if worker.shared.is_closed() => worker.shared.abort(task),
            Some((task, _)) => worker.shared.inject(Chain::one(task)),
            None => {}
        }
        if worker.is_guest() && !worker.shared.is_closed() {
            worker.hand_residue_over();
        }
    }
}
