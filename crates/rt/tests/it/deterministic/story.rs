//! What a deterministic runtime tells of its schedule.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::seeded;

#[test]
fn the_story_says_who_did_what_and_where_it_was_spawned() {
    let runtime =
        rt::Builder::new_deterministic(0).worker_threads(2).replay([0, 1]).build().unwrap();
    let (line, column) = (line!() + 2, 20);
    runtime.block_on(async {
        let task = rt::spawn(async {});
        task.await.unwrap();
    });
    let place = format!("{}:{line}:{column}", file!());
    let expected = format!(
        "turn 1: block_on polls its own future\n\
         turn 2: block_on takes task 1 (spawned at {place}) from its deque\n\
         turn 3: block_on polls task 1\n\
         turn 4: block_on polls its own future\n"
    );
    assert_eq!(runtime.schedule().story.to_string(), expected);
}

#[test]
fn a_long_story_is_cut() {
    let runtime = seeded(0);
    runtime.block_on(async {
        for _ in 0..1_000 {
            rt::spawn(async {}).await.unwrap();
        }
    });
    let story = runtime.schedule().story.to_string();
    assert!(story.starts_with("("), "{story}");
    assert!(story.lines().count() < 300);
}

#[test]
fn the_schedule_can_be_read_after_a_panic() {
    let runtime = seeded(0);
    let run = || runtime.block_on(async { rt::spawn(async { panic!("no luck") }).await.unwrap() });
    catch_unwind(AssertUnwindSafe(run)).unwrap_err();
    assert!(runtime.schedule().story.to_string().contains("polls task 1"));
}

#[test]
#[should_panic(expected = "only a deterministic executor knows its schedule")]
fn another_runtime_has_no_schedule() {
    crate::with_workers(1).schedule();
}
