//! A whole runtime: spawn against shutdown.

use rt_primitive::model;
use rt_primitive::thread;

use super::support::assert_no_page_left;
use crate::config::{Config, Flavor};
use crate::driver::NoDriver;
use crate::executor::Executor;

fn start(workers: usize) -> Executor {
    let config = Config { flavor: Flavor::MultiThread, workers, ..Config::current_thread() };
    Executor::start(config, std::sync::Arc::new(NoDriver)).expect("the model has threads enough")
}

/// A task that waits, started from outside, and one that it started on the worker: a shutdown ends
/// both. A task left over keeps its page.
///
/// Mutants: shutdown.skip_walk, shutdown.skip_foreign_walk, shutdown.tells_nobody
#[test]
fn a_shutdown_ends_every_task() {
    model::check("a_shutdown_ends_every_task", Some(2), |_| {
        let executor = start(1);
        let waiting = executor.handle().spawn(async {
            drop(crate::spawn(std::future::pending::<()>()));
            std::future::pending::<()>().await;
        });
        thread::spawn(move || drop(executor)).join().unwrap();
        assert!(waiting.is_finished(), "a task was left behind");
        drop(waiting);
        assert_no_page_left();
    });
}

/// A spawn from outside against a shutdown: the task runs or is dropped, and its handle says so.
///
/// Mutants: injector.close_leaves_open, spawn.looks_once
#[test]
fn a_spawn_meets_the_shutdown() {
    model::check("a_spawn_meets_the_shutdown", Some(1), |order| {
        let executor = start(1);
        let handle = executor.handle().clone();
        let (closer, spawner) = model::spawn2(
            order,
            move || drop(executor),
            move || handle.spawn(model::track(async {})),
        );
        closer.join().unwrap();
        let spawned = spawner.join().unwrap();
        assert!(spawned.is_finished(), "a task was left behind");
        drop(spawned);
        assert_no_page_left();
    });
}
