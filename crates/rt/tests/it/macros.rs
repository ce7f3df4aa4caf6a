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
