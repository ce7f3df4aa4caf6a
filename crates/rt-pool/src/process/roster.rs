//! Which worker process does which job: all decisions of a pool, without one system call.
//!
//! What happens is told to the roster, with the time; what is to be done about it comes out as
//! [`Move`]s. So each rule can be tested without a process. A lock around the roster makes the
//! order of events, and with it the one outcome of each job.
//!
//! # Invariants
//!
//! * I1: a job is in the queue, or in one slot, or settled; it is settled once.
//! * I2: a slot is busy with one job at most.
//! * I3: if a job waits, then a slot is busy or on its way to be free, or the next start has a
//!   time.

mod entry;
mod events;
mod restarts;
mod slot;
mod times;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

pub(crate) use entry::{Brief, Entry};
pub(crate) use events::Death;
pub(crate) use restarts::Restarts;
use slot::{Phase, Slot};

use super::stats::Counts;
use crate::job_error::{CancelledBy, JobError};

/// Tells the jobs of a pool apart; older ones are smaller. 0 is no job.
pub(crate) type JobId = u64;

/// What a pool may do.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) workers_max: usize,
    pub(crate) workers_min: usize,
    /// How long a worker may be idle.
    pub(crate) idle_for: Duration,
    /// Jobs that a worker does before it is replaced.
    pub(crate) jobs_max: Option<u64>,
    /// How old a worker gets before it is replaced.
    pub(crate) age_max: Option<Duration>,
    /// How long a start may take, with the initializer.
    pub(crate) start_within: Duration,
    /// Jobs that may wait.
    pub(crate) queue_max: usize,
    /// Processes that a job may kill before it is not tried again.
    pub(crate) kills_max: u32,
    /// How long a worker has to leave when it is told to.
    pub(crate) leave_within: Duration,
    /// How often the memory of busy workers is looked at, if it is limited.
    pub(crate) memory_look: Option<Duration>,
}

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Move<J> {
    /// Start a process for this slot.
    Start(usize),
    /// Hand this job to the process of this slot.
    Send(usize, J),
    /// Tell the process of this slot that the job is no longer wanted.
    Warn(usize, JobId),
    /// Tell the process of this slot that no job will come.
    Retire(usize),
    /// Kill the process of this slot, and its group.
    Kill(usize),
    /// Tell who waits for the job what became of it.
    Settle(J, JobError),
}

/// How far a pool is on its way to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Open,
    /// No new jobs; those that wait are done.
    Draining,
    /// Nothing goes on.
    Ended,
}

/// Start attempts in a row that may fail before those who wait are told.
const FAILED_STARTS_MAX: u32 = 3;

/// The workers and the jobs of one pool.
#[derive(Debug)]
pub(crate) struct Roster<J> {
    rules: Rules,
    slots: Vec<Slot<J>>,
    /// Jobs that wait, the oldest first. One that is tried again keeps its place.
    queue: BTreeMap<JobId, Entry<J>>,
    /// When those of them that do not wait for ever give up.
    queue_ends: BTreeSet<(Instant, JobId)>,
    restarts: Restarts,
    failed_starts: u32,
    standing: Standing,
    counts: Counts,
    /// When a pool that was closed ends whatever still runs.
    end_at: Option<Instant>,
    moves: Vec<Move<J>>,
}

impl<J: Clone> Roster<J> {
    pub(crate) fn new(rules: Rules, restarts: Restarts) -> Roster<J> {
        let slots = (0..rules.workers_max).map(|_| Slot::empty()).collect();
        Roster {
            rules,
            slots,
            queue: BTreeMap::new(),
            queue_ends: BTreeSet::new(),
            restarts,
            failed_starts: 0,
            standing: Standing::Open,
            counts: Counts::default(),
            end_at: None,
            moves: Vec::new(),
        }
    }

    /// What is to be done now, in this order.
    pub(crate) fn take_moves(&mut self) -> Vec<Move<J>> {
        std::mem::take(&mut self.moves)
    }

    pub(crate) fn counts(&self) -> &Counts {
        &self.counts
    }

    pub(crate) fn counts_mut(&mut self) -> &mut Counts {
        &mut self.counts
    }

    pub(crate) fn queue_len(&self) -> usize {
        self.queue.len()
    }

    /// Whether one more may wait beside `entering` others that are on their way.
    pub(crate) fn has_room_for(&self, entering: usize) -> bool {
        self.queue.len() + entering < self.rules.queue_max
    }

    /// How many slots are starting, idle and busy.
    pub(crate) fn census(&self) -> (usize, usize, usize) {
        let count = |is_so: fn(&Phase<J>) -> bool| {
            self.slots.iter().filter(|slot| is_so(&slot.phase)).count()
        };
        (
            count(|phase| matches!(phase, Phase::Starting { .. })),
            count(|phase| matches!(phase, Phase::Idle { .. })),
            count(|phase| matches!(phase, Phase::Busy(_))),
        )
    }

    /// True when nothing is left of the pool.
    pub(crate) fn is_over(&self) -> bool {
        let is_empty = |slot: &Slot<J>| matches!(slot.phase, Phase::Empty);
        self.standing != Standing::Open && self.queue.is_empty() && self.slots.iter().all(is_empty)
    }

    /// A job has come.
    pub(crate) fn submit(&mut self, mut entry: Entry<J>, now: Instant) {
        if self.standing != Standing::Open {
            self.settle(entry, JobError::Closed);
            return;
        }
        entry.begin_to_wait(now);
        self.queue_ends.extend(entry.queue_end.map(|end| (end, entry.id)));
        self.counts.submitted += 1;
        self.queue.insert(entry.id, entry);
        self.fill(now);
    }

    /// Takes a job back, wherever it is.
    pub(crate) fn cancel(&mut self, id: JobId, by: CancelledBy, now: Instant) {
        if let Some(entry) = self.take_queued(id) {
            self.counts.cancelled += 1;
            self.settle(entry, JobError::Cancelled { by });
            return;
        }
        if let Some(slot) = self.slots.iter().position(|slot| slot.runs(id)) {
            self.counts.cancelled += 1;
            self.give_up(slot, JobError::Cancelled { by }, now);
        }
    }

    /// Takes back all jobs that wait.
    pub(crate) fn cancel_queued(&mut self, by: CancelledBy) {
        self.queue_ends.clear();
        for entry in std::mem::take(&mut self.queue).into_values() {
            self.counts.cancelled += 1;
            self.settle(entry, JobError::Cancelled { by });
        }
    }

    /// No new jobs from now on, and none at all from `end_at` on.
    pub(crate) fn drain(&mut self, end_at: Option<Instant>, now: Instant) {
        if self.standing == Standing::Open {
            self.standing = Standing::Draining;
        }
        self.end_at = self.end_at.into_iter().chain(end_at).min();
        self.fill(now);
    }

    /// Ends everything.
    pub(crate) fn end(&mut self) {
        self.standing = Standing::Ended;
        self.cancel_queued(CancelledBy::Shutdown);
        for slot in 0..self.slots.len() {
            if let Phase::Busy(turn) = &mut self.slots[slot].phase {
                if let Some(job) = turn.settle() {
                    self.counts.cancelled += 1;
                    let by = CancelledBy::Shutdown;
                    self.moves.push(Move::Settle(job, JobError::Cancelled { by }));
                }
            }
            self.kill(slot);
        }
    }

    /// Gives jobs that wait to idle slots, and starts what more is needed.
    fn fill(&mut self, now: Instant) {
        while !self.queue.is_empty() {
            let Some(slot) = self.freshest_idle() else { break };
            let (id, entry) = self.queue.pop_first().expect("the queue is not empty");
            self.forget_queue_end(&entry);
            self.moves.push(Move::Send(slot, entry.job.clone()));
            debug_assert_eq!(id, entry.id);
            self.slots[slot].begin(entry, now);
        }
        self.start_more(now);
        if self.standing == Standing::Draining && self.queue.is_empty() {
            for slot in 0..self.slots.len() {
                if matches!(self.slots[slot].phase, Phase::Idle { .. }) {
                    self.retire(slot, now);
                }
            }
        }
    }

    /// The slot whose process was busy last: its caches are warm, and the others get old.
    fn freshest_idle(&self) -> Option<usize> {
        let idle = self.slots.iter().enumerate().filter_map(|(at, slot)| match slot.phase {
            Phase::Idle { since } => Some((since, at)),
            _ => None,
        });
        idle.max().map(|(_, at)| at)
    }

    fn start_more(&mut self, now: Instant) {
        let (starting, idle, busy) = self.census();
        let spare = match self.standing {
            Standing::Open => self.rules.workers_min.saturating_sub(starting + idle + busy),
            Standing::Draining | Standing::Ended => 0,
        };
        let mut wanted = self.queue.len().saturating_sub(starting).max(spare);
        for slot in 0..self.slots.len() {
            if wanted == 0 {
                break;
            }
            if matches!(self.slots[slot].phase, Phase::Empty) && self.restarts.allows(now) {
                wanted -= 1;
                self.counts.started += 1;
                self.slots[slot] = Slot::starting(now, self.rules.start_within);
                self.moves.push(Move::Start(slot));
            }
        }
    }

    /// What the queue no longer holds back.
    fn take_queued(&mut self, id: JobId) -> Option<Entry<J>> {
        let entry = self.queue.remove(&id)?;
        self.forget_queue_end(&entry);
        Some(entry)
    }

    fn forget_queue_end(&mut self, entry: &Entry<J>) {
        if let Some(end) = entry.queue_end {
            self.queue_ends.remove(&(end, entry.id));
        }
    }

    fn settle(&mut self, entry: Entry<J>, error: JobError) {
        self.moves.push(Move::Settle(entry.job, error));
    }

    /// Settles the job of a busy slot, and gives the process a while to notice.
    fn give_up(&mut self, slot: usize, error: JobError, now: Instant) {
        let Phase::Busy(turn) = &mut self.slots[slot].phase else { return };
        let Some(job) = turn.settle() else { return };
        self.moves.push(Move::Settle(job, error));
        if turn.entry.brief.grace.is_zero() {
            self.kill(slot);
            return;
        }
        turn.kill_at = Some(now + turn.entry.brief.grace);
        let id = turn.entry.id;
        self.moves.push(Move::Warn(slot, id));
    }

    fn retire(&mut self, slot: usize, now: Instant) {
        self.slots[slot].phase = Phase::Leaving { until: now + self.rules.leave_within };
        self.moves.push(Move::Retire(slot));
    }

    /// Kills the process of a slot, which stays taken until it is dead.
    fn kill(&mut self, slot: usize) {
        if !matches!(self.slots[slot].phase, Phase::Empty) {
            self.slots[slot].is_killed = true;
            self.moves.push(Move::Kill(slot));
        }
    }
}
