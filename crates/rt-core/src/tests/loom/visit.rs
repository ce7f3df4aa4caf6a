//! Threads inside `block_on` of an executor that another thread runs: each future ends.

use std::future::{Future, poll_fn};
use std::panic::Location;
use std::task::{Poll, Waker};

use rt_primitive::model;
use rt_primitive::sync::{Arc, Mutex};

use super::support::assert_no_page_left;
use crate::block_on::block_on;
use crate::config::Flavor;
use crate::driver::NoDriver;
use crate::shared::{ExecutorShared, spawn};
use crate::task::header::Birth;

fn executor() -> Arc<ExecutorShared> {
    Arc::new(ExecutorShared::new(Flavor::CurrentThread, 1, std::sync::Arc::new(NoDriver)))
}

/// A thread that waits inside `block_on` for a task of its own.
fn wait_for_a_task(shared: &Arc<ExecutorShared>) -> impl FnOnce() + use<> {
    let shared = shared.clone();
    move || {
        let task = spawn(&shared, model::track(async {}), Birth::at(Location::caller()));
        block_on(&shared, task, Location::caller()).unwrap().unwrap();
    }
}

/// A thread that leaves at once.
fn leave_at_once(shared: &Arc<ExecutorShared>) -> impl FnOnce() + use<> {
    let shared = shared.clone();
    move || block_on(&shared, async {}, Location::caller()).unwrap()
}

/// A thread waits for a task while the one that runs everything leaves: it is woken by its task, or
/// takes over, or sleeps on, which is a deadlock here.
///
/// Mutants: visit.leaves_silently
#[test]
fn a_visitor_is_woken_or_takes_over() {
    model::check("a_visitor_is_woken_or_takes_over", Some(2), |order| {
        let shared = executor();
        let (a, b) = model::spawn2(order, wait_for_a_task(&shared), leave_at_once(&shared));
        a.join().unwrap();
        b.join().unwrap();
        crate::shutdown::close(&shared);
        assert_no_page_left();
    });
}

/// Of two that visit, the first is told that the slot is free, and has no use for it any more: the
/// second is told as well.
///
/// Mutants: visit.passes_nothing_on
#[test]
fn a_visitor_that_goes_tells_the_next() {
    model::check("a_visitor_that_goes_tells_the_next", Some(1), |order| {
        let shared = executor();
        let (a, b, c) = model::spawn3(
            order,
            wait_for_a_task(&shared),
            wait_for_a_task(&shared),
            leave_at_once(&shared),
        );
        a.join().unwrap();
        b.join().unwrap();
        c.join().unwrap();
        crate::shutdown::close(&shared);
        assert_no_page_left();
    });
}

/// A thread waits for a task while the one that runs everything stays, until it hears from the
/// first: who visits is woken by the task.
///
/// Mutants: root.unparks_nobody
#[test]
fn a_visitor_is_woken_while_the_slot_stays_taken() {
    model::check("a_visitor_is_woken_while_the_slot_stays_taken", Some(0), |order| {
        let shared = executor();
        let (ring, rung) = bell();
        let (first, stays) = (wait_for_a_task(&shared), shared.clone());
        let (a, b) = model::spawn2(
            order,
            move || {
                first();
                ring();
            },
            move || block_on(&stays, rung, Location::caller()).unwrap(),
        );
        a.join().unwrap();
        b.join().unwrap();
        crate::shutdown::close(&shared);
        assert_no_page_left();
    });
}

/// A function that rings a bell, and a future that waits for it.
fn bell() -> (impl FnOnce(), impl Future<Output = ()>) {
    let bell = Arc::new(Mutex::new((false, None::<Waker>)));
    let heard = bell.clone();
    let ring = move || {
        let waker = {
            let mut bell = bell.lock();
            bell.0 = true;
            bell.1.take()
        };
        waker.into_iter().for_each(Waker::wake);
    };
    let rung = poll_fn(move |cx| {
        let mut heard = heard.lock();
        heard.1 = Some(cx.waker().clone());
        if heard.0 { Poll::Ready(()) } else { Poll::Pending }
    });
    (ring, rung)
}
