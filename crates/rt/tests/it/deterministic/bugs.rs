//! Bugs that only some schedules show: a seed finds them, proptest makes them small.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::collection::vec;
use proptest::prelude::{Just, prop_assert, prop_oneof};
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

use super::{replayed, seeded};

/// The second task relies on the first having run, which holds as long as both run in turn.
async fn hasty_program() -> bool {
    let is_set_up = Arc::new(AtomicBool::new(false));
    let noise: Vec<_> = (0..3).map(|_| rt::spawn(rt::task::yield_now())).collect();
    let setter = is_set_up.clone();
    drop(rt::spawn(async move { setter.store(true, Ordering::Relaxed) }));
    let user = rt::spawn(async move { is_set_up.load(Ordering::Relaxed) });
    for task in noise {
        task.await.unwrap();
    }
    user.await.unwrap()
}

fn is_right(runtime: &rt::Runtime) -> bool {
    runtime.block_on(hasty_program())
}

#[test]
fn a_bug_that_a_plain_schedule_hides_is_found_by_a_seed() {
    assert!(is_right(&replayed(&[])));
    let runtimes = || (0..100).map(seeded);
    let found = runtimes().filter(|runtime| !is_right(runtime)).count();
    assert!((1..100).contains(&found), "{found} of 100 seeds");
    let failed = runtimes().find(|runtime| !is_right(runtime)).unwrap();
    assert!(!is_right(&replayed(&failed.schedule().choices)));
}

#[test]
fn a_schedule_that_fails_is_shrunk_to_the_choices_that_matter() {
    let config = Config { failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    // Mostly plain: then there is little to shrink.
    let choice = prop_oneof![9 => Just(0), 1 => 1_u32..8];
    let found = runner.run(&vec(choice, 0..64), |choices| {
        prop_assert!(is_right(&replayed(&choices)));
        Ok(())
    });
    let Err(TestError::Fail(_, choices)) = found else { panic!("no schedule fails: {found:?}") };
    let runtime = replayed(&choices);
    assert!(!is_right(&runtime));
    let story = runtime.schedule().story.to_string();
    let bends = story.matches("*: ").count();
    assert!((1..=4).contains(&bends), "{choices:?}\n{story}");
}
