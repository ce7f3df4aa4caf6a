//! The desk against a plain model of it: what waits, who is idle, who is on the way.

use std::collections::VecDeque;
use std::sync::Arc;

use proptest::prelude::*;
use rt_core::{Job, JobList, JoinHandle, Refusal, TaskSite};

use crate::limits::Limits;
use crate::thread::bed::Bed;
use crate::thread::desk::{Call, Comes, Desk, Expiry, Next};

#[derive(Clone, Copy, Debug)]
enum Operation {
    /// Somebody brings a job.
    Push,
    /// The job with this number, of those brought, is aborted.
    Abort(usize),
    /// A thread on its way, of so many, comes to the desk.
    Arrive(usize),
    /// A thread that works, of so many, comes again.
    Again(usize),
    /// The time of an idle thread, of so many, is over.
    Expire(usize),
    /// The system refuses a thread that is being started.
    Refuse(usize),
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        4 => Just(Operation::Push),
        1 => (0..8_usize).prop_map(Operation::Abort),
        4 => (0..8_usize).prop_map(Operation::Arrive),
        4 => (0..8_usize).prop_map(Operation::Again),
        2 => (0..8_usize).prop_map(Operation::Expire),
        1 => (0..8_usize).prop_map(Operation::Refuse),
    ]
}

/// What the threads and those who bring jobs know.
struct World {
    limits: Limits,
    desk: Desk,
    waiting: VecDeque<(TaskSite, JoinHandle<()>)>,
    started: Vec<Arc<Bed>>,
    called: Vec<Arc<Bed>>,
    working: Vec<Arc<Bed>>,
    idle: Vec<Arc<Bed>>,
    /// A thread was refused, and none has been planned since.
    is_short: bool,
}

impl World {
    fn new(threads_min: usize, threads_max: usize, queue_capacity: Option<usize>) -> World {
        let limits = Limits { threads_min, threads_max, queue_capacity, ..Limits::default() };
        World {
            limits,
            desk: Desk::default(),
            waiting: VecDeque::new(),
            started: Vec::new(),
            called: Vec::new(),
            working: Vec::new(),
            idle: Vec::new(),
            is_short: false,
        }
    }

    fn threads(&self) -> usize {
        self.started.len() + self.called.len() + self.working.len() + self.idle.len()
    }

    fn apply(&mut self, operation: Operation) {
        match operation {
            Operation::Push => self.push(),
            Operation::Abort(number) => {
                if let Some((_, handle)) = self.waiting.get(number) {
                    handle.abort();
                }
            }
            Operation::Arrive(number) => {
                let on_their_way = self.started.len() + self.called.len();
                if on_their_way == 0 {
                    return;
                }
                let number = number % on_their_way;
                let bed = match number.checked_sub(self.started.len()) {
                    None => self.started.remove(number),
                    Some(number) => self.called.remove(number),
                };
                self.come(bed, Comes::InFlight);
            }
            Operation::Again(number) => {
                if !self.working.is_empty() {
                    let bed = self.working.remove(number % self.working.len());
                    self.come(bed, Comes::Again);
                }
            }
            Operation::Expire(number) => self.expire(number),
            Operation::Refuse(number) => self.refuse(number),
        }
        self.check();
    }

    fn push(&mut self) {
        let mut ended = JobList::default();
        match self.desk.admit(&self.limits, &mut ended) {
            Ok(()) => {}
            Err(Refusal::QueueFull { capacity }) => {
                self.waiting.retain(|(_, handle)| !handle.is_finished());
                assert_eq!(self.waiting.len(), capacity);
                return;
            }
            Err(other) => panic!("{other}"),
        }
        if self.desk.is_deserted() {
            assert_eq!(self.threads(), 0);
            let call = self.desk.plan();
            self.answer(call);
        }
        let (job, handle) = Job::new(|| ());
        self.waiting.push_back((job.site(), handle));
        let call = self.desk.push(&self.limits, job);
        self.answer(call);
    }

    fn answer(&mut self, call: Call) {
        match call {
            Call::Nobody => {}
            Call::Wake(bed) => {
                let last = self.idle.pop().expect("an idle thread is called");
                assert!(Arc::ptr_eq(&bed, &last), "who lay down last is called first");
                self.called.push(bed);
            }
            Call::Start(bed) => {
                self.is_short = false;
                self.started.push(bed);
            }
        }
    }

    fn come(&mut self, bed: Arc<Bed>, comes: Comes) {
        let (next, call) = self.desk.next(&self.limits, &bed, comes);
        match next {
            Next::Job(job) => {
                // The oldest; one that was aborted may have been swept already.
                while self.waiting.front().is_some_and(|(site, _)| *site != job.site()) {
                    let (_, swept) = self.waiting.pop_front().unwrap();
                    assert!(swept.is_finished(), "a job was passed by");
                }
                let (_, handle) = self.waiting.pop_front().expect("a job that waits is taken");
                assert_eq!(job.run(), handle.outcome() == Some(rt_core::Outcome::Finished));
                self.working.push(bed);
            }
            Next::Sleep { alone, stays } => {
                assert!(self.waiting.iter().all(|(_, handle)| handle.is_finished()));
                self.waiting.clear();
                assert_eq!(alone, self.idle.is_empty());
                self.idle.push(bed);
                assert_eq!(stays, self.threads() <= self.limits.threads_min);
            }
            Next::Errand(_) | Next::Leave => unreachable!("nobody sent any"),
        }
        self.answer(call);
    }

    fn expire(&mut self, number: usize) {
        // One that was called, too: its time was over at the same moment.
        let candidates: Vec<_> = self.idle.iter().chain(&self.called).cloned().collect();
        if candidates.is_empty() {
            return;
        }
        let bed = candidates[number % candidates.len()].clone();
        let is_idle = self.idle.iter().any(|other| Arc::ptr_eq(other, &bed));
        let expected = match (is_idle, self.threads() <= self.limits.threads_min) {
            (false, _) => Expiry::Called,
            (true, true) => Expiry::Stay,
            (true, false) => Expiry::Leave,
        };
        assert_eq!(self.desk.expire(&self.limits, &bed), expected);
        if expected == Expiry::Leave {
            self.idle.retain(|other| !Arc::ptr_eq(other, &bed));
            self.desk.forget(&bed);
        }
    }

    fn refuse(&mut self, number: usize) {
        if self.started.is_empty() {
            return;
        }
        let bed = self.started.remove(number % self.started.len());
        self.is_short = true;
        let (deserted, call) = self.desk.unplan(&bed);
        if self.threads() == 0 {
            self.waiting.retain(|(_, handle)| !handle.is_finished());
            assert!(deserted.len() >= self.waiting.len(), "nobody would come for a job");
            drop(deserted);
            assert!(self.waiting.drain(..).all(|(_, handle)| handle.is_finished()));
        } else {
            assert!(deserted.is_empty());
            self.answer(call.map_or(Call::Nobody, Call::Wake));
        }
    }

    fn check(&mut self) {
        let mut ended = JobList::default();
        let counts = self.desk.count(&mut ended);
        self.waiting.retain(|(_, handle)| !handle.is_finished());
        assert_eq!(counts, (self.threads(), self.idle.len(), self.waiting.len()));
        assert!(self.threads() <= self.limits.threads_max);
        // I1.
        let is_seen_to = !self.started.is_empty() || !self.called.is_empty();
        let all_at_work =
            self.idle.is_empty() && (self.threads() == self.limits.threads_max || self.is_short);
        assert!(self.waiting.is_empty() || is_seen_to || all_at_work, "I1: a job is left alone");
    }
}

proptest! {
    #[test]
    fn a_desk_leaves_no_job_alone(
        threads_min in 0..3_usize,
        threads_max in 1..4_usize,
        queue_capacity in prop::option::of(0..6_usize),
        operations in prop::collection::vec(operation(), 0..100),
    ) {
        let mut world = World::new(threads_min.min(threads_max), threads_max, queue_capacity);
        for operation in operations {
            world.apply(operation);
        }
    }
}
