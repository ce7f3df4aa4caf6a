//! Join handles against the end of their task, with real memory, output and wakers.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use rt_primitive::model;
use rt_primitive::sync::Arc;

use super::support::{Flag, assert_no_page_left, executor};
use crate::shared::{ExecutorShared, spawn};
use crate::task::header::Birth;
use crate::task::join::JoinHandle;
use crate::worker::WorkerContext;

/// The worker thread of a model: runs what it is given, until that has ended.
fn run_one(shared: &Arc<ExecutorShared>) {
    let worker = WorkerContext::take_seat(shared, 0).expect("the model has one worker thread");
    let seated = worker.sit();
    if let Some(task) = worker.next_task() {
        worker.run(task);
    }
    drop(seated);
    crate::shutdown::return_seat(worker);
}

fn poll<T>(handle: &mut JoinHandle<T>, waker: &Waker) -> Poll<Result<T, crate::JoinError>> {
    Pin::new(handle).poll(&mut Context::from_waker(waker))
}

/// Spawns from outside a task whose output the checker watches; gives its handle.
fn spawn_tracked(shared: &Arc<ExecutorShared>) -> JoinHandle<Arc<usize>> {
    let output = Arc::new(7);
    spawn(shared, async move { output }, Birth::at(Location::caller()))
}

/// The handle polls while the task ends: it has the output, or its waker is called.
///
/// Mutants: task.publish_after_complete, task.relaxed
#[test]
fn a_joiner_is_told_or_sees_the_end() {
    model::check("a_joiner_is_told_or_sees_the_end", Some(2), |order| {
        let shared = executor(1);
        let mut handle = spawn_tracked(&shared);
        let flag = Flag::new();
        let runner = shared.clone();
        let (a, b) = model::spawn2(
            order,
            move || run_one(&runner),
            move || {
                let waker = Waker::from(flag.clone());
                match poll(&mut handle, &waker) {
                    Poll::Ready(output) => assert_eq!(*output.unwrap(), 7),
                    Poll::Pending => return Some((handle, flag)),
                }
                None
            },
        );
        a.join().unwrap();
        if let Some((mut handle, flag)) = b.join().unwrap() {
            assert!(flag.is_called(), "the joiner was not told");
            let output = poll(&mut handle, Waker::noop());
            assert!(matches!(output, Poll::Ready(Ok(output)) if *output == 7));
            drop(handle);
        }
        crate::shutdown::close(&shared);
        assert_no_page_left();
    });
}

/// The handle changes its waker while the task ends: the later one is called, or the end is seen.
///
/// Mutants: task.retract_after_complete
#[test]
fn a_joiner_may_change_its_waker() {
    model::check("a_joiner_may_change_its_waker", Some(2), |order| {
        let shared = executor(1);
        let mut handle = spawn_tracked(&shared);
        let (first, second) = (Flag::new(), Flag::new());
        assert!(poll(&mut handle, &Waker::from(first)).is_pending());
        let runner = shared.clone();
        let (a, b) = model::spawn2(
            order,
            move || run_one(&runner),
            move || {
                let waker = Waker::from(second.clone());
                poll(&mut handle, &waker).is_pending().then_some((handle, second))
            },
        );
        a.join().unwrap();
        if let Some((handle, second)) = b.join().unwrap() {
            assert!(second.is_called(), "the second waker was not called");
            drop(handle);
        }
        crate::shutdown::close(&shared);
        assert_no_page_left();
    });
}

/// The handle is dropped while the task ends: the output is dropped once, by the right side.
///
/// Mutants: task.drop_join_after_complete
#[test]
fn a_dropped_handle_leaves_no_output_behind() {
    model::check("a_dropped_handle_leaves_no_output_behind", Some(2), |order| {
        let shared = executor(1);
        let mut handle = spawn_tracked(&shared);
        assert!(poll(&mut handle, Waker::noop()).is_pending());
        let runner = shared.clone();
        let (a, b) = model::spawn2(order, move || run_one(&runner), move || drop(handle));
        a.join().unwrap();
        b.join().unwrap();
        crate::shutdown::close(&shared);
        assert_no_page_left();
    });
}

/// An abort against the poll that ends the task: its handle resolves either way, and an output is
/// handed out or dropped. The first run of this model found the bug it is now seeded with.
///
/// Mutants: task.late_cancel_stays
#[test]
fn an_abort_meets_the_end() {
    model::check("an_abort_meets_the_end", Some(2), |order| {
        let shared = executor(1);
        let mut handle = spawn_tracked(&shared);
        let abort = handle.abort_handle();
        let runner = shared.clone();
        let (a, b) = model::spawn2(order, move || run_one(&runner), move || abort.abort());
        a.join().unwrap();
        b.join().unwrap();
        match poll(&mut handle, Waker::noop()) {
            Poll::Ready(Ok(output)) => assert_eq!(*output, 7),
            Poll::Ready(Err(error)) => assert!(error.is_cancelled()),
            Poll::Pending => panic!("the task neither ended nor was cancelled"),
        }
        drop(handle);
        crate::shutdown::close(&shared);
        assert_no_page_left();
    });
}

/// A thread that waits while the task ends: it is woken, or sees the end.
///
/// Mutants: task.publish_after_complete
#[test]
fn a_waiting_thread_is_told_or_sees_the_end() {
    model::check("a_waiting_thread_is_told_or_sees_the_end", Some(2), |order| {
        let shared = executor(1);
        let handle = spawn_tracked(&shared);
        let runner = shared.clone();
        let (a, b) = model::spawn2(
            order,
            move || run_one(&runner),
            move || assert_eq!(*handle.join_blocking(None).unwrap().unwrap(), 7),
        );
        a.join().unwrap();
        b.join().unwrap();
        crate::shutdown::close(&shared);
        assert_no_page_left();
    });
}
