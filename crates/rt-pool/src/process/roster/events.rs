//! What happens to worker processes, and what that means for their jobs.

use std::time::Instant;

use rt_primitive::mutant;

use super::{FAILED_STARTS_MAX, JobId, Move, Phase, Roster, Slot, Standing};
use crate::job_error::JobError;
use crate::job_error::crash::{Attempt, Crash};

/// Processes that may die just before they begin with a job, until that is called a failure.
const MISSED_MAX: u32 = 8;

/// A process that is dead.
#[derive(Debug)]
pub(crate) struct Death {
    /// The job that it had begun with, or 0.
    pub(crate) job: JobId,
    /// What it died of; `ran_for` and `attempts` are the roster's to know.
    pub(crate) crash: Crash,
    /// What its job is told instead, if the death has a more precise name.
    pub(crate) verdict: Option<JobError>,
    /// Why it did not begin, if it said so.
    pub(crate) start_error: Option<String>,
}

impl<J: Clone> Roster<J> {
    /// A process waits for its first job.
    pub(crate) fn ready(&mut self, slot: usize, now: Instant) {
        if !matches!(self.slots[slot].phase, Phase::Starting { .. }) {
            return self.violated(slot, "it was ready twice".to_owned());
        }
        if self.slots[slot].is_killed {
            return;
        }
        self.failed_starts = 0;
        self.slots[slot].phase = Phase::Idle { since: now };
        self.fill(now);
    }

    /// A process could not be started, or its initializer failed.
    pub(crate) fn start_failed(&mut self, slot: usize, why: String, now: Instant) {
        self.slots[slot] = Slot::empty();
        self.failed_starts += 1;
        self.counts.failed_starts += 1;
        self.restarts.note(now);
        if self.failed_starts >= FAILED_STARTS_MAX {
            let error = JobError::Broken { attempts: self.failed_starts, last: why };
            self.failed_starts = 0;
            self.queue_ends.clear();
            for entry in std::mem::take(&mut self.queue).into_values() {
                self.settle(entry, error.clone());
            }
        }
        self.fill(now);
    }

    /// A process has sent what became of a job. The job comes out, unless nobody waits for it.
    pub(crate) fn done(&mut self, slot: usize, id: JobId, now: Instant) -> Option<J> {
        let Phase::Busy(turn) = &mut self.slots[slot].phase else {
            self.violated(slot, format!("it has a result of job {id} and had no job"));
            return None;
        };
        if turn.entry.id != id {
            let expected = turn.entry.id;
            self.violated(slot, format!("it has a result of job {id}, expected job {expected}"));
            return None;
        }
        let job = turn.settle();
        self.counts.busy_nanos += now.duration_since(turn.since).as_nanos() as u64;
        self.slots[slot].jobs_done += 1;
        self.slots[slot].phase = Phase::Idle { since: now };
        if self.is_due_to_leave(slot, now) {
            self.retire(slot, now);
        }
        self.fill(now);
        job
    }

    fn is_due_to_leave(&self, slot: usize, now: Instant) -> bool {
        let slot = &self.slots[slot];
        let is_old = self.rules.age_max.is_some_and(|age| now.duration_since(slot.born) >= age);
        let is_worn = self.rules.jobs_max.is_some_and(|jobs| slot.jobs_done >= jobs);
        is_old || is_worn || slot.is_spent || slot.is_killed || self.standing == Standing::Ended
    }

    /// The process of a slot takes no job after this one.
    pub(crate) fn spend(&mut self, slot: usize) {
        self.slots[slot].is_spent = true;
    }

    /// A process has sent what it must not send.
    pub(crate) fn violated(&mut self, slot: usize, why: String) {
        self.counts.violations += 1;
        self.condemn(slot, JobError::Protocol(why));
    }

    /// Kills a process at once, and tells its job why.
    pub(crate) fn condemn(&mut self, slot: usize, error: JobError) {
        if let Phase::Busy(turn) = &mut self.slots[slot].phase {
            if let Some(job) = turn.settle() {
                self.moves.push(Move::Settle(job, error));
            }
        }
        self.kill(slot);
    }

    /// A process is dead.
    pub(crate) fn died(&mut self, slot: usize, death: Death, now: Instant) {
        let dead = std::mem::replace(&mut self.slots[slot], Slot::empty());
        let is_wanted = dead.is_killed || matches!(dead.phase, Phase::Leaving { .. });
        self.counts.exited += 1;
        if !is_wanted {
            self.restarts.note(now);
        }
        match dead.phase {
            Phase::Empty | Phase::Idle { .. } | Phase::Leaving { .. } => {}
            Phase::Starting { .. } => {
                if self.standing == Standing::Ended {
                    return;
                }
                let why = self.why_not_begun(&death, dead.is_killed);
                return self.start_failed(slot, why, now);
            }
            Phase::Busy(turn) if turn.is_settled() => {}
            Phase::Busy(turn) => {
                self.counts.crashed += 1;
                let ran_for = now.duration_since(turn.since);
                self.bury(turn.entry, Crash { ran_for, ..death.crash }, death.job, death.verdict);
            }
        }
        self.fill(now);
    }

    fn why_not_begun(&self, death: &Death, is_killed: bool) -> String {
        if let Some(why) = &death.start_error {
            return why.clone();
        }
        let Crash { pid, how, stderr_tail, .. } = &death.crash;
        let tail = stderr_tail.trim_end();
        let said = if tail.is_empty() { String::new() } else { format!("; it said: {tail}") };
        match is_killed {
            true => {
                let within = self.rules.start_within;
                format!("process {pid} was not ready within {within:?}{said}")
            }
            false => format!("process {pid} died while it began: {how}{said}"),
        }
    }

    /// Tries the job of a dead process again, or settles it.
    fn bury(
        &mut self,
        mut entry: super::Entry<J>,
        crash: Crash,
        begun: JobId,
        verdict: Option<JobError>,
    ) {
        if self.standing == Standing::Ended {
            return self.settle(entry, JobError::Closed);
        }
        if begun != entry.id && entry.missed < MISSED_MAX {
            // It never ran, so to run it is not to run it again.
            entry.missed += 1;
            if !mutant!("pool.lose_a_missed_job") {
                self.queue.insert(entry.id, entry);
            }
            return;
        }
        if let Some(verdict) = verdict {
            return self.settle(entry, verdict);
        }
        let kills = entry.attempts.len() as u32 + 1;
        if kills <= entry.brief.retries && kills < self.rules.kills_max {
            self.counts.retried += 1;
            let Crash { pid, how, ran_for, .. } = crash;
            entry.attempts.push(Attempt { pid, how, ran_for });
            self.queue.insert(entry.id, entry);
            return;
        }
        let attempts = std::mem::take(&mut entry.attempts);
        self.settle(entry, JobError::Crashed(Box::new(Crash { attempts, ..crash })));
    }
}
