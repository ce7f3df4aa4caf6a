//! `#[rt::test]` and `#[rt::main]` as a user writes them.

use std::num::ParseIntError;

#[rt::test]
async fn a_test_runs_on_its_own_thread() {
    let here = std::thread::current().id();
    let there = rt::spawn(async { std::thread::current().id() }).await.unwrap();
    assert_eq!(here, there);
}

#[rt::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_test_has_the_workers_it_asks_for() {
    assert_eq!(rt::Handle::current().metrics().workers.len(), 3);
}

#[rt::test]
async fn a_test_may_end_in_an_error() -> Result<(), ParseIntError> {
    assert_eq!("42".parse::<i32>()?, 42);
    Ok(())
}

#[rt::test]
#[should_panic(expected = "on purpose")]
async fn a_test_may_be_expected_to_panic() {
    panic!("on purpose");
}

/// Where a program has the runtime under another name.
mod renamed {
    pub(crate) use rt as runtime;
}

#[rt::main(crate = "renamed::runtime")]
async fn answer() -> i32 {
    rt::spawn(async { 42 }).await.unwrap()
}

#[rt::main(flavor = "current_thread")]
async fn here() -> std::thread::ThreadId {
    rt::spawn(async { std::thread::current().id() }).await.unwrap()
}

#[test]
fn main_returns_the_value() {
    assert_eq!(answer(), 42);
    assert_eq!(here(), std::thread::current().id());
}

#[rt::test(start_paused = true)]
async fn a_test_may_own_its_clock() {
    let start = rt::time::Instant::now();
    rt::time::sleep(std::time::Duration::from_secs(3_600)).await;
    assert_eq!(start.elapsed().as_secs(), 3_600);
}

#[rt::test(flavor = "multi_thread", worker_threads = 2, start_paused = true)]
async fn so_may_one_with_workers() {
    let start = rt::time::Instant::now();
    rt::spawn(rt::time::sleep(std::time::Duration::from_secs(3_600))).await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 3_600);
}

/// What each seed of the test below has seen.
static ORDERS: std::sync::Mutex<Vec<Vec<u32>>> = std::sync::Mutex::new(Vec::new());

#[rt::test(seeds = 200, worker_threads = 3)]
async fn each_seed_is_an_order() -> Result<(), rt::task::JoinError> {
    let order = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let note = |number: u32| {
        let order = order.clone();
        async move { order.lock().unwrap().push(number) }
    };
    let tasks: Vec<_> = (0..5).map(|number| rt::spawn(note(number))).collect();
    for task in tasks {
        task.await?;
    }
    let mut orders = ORDERS.lock().unwrap();
    orders.push(order.lock().unwrap().clone());
    let distinct: std::collections::BTreeSet<_> = orders.iter().collect();
    assert!(orders.len() < 200 || distinct.len() > 20, "{} orders", distinct.len());
    Ok(())
}

/// Fails when the second task happens to come first; run by the test below.
#[rt::test(seeds = 100)]
#[ignore = "it is meant to fail"]
async fn a_hidden_race() {
    let first = std::sync::Arc::new(std::sync::OnceLock::new());
    let race = |number: u32| {
        let first = first.clone();
        async move {
            // Refused to all but the first.
            let _ = first.set(number);
        }
    };
    let tasks = [rt::spawn(race(1)), rt::spawn(race(2))];
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(first.get(), Some(&1), "the second task came first");
}

#[test]
fn a_failing_seed_is_named_and_fails_again() {
    let run = |seed: Option<&str>| {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "macros::a_hidden_race", "--ignored", "--nocapture"]);
        command.env_remove("RT_SEED").envs(seed.map(|seed| ("RT_SEED", seed)));
        let output = command.output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (is_fine, text) = run(None);
    assert!(!is_fine);
    let (_, seed) = text.split_once("RT_SEED=").expect("it says how to replay");
    let seed = seed.split_whitespace().next().unwrap();
    assert!(text.contains("macros::a_hidden_race failed with seed"), "{text}");
    let (is_fine, text) = run(Some(seed));
    assert!(!is_fine && text.contains("the second task came first"), "{text}");
    assert!(text.contains("worker"), "the replay tells its story: {text}");
    let (_, text) = run(Some("seven"));
    assert!(text.contains("RT_SEED is `seven`; set it to a whole number"), "{text}");
}
