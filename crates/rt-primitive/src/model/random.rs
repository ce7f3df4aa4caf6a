//! Explores a model with shuttle: random interleavings, one thread at a time.

use shuttle::rand::Rng;
use shuttle::scheduler::{PctScheduler, RandomScheduler};
use shuttle::{Config, Runner};

/// Runs for each scheduler, unless `RT_ITERS` says otherwise.
const ITERATIONS: usize = 5_000;
/// How many well-placed preemptions the second scheduler looks for.
const DEPTH: usize = 3;

/// Bounds are loom's; shuttle runs a number of times with each of two schedulers.
pub(super) fn explore(_bound: Option<usize>, model: impl Fn() + Send + Sync + 'static) {
    let iterations = match std::env::var("RT_ITERS") {
        Ok(text) => text.parse().expect("RT_ITERS is a number of runs"),
        Err(_) => ITERATIONS,
    };
    let mut config = Config::new();
    // It warns that it knows one memory ordering only. That is what loom is for.
    config.silence_warnings = true;
    let model = std::sync::Arc::new(model);
    let again = std::sync::Arc::clone(&model);
    Runner::new(RandomScheduler::new(iterations), config.clone()).run(move || model());
    Runner::new(PctScheduler::new(DEPTH, iterations), config).run(move || again());
}

/// Decisions that go both ways: time-outs, random picks, failures by chance.
#[derive(Debug)]
pub struct Choices {
    _private: (),
}

impl Choices {
    /// Decisions for `count_max` calls of [`choose`](Self::choose).
    #[must_use]
    pub fn new(_count_max: usize) -> Self {
        Self { _private: () }
    }

    /// True in some executions and false in others, whatever the earlier decisions were.
    pub fn choose(&self) -> bool {
        shuttle::rand::thread_rng().gen_range(0..2) == 1
    }
}
