//! Runs a test once for each seed; what `#[rt::test(seeds = N)]` expands to.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use rt_core::StartError;

use crate::launch::Runtime;

/// The variable that names the one seed to run.
const VARIABLE: &str = "RT_SEED";

/// What a test may return.
///
/// See [`rt::test`](macro@crate::test).
///
/// ```
/// /// A failure is an error, as a panic is.
/// #[rt::test(seeds = 3)]
/// async fn it_parses() -> Result<(), std::num::ParseIntError> {
///     "12".parse::<u32>().map(drop)
/// }
/// ```
pub trait SeedResult {
    /// Whether the test has failed.
    fn is_failure(&self) -> bool;
}

impl SeedResult for () {
    fn is_failure(&self) -> bool {
        false
    }
}

impl<T, E> SeedResult for Result<T, E> {
    fn is_failure(&self) -> bool {
        self.is_err()
    }
}

/// Runs `program` for each seed below `seeds`, or for the one of `RT_SEED`, until it fails. Then it
/// prints the seed, and for the one of `RT_SEED` the last turns as well.
///
/// ```
/// /// Such as this, run ten times, each time in another order.
/// #[rt::test(seeds = 10)]
/// async fn they_all_have_a_turn() {
///     rt::gather!(rt::task::yield_now(), rt::task::yield_now());
/// }
/// ```
///
/// # Panics
///
/// When `program` does, when a runtime cannot be started, and when `RT_SEED` is no number.
///
/// See [`rt::test`](macro@crate::test).
#[track_caller]
pub fn run_seeds<F>(
    name: &str,
    seeds: u64,
    start: impl Fn(u64) -> Result<Runtime, StartError>,
    program: impl Fn() -> F,
) -> F::Output
where
    F: Future<Output: SeedResult>,
{
    let chosen = std::env::var(VARIABLE).ok().map(|text| seed(&text));
    let (first, last) = chosen.map_or((0, seeds - 1), |seed| (seed, seed));
    let run = |seed: u64| {
        let runtime = match start(seed) {
            Ok(runtime) => runtime,
            Err(error) => panic!("cannot start the runtime: {error}"),
        };
        let output = catch_unwind(AssertUnwindSafe(|| runtime.block_on(program())));
        if output.as_ref().map_or(true, SeedResult::is_failure) {
            if chosen.is_some() {
                eprintln!("{}", runtime.schedule().story);
            }
            eprintln!("{name} failed with seed {seed}; again: {VARIABLE}={seed} cargo test {name}");
        }
        output.unwrap_or_else(|panic| resume_unwind(panic))
    };
    for seed in first..last {
        let output = run(seed);
        if output.is_failure() {
            return output;
        }
    }
    run(last)
}

/// Reads the text of [`VARIABLE`].
fn seed(text: &str) -> u64 {
    let read = text.trim().parse();
    read.unwrap_or_else(|_| panic!("{VARIABLE} is `{text}`; set it to a whole number"))
}
