//! What the roster does when a time has come.

use std::time::Instant;

use rt_primitive::mutant;

use super::{Move, Phase, Roster, Standing};
use crate::job_error::{JobError, JobPhase};

impl<J: Clone> Roster<J> {
    /// When [`Roster::tick`] has something to do next.
    pub(crate) fn next_tick(&self, now: Instant) -> Option<Instant> {
        let (starting, idle, busy) = self.census();
        let can_shrink = starting + idle + busy > self.workers_kept();
        let slots = self.slots.iter().filter_map(|slot| match &slot.phase {
            _ if slot.is_killed => None,
            Phase::Empty => None,
            Phase::Starting { until } | Phase::Leaving { until } => Some(*until),
            Phase::Idle { since } => can_shrink.then(|| *since + self.rules.idle_for),
            Phase::Busy(turn) => turn.kill_at.or(turn.end),
        });
        let queue = self.queue_ends.first().map(|(end, _)| *end);
        let restart = self.restarts.next(now).filter(|_| self.wants_more());
        let look = self.rules.memory_look.filter(|_| busy > 0).map(|look| now + look);
        slots.chain(queue).chain(restart).chain(look).chain(self.end_at).min()
    }

    /// Does what is due.
    pub(crate) fn tick(&mut self, now: Instant) {
        while let Some((end, id)) = self.queue_ends.first().copied() {
            if end > now {
                break;
            }
            self.queue_ends.remove(&(end, id));
            if let Some(entry) = self.queue.remove(&id) {
                let after = entry.brief.queue_timeout.unwrap_or_default();
                self.counts.timed_out += 1;
                self.settle(entry, JobError::TimedOut { after, phase: JobPhase::Queue });
            }
        }
        for slot in 0..self.slots.len() {
            self.tick_slot(slot, now);
        }
        self.shrink(now);
        if self.end_at.is_some_and(|end| end <= now) {
            self.end_at = None;
            self.end();
        }
        self.fill(now);
    }

    fn tick_slot(&mut self, slot: usize, now: Instant) {
        if self.slots[slot].is_killed {
            return;
        }
        match &self.slots[slot].phase {
            Phase::Starting { until } | Phase::Leaving { until } if *until <= now => {
                self.kill(slot);
            }
            Phase::Busy(turn) if turn.kill_at.is_some_and(|at| at <= now) => self.kill(slot),
            Phase::Busy(turn) if turn.end.is_some_and(|end| end <= now) => {
                let after = turn.entry.brief.timeout.unwrap_or_default();
                self.counts.timed_out += 1;
                self.give_up(slot, JobError::TimedOut { after, phase: JobPhase::Run }, now);
            }
            _ => {}
        }
    }

    /// Lets go of processes that were idle for long, down to the number that is kept.
    fn shrink(&mut self, now: Instant) {
        let (starting, idle, busy) = self.census();
        let mut surplus = (starting + idle + busy).saturating_sub(self.workers_kept());
        for slot in 0..self.slots.len() {
            let is_stale = matches!(self.slots[slot].phase, Phase::Idle { since }
                if since + self.rules.idle_for <= now);
            if is_stale && surplus > 0 {
                surplus -= 1;
                self.retire(slot, now);
            }
        }
    }

    fn workers_kept(&self) -> usize {
        if self.standing == Standing::Open { self.rules.workers_min } else { 0 }
    }

    /// Whether a process would be started if one might be.
    fn wants_more(&self) -> bool {
        let (starting, idle, busy) = self.census();
        let has_room = self.slots.iter().any(|slot| matches!(slot.phase, Phase::Empty));
        has_room && (self.queue.len() > starting || starting + idle + busy < self.workers_kept())
    }

    /// The slots whose process runs a job that somebody waits for.
    pub(crate) fn busy_slots(&self) -> impl Iterator<Item = usize> + '_ {
        let is_busy = |phase: &Phase<J>| matches!(phase, Phase::Busy(turn) if !turn.is_settled());
        (0..self.slots.len()).filter(move |slot| is_busy(&self.slots[*slot].phase))
    }

    /// The kills that are due when a process comes whose slot was condemned meanwhile.
    pub(crate) fn has_come(&mut self, slot: usize) {
        if self.slots[slot].is_killed && !mutant!("pool.spare_a_condemned") {
            self.moves.push(Move::Kill(slot));
        }
    }
}
