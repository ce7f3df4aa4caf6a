//! What the threads of a pool and those who bring jobs agree on, under one lock.
//!
//! # Protocol
//!
//! Jobs wait in one queue. Whoever finds that a thread is needed takes one off the list of the
//! idle, the one that lay down last, or plans a new one, and then calls or starts it without the
//! lock. One such thread is *in flight* at a time: until it has come to the desk no other is
//! called, and when it comes and finds more to do it sees to the next. So a burst of small jobs
//! wakes few threads, and a burst of long ones gets all there may be, one after the other.
//!
//! # Invariants
//!
//! - I1: while a job waits, a thread is in flight; or none is idle and there are as many as there
//!   may be, or as the system gives. Each of those looks at the queue before it lies down.
//! - I2: `threads` counts the threads that will come to the desk once more before they leave.
//! - I3: what lies on the list of the idle lies there once, and is called when it is taken off.
//! - I4: no code of users runs under the lock.
//!
//! Models: `a_thread_that_leaves_leaves_no_job` and the others in `tests/loom/desk.rs`.
//! Proptest: `tests/prop/desk.rs`.

use std::collections::VecDeque;

use rt_core::{Errand, Job, JobList, Refusal};
use rt_primitive::mutant;
use rt_primitive::sync::Arc;

use crate::limits::Limits;
use crate::thread::bed::Bed;

/// Jobs that wait before those are looked for that were ended meanwhile.
const SWEEP_MIN: usize = 64;

/// What is under the lock.
#[derive(Default)]
pub(crate) struct Desk {
    /// Jobs that wait for a thread.
    jobs: JobList,
    /// Errands that do; they go first.
    errands: VecDeque<Errand>,
    /// Threads with nothing to do, who lay down last on top (I3).
    idle: Vec<Arc<Bed>>,
    /// Threads that take jobs (I2).
    threads: usize,
    /// A thread was called or is being started, and has not come yet.
    in_flight: bool,
    /// No more jobs are taken.
    pub(crate) closed: bool,
    /// As many jobs as make the next sweep worth its while.
    sweep_at: usize,
    /// All threads that have not ended, those included that are about to.
    pub(crate) beds: Vec<Arc<Bed>>,
    /// Threads planned so far.
    pub(crate) started: u64,
    /// Jobs ended by threads that have left.
    pub(crate) ended_before: u64,
}

/// Which thread is to be called or started, by who has left the lock.
#[derive(Debug)]
#[must_use = "a thread that is not called holds up the jobs"]
pub(crate) enum Call {
    Nobody,
    Wake(Arc<Bed>),
    Start(Arc<Bed>),
}

/// What a thread does next.
pub(crate) enum Next {
    Job(Job),
    Errand(Errand),
    /// Lie down: it is on the list of the idle, alone or not, to stay for good or not.
    Sleep {
        alone: bool,
        stays: bool,
    },
    /// Leave: it is not counted any more.
    Leave,
}

/// Why a thread comes to the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comes {
    /// It was called or started.
    InFlight,
    /// It has done what it got here.
    Again,
}

impl Desk {
    /// Whether a job would be taken now; the list holds jobs to be dropped without the lock.
    pub(crate) fn admit(&mut self, limits: &Limits, ended: &mut JobList) -> Result<(), Refusal> {
        if self.closed {
            return Err(Refusal::Closed);
        }
        let capacity = limits.queue_capacity.unwrap_or(usize::MAX);
        if self.jobs.len() >= capacity.min(self.sweep_at.max(SWEEP_MIN)) {
            *ended = self.jobs.take_ended();
            self.sweep_at = self.jobs.len() * 2;
        }
        if self.jobs.len() < capacity { Ok(()) } else { Err(Refusal::QueueFull { capacity }) }
    }

    /// True if nobody would come for a job.
    pub(crate) fn is_deserted(&self) -> bool {
        self.threads == 0
    }

    /// Queues a job that was admitted.
    pub(crate) fn push(&mut self, limits: &Limits, job: Job) -> Call {
        self.jobs.push(job);
        self.call_for_jobs(limits)
    }

    /// Queues an errand, for which a thread is called whatever the limits say; gives it back once
    /// the desk is closed.
    pub(crate) fn push_errand(&mut self, errand: Errand) -> Result<Call, Errand> {
        if self.closed {
            return Err(errand);
        }
        self.errands.push_back(errand);
        Ok(match self.idle.pop() {
            Some(bed) => Call::Wake(bed),
            None => self.plan(),
        })
    }

    /// Takes an errand back for which no thread could be started; another may have it already.
    pub(crate) fn take_errand_back(&mut self) -> Option<Errand> {
        self.errands.pop_back()
    }

    /// A thread comes to the desk; it may have to call another as well.
    pub(crate) fn next(&mut self, limits: &Limits, bed: &Arc<Bed>, comes: Comes) -> (Next, Call) {
        if comes == Comes::InFlight {
            self.in_flight = mutant!("desk.stays_in_flight");
        }
        let next = if let Some(errand) = self.errands.pop_front() {
            Next::Errand(errand)
        } else if let Some(job) = self.jobs.pop() {
            Next::Job(job)
        } else if self.closed {
            self.threads -= 1;
            Next::Leave
        } else {
            let alone = self.idle.is_empty();
            self.idle.push(bed.clone());
            Next::Sleep { alone, stays: self.threads <= limits.threads_min }
        };
        let call = if mutant!("desk.no_chain") { Call::Nobody } else { self.call_for_jobs(limits) };
        (next, call)
    }

    /// The time of an idle thread is over: true if it leaves, false if it was called meanwhile.
    pub(crate) fn expire(&mut self, limits: &Limits, bed: &Arc<Bed>) -> Expiry {
        let place = self.idle.iter().position(|other| Arc::ptr_eq(other, bed));
        let Some(place) = place else {
            return if mutant!("desk.leaves_when_called") { Expiry::Leave } else { Expiry::Called };
        };
        if self.threads <= limits.threads_min {
            return Expiry::Stay;
        }
        self.idle.remove(place);
        self.threads -= 1;
        Expiry::Leave
    }

    /// Plans a thread, to be started without the lock.
    pub(crate) fn plan(&mut self) -> Call {
        self.threads += 1;
        self.started += 1;
        self.in_flight = true;
        let bed = Arc::new(Bed::new(self.started));
        self.beds.push(bed.clone());
        Call::Start(bed)
    }

    /// The planned thread was refused: gives the jobs that nobody will come for, or the idle thread
    /// to call for those that relied on this one.
    pub(crate) fn unplan(&mut self, bed: &Arc<Bed>) -> (JobList, Option<Arc<Bed>>) {
        self.threads -= usize::from(!mutant!("desk.refused_stays_counted"));
        self.started -= 1;
        self.in_flight = false;
        self.forget(bed);
        if self.is_deserted() {
            return (std::mem::take(&mut self.jobs), None);
        }
        let is_needed = !self.jobs.is_empty();
        let call = if is_needed { self.idle.pop() } else { None };
        self.in_flight = call.is_some();
        (JobList::default(), call)
    }

    /// A thread has come to its end, or was never started.
    pub(crate) fn forget(&mut self, bed: &Arc<Bed>) {
        self.beds.retain(|other| !Arc::ptr_eq(other, bed));
        self.ended_before += bed.jobs_ended.get();
    }

    /// Takes no more jobs: gives the threads to call, which leave when no job waits any more.
    pub(crate) fn refuse(&mut self) -> Vec<Arc<Bed>> {
        self.closed = !mutant!("desk.closes_later");
        let idle = mutant!("desk.close_calls_nobody", &mut self.idle => &mut Vec::new());
        std::mem::take(idle)
    }

    /// Gives the jobs that wait, of which there will be no more.
    pub(crate) fn take_jobs(&mut self) -> JobList {
        std::mem::take(&mut self.jobs)
    }

    /// How many threads there are, how many of them idle, and how many jobs wait.
    pub(crate) fn count(&mut self, ended: &mut JobList) -> (usize, usize, usize) {
        *ended = self.jobs.take_ended();
        (self.threads, self.idle.len(), self.jobs.len())
    }

    /// Makes I1 true.
    fn call_for_jobs(&mut self, limits: &Limits) -> Call {
        if self.jobs.is_empty() || self.in_flight {
            return Call::Nobody;
        }
        if let Some(bed) = self.idle.pop() {
            self.in_flight = true;
            return Call::Wake(bed);
        }
        if self.threads < limits.threads_max { self.plan() } else { Call::Nobody }
    }
}

/// What an idle thread does when its time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expiry {
    /// It leaves; it is not counted any more.
    Leave,
    /// It stays, for good.
    Stay,
    /// It was called, and comes to the desk.
    Called,
}
