//! Random mixes of everything that users do with runtimes, for as long as there is time.

mod bell;
mod mix;
mod random;
mod round;
mod watchdog;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use random::Random;
use watchdog::{Watchdog, say};

/// How long it takes, in seconds; 5 unless set.
const SECONDS_VARIABLE: &str = "RT_SOAK_SECONDS";

/// The seed of the first round; the clock's unless set.
const SEED_VARIABLE: &str = "RT_STRESS_SEED";

/// The rounds differ in the runtime, in what its tasks do, and in how it ends. With the feature
/// `perturb` they differ also in where threads are slow: see `rt_primitive::perturb`.
///
/// Mutants: chain.publish_before_next
#[test]
fn a_soak_of_random_mixes_leaves_nothing() {
    let time = Duration::from_secs(number(SECONDS_VARIABLE).unwrap_or(5));
    #[expect(clippy::disallowed_methods, reason = "another seed each time, not a time")]
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let first = number(SEED_VARIABLE).unwrap_or(since_epoch.as_nanos() as u64);
    say(&format!("{SEED_VARIABLE}={first}, perturbed: {}", rt_primitive::perturb::ENABLED));
    let (start, watchdog) = (Instant::now(), Watchdog::new());
    let (mut seed, mut rounds) = (first, 0);
    while rounds == 0 || start.elapsed() < time {
        watchdog.begins(seed);
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| round::play(seed))) {
            say(&format!("the round of seed {seed} failed"));
            resume_unwind(panic);
        }
        seed = Random::new(seed).number();
        rounds += 1;
    }
    say(&format!("{rounds} rounds"));
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.trim().parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}
