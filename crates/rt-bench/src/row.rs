//! A bench's result, with its ratios.

use crate::{
    measure::Sample,
    spread::Spread,
    suite::{Footprint, Group, PARKED_TASKS},
};

/// A quantity of each peer, ours first. Less is better.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Versus(pub(crate) [Spread; 3]);

impl Versus {
    fn of<S>(reps: &[[S; 3]], quantity: impl Fn(&S) -> f64) -> Versus {
        Versus([0, 1, 2].map(|peer| Spread::of(reps.iter().map(|rep| quantity(&rep[peer])))))
    }

    /// What each other peer needs of what we need: above 1.0 we are ahead.
    pub(crate) fn ratios(&self) -> [f64; 2] {
        [1, 2].map(|peer: usize| self.0[peer].median / self.0[0].median)
    }

    /// The ratio of the peer that needs less.
    pub(crate) fn better_ratio(&self) -> f64 {
        let [first, second] = self.ratios();
        first.min(second)
    }
}

/// A bench by the clock.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) group: Group,
    pub(crate) name: &'static str,
    pub(crate) workers: usize,
    pub(crate) wall_ms: Versus,
    pub(crate) cpu_s: Versus,
}

impl Row {
    pub(crate) fn new(
        (group, name): (Group, &'static str),
        workers: usize,
        reps: &[[Sample; 3]],
    ) -> Row {
        let wall_ms = Versus::of(reps, |sample| sample.wall.as_secs_f64() * 1e3);
        let cpu_s = Versus::of(reps, |sample| sample.cpu.as_secs_f64());
        Row { group, name, workers, wall_ms, cpu_s }
    }
}

/// A bench by weight, in bytes a task.
#[derive(Clone, Debug)]
pub(crate) struct WeightRow {
    pub(crate) name: &'static str,
    pub(crate) workers: usize,
    pub(crate) allocated: Versus,
    pub(crate) resident: Versus,
}

impl WeightRow {
    pub(crate) fn new(name: &'static str, workers: usize, reps: &[[Footprint; 3]]) -> WeightRow {
        let tasks = PARKED_TASKS as f64;
        let allocated = Versus::of(reps, |footprint| footprint.allocated as f64 / tasks);
        let resident = Versus::of(reps, |footprint| footprint.resident as f64 / tasks);
        WeightRow { name, workers, allocated, resident }
    }
}
