//! A deterministic executor against the threads around it.

use std::future::poll_fn;
use std::task::{Poll, Waker};

use rt_primitive::model;
use rt_primitive::sync::{Arc, Mutex};

use super::support::assert_no_page_left;
use crate::config::Config;
use crate::driver::NoDriver;
use crate::executor::Executor;
use crate::simulate::choices::Choices;

fn start() -> Executor {
    let config = Config::deterministic(2, Choices::Replay(Vec::new()));
    Executor::start(config, std::sync::Arc::new(NoDriver)).expect("it needs no thread")
}

/// I1 of `simulate.rs`: two threads call `block_on`, so that one visits, or comes just when the
/// other gives its seats up: it gets all of them or none.
///
/// Mutants: crew.first_seat_first
#[test]
fn a_visitor_takes_a_whole_crew_over() {
    model::check("a_visitor_takes_a_whole_crew_over", Some(2), |order| {
        let executor = start();
        let run = || {
            let handle = executor.handle().clone();
            move || handle.block_on(model::track(async {}))
        };
        let (a, b) = model::spawn2(order, run(), run());
        a.join().unwrap();
        b.join().unwrap();
        drop(executor);
        assert_no_page_left();
    });
}

/// What a task from outside tells the future of a `block_on`.
#[derive(Default)]
struct Flag {
    is_set: bool,
    waker: Option<Waker>,
}

/// A thread spawns what the future inside `block_on` waits for, maybe just when that thread goes
/// to sleep in the name of all workers: the task runs.
///
/// Mutants: crew.sleep_without_look
#[test]
fn a_crew_that_goes_to_sleep_finds_what_others_spawn() {
    model::check("a_crew_that_goes_to_sleep_finds_what_others_spawn", Some(2), |order| {
        let executor = start();
        let flag = Arc::new(Mutex::new(Flag::default()));
        let (inside, outside) = (executor.handle().clone(), executor.handle().clone());
        let (waiting, setting) = (flag.clone(), flag);
        let wait = poll_fn(move |cx| {
            let mut flag = waiting.lock();
            if flag.is_set {
                return Poll::Ready(());
            }
            flag.waker = Some(cx.waker().clone());
            Poll::Pending
        });
        let set = async move {
            let waker = {
                let mut flag = setting.lock();
                flag.is_set = true;
                flag.waker.take()
            };
            waker.inspect(Waker::wake_by_ref);
        };
        let (a, b) = model::spawn2(
            order,
            move || inside.block_on(wait),
            move || drop(outside.spawn(model::track(set))),
        );
        a.join().unwrap();
        b.join().unwrap();
        drop(executor);
        assert_no_page_left();
    });
}
