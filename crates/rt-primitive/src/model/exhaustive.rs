//! Explores a model with loom: every interleaving, every value a weak memory may show.

use crate::atomic::{AtomicBool, Ordering};
use crate::sync::Arc;
use crate::thread;
use std::cell::Cell;

/// Operations an execution may have. A model that needs more spins without yielding.
const OPERATIONS_MAX: usize = 20_000;

pub(super) fn explore(bound: Option<usize>, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = bound;
    builder.max_branches = OPERATIONS_MAX;
    // Either of these would cut a search short and call it passed.
    builder.max_permutations = None;
    builder.max_duration = None;
    builder.check(model);
}

/// Decisions that go both ways: time-outs, random picks, failures by chance.
///
/// Costs one of the five threads. Each decision is a load of a flag that another thread sets
/// without synchronising, so that loom shows both values.
#[derive(Debug)]
pub struct Choices {
    // [A] Set by the helper thread.
    flags: Arc<Vec<AtomicBool>>,
    // [O] How many decisions were taken.
    taken: Cell<usize>,
}

impl Choices {
    /// Decisions for `count_max` calls of [`choose`](Self::choose).
    #[must_use]
    pub fn new(count_max: usize) -> Self {
        let flags = Arc::new((0..count_max).map(|_| AtomicBool::new(false)).collect::<Vec<_>>());
        let to_set = Arc::clone(&flags);
        thread::spawn(move || {
            for flag in to_set.iter() {
                // ORDERING: Relaxed; the reader is meant to see either value.
                flag.store(true, Ordering::Relaxed);
            }
        });
        Self { flags, taken: Cell::new(0) }
    }

    /// True in some executions and false in others, whatever the earlier decisions were.
    ///
    /// # Panics
    ///
    /// When all decisions were taken.
    pub fn choose(&self) -> bool {
        let index = self.taken.replace(self.taken.get() + 1);
        assert!(index < self.flags.len(), "all {index} decisions were taken; make more");
        // ORDERING: Relaxed; either value is meant to be seen.
        self.flags[index].load(Ordering::Relaxed)
    }
}
