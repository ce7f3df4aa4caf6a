//! Threads that run jobs, are started when they are needed, and leave when they are not.
//!
//! # Protocol
//!
//! That of the desk (`thread/desk.rs`), which says who is to be called, and of the beds
//! (`thread/bed.rs`), in which they sleep. Calling, starting, and dropping jobs is done here, after
//! the lock.
//!
//! # Invariants
//!
//! - I1: whoever gets a `Call` from the desk answers it.
//! - I2: a bed is on the desk's list until its thread has nothing left to do but end.
//!
//! Models: `a_job_meets_the_shutdown` and the others in `tests/loom/desk.rs`.

pub(crate) mod bed;
pub(crate) mod clock;
pub(crate) mod desk;
mod run;

use std::fmt;
use std::io;
use std::time::Instant;

use rt_core::{Errand, Job, JobList, JobMetrics, Refusal, TaskSite};
use rt_primitive::park::Parker;
use rt_primitive::perturb;
use rt_primitive::sync::{Arc, Mutex};
use rt_primitive::thread::Builder;

use crate::limits::Limits;
use crate::thread::bed::Bed;
use crate::thread::desk::{Call, Desk};

/// Threads and the jobs that wait for them; a clone is the same ones.
#[derive(Clone)]
pub(crate) struct Threads {
    // [C]
    hall: Arc<Hall>,
}

/// What the threads share with those who bring jobs.
struct Hall {
    // [C]
    limits: Limits,
    // [L]
    desk: Mutex<Desk>,
    // [A] Where the thread sleeps that waits for the end of the others.
    gone: Parker,
}

impl Threads {
    /// No thread is started before it is needed.
    pub(crate) fn new(limits: Limits) -> Threads {
        let desk = Mutex::new(Desk::default());
        Threads { hall: Arc::new(Hall { limits, desk, gone: Parker::new() }) }
    }

    /// See [`JobThreads::push`](rt_core::JobThreads::push).
    pub(crate) fn push(&self, make: &mut dyn FnMut() -> Job) -> Result<(), Refusal> {
        let mut ended = JobList::default();
        let mut desk = self.hall.desk.lock();
        desk.admit(&self.hall.limits, &mut ended)?;
        while desk.is_deserted() {
            // Nobody may ever come for the job: it is not made before a thread is there.
            let call = desk.plan();
            drop(desk);
            self.answer(call).map_err(Refusal::NoThread)?;
            desk = self.hall.desk.lock();
            desk.admit(&self.hall.limits, &mut ended)?;
        }
        let call = desk.push(&self.hall.limits, make());
        drop(desk);
        // If a thread is refused, those that are there do the work.
        let _ = self.answer(call);
        Ok(())
    }

    /// See [`JobThreads::lend`](rt_core::JobThreads::lend).
    pub(crate) fn lend(&self, errand: Errand) -> Result<(), Errand> {
        let call = self.hall.desk.lock().push_errand(errand)?;
        match self.answer(call) {
            Ok(()) => Ok(()),
            Err(_) => self.hall.desk.lock().take_errand_back().map_or(Ok(()), Err),
        }
    }

    /// Calls or starts a thread (I1).
    fn answer(&self, call: Call) -> io::Result<()> {
        perturb!();
        match call {
            Call::Nobody => Ok(()),
            Call::Wake(bed) => {
                bed.call();
                Ok(())
            }
            Call::Start(bed) => self.start(bed),
        }
    }

    fn start(&self, bed: Arc<Bed>) -> io::Result<()> {
        let mut builder = Builder::new().name((self.hall.limits.thread_name)(bed.number));
        if let Some(bytes) = self.hall.limits.thread_stack_bytes {
            builder = builder.stack_size(bytes);
        }
        let (threads, own) = (self.clone(), bed.clone());
        match builder.spawn(move || threads.run(&own)) {
            Ok(thread) => {
                *bed.thread.lock() = Some(thread);
                Ok(())
            }
            Err(error) => {
                let (deserted, other) = self.hall.desk.lock().unplan(&bed);
                drop(deserted);
                other.iter().for_each(|bed| bed.call());
                Err(error)
            }
        }
    }

    /// Takes no more jobs; the threads leave when they have done those that wait.
    pub(crate) fn refuse(&self) {
        let idle = self.hall.desk.lock().refuse();
        perturb!();
        idle.iter().for_each(|bed| bed.call());
    }

    /// Takes no more jobs, ends those that wait, and calls the idle threads home; gives the number
    /// of those that it ended.
    pub(crate) fn close(&self) -> usize {
        let (idle, mut jobs) = {
            let mut desk = self.hall.desk.lock();
            (desk.refuse(), desk.take_jobs())
        };
        perturb!();
        idle.iter().for_each(|bed| bed.call());
        drop(jobs.take_ended());
        jobs.len()
    }

    /// Waits for the threads to end, which have been told to by `close`, but not past `deadline`;
    /// gives the jobs that threads are still inside, and lets those go. One thread at a time may
    /// wait.
    pub(crate) fn join_until(&self, deadline: Option<Instant>) -> Vec<TaskSite> {
        let mut ended = self.hall.desk.lock().beds.clone();
        let left = loop {
            let mut desk = self.hall.desk.lock();
            let mut left = desk.beds.clone();
            left.retain(|bed| !run::is_own(bed));
            let is_late = deadline.is_some_and(|deadline| Instant::now() >= deadline);
            if left.is_empty() || is_late {
                desk.beds.clear();
                break left;
            }
            drop(desk);
            self.hall.gone.park_until(deadline);
        };
        ended.retain(|bed| !run::is_own(bed) && !left.iter().any(|other| Arc::ptr_eq(other, bed)));
        for bed in ended {
            // It catches what jobs and hooks throw; an `Err` has been reported by the thread.
            let _ = bed.thread.lock().take().map(|thread| thread.join());
        }
        left.iter().filter_map(|bed| bed.note.read()).collect()
    }

    /// What there is, and what has been done.
    pub(crate) fn metrics(&self) -> JobMetrics {
        let mut ended = JobList::default();
        let mut desk = self.hall.desk.lock();
        let (threads, idle, queue_len) = desk.count(&mut ended);
        let jobs_ended = desk.beds.iter().map(|bed| bed.jobs_ended.get()).sum::<u64>();
        let mut metrics = JobMetrics::default();
        metrics.threads = threads;
        metrics.threads_idle = idle;
        metrics.queue_len = queue_len;
        metrics.threads_started = desk.started;
        metrics.jobs_ended = desk.ended_before + jobs_ended;
        metrics
    }
}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Threads")
            .field("limits", &self.hall.limits)
            .field("metrics", &self.metrics())
            .finish_non_exhaustive()
    }
}
