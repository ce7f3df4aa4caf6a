//! A program that is its own worker: `main` serves if a pool has started it, and asks if not.

use rt::pool::worker::Worker;
use rt::pool::{JobError, ProcessPool};

rt::job! {
    /// The letters of a text, from the last to the first.
    fn reverse(text: String) -> String {
        text.chars().rev().collect()
    }
    with { version: 2 }
}

rt::job! {
    /// This program has it, but does not tell its pool so.
    fn secret() {}
}

fn main() {
    let worker = Worker::new().job::<reverse>();
    // In a worker this does not return.
    let refused = worker.serve().unwrap_err();
    println!("the first process: {refused}");
    rt::run(ask());
}

async fn ask() {
    let program = std::env::current_exe().unwrap();
    let pool = ProcessPool::builder().program(program).workers(1).build().unwrap();
    println!("{}", pool.job::<reverse>(("desserts".to_owned(),)).await.unwrap());

    let error = pool.job::<secret>(()).await.unwrap_err();
    let JobError::NoSuchJob { have, .. } = &error else { panic!("{error}") };
    println!("no such job, but {}", have.join(", "));

    // A function without a name is found by its place in the program, which may be another's.
    let error = pool.run(|| 1, ()).await.unwrap_err();
    assert!(matches!(error, JobError::NoSuchJob { .. }), "{error}");
    pool.close().await;
}
