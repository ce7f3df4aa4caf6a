//! Requests to end against polls, wakes, the end of the task, and the drop of a token.

use std::future::{Future, pending, poll_fn};
use std::panic::Location;
use std::task::{Poll, Waker};

use rt_primitive::model;
use rt_primitive::sync::{Arc, Mutex};

use super::support::{Flag, assert_no_page_left, executor, run_all};
use crate::cancel::node::ScopeNode;
use crate::cancel::reason::Reason;
use crate::shared::{ExecutorShared, spawn};
use crate::task::header::Birth;
use crate::task::join::JoinHandle;
use crate::{CancelExt, Cancelled, JoinError};

/// What is passed out of a task, by a lock that the checker sees.
type Out<T> = std::sync::Arc<Mutex<Option<T>>>;

fn spawn_here<F>(shared: &Arc<ExecutorShared>, future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    spawn(shared, future, Birth::at(Location::caller()))
}

/// Ends the model; gives what the task has ended with.
fn end<T>(shared: &Arc<ExecutorShared>, mut handle: JoinHandle<T>) -> Result<T, JoinError> {
    run_all(shared, 0);
    let output = handle.poll_end(Waker::noop());
    drop(handle);
    crate::shutdown::close(shared);
    assert_no_page_left();
    match output {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the task has not ended"),
    }
}

/// Waits for ever, having left its waker.
async fn wait_at(out: Out<Waker>) {
    poll_fn(|cx| {
        *out.lock() = Some(cx.waker().clone());
        Poll::Pending
    })
    .await
}

/// A scope is asked to end while it is polled: it sees the request, or is woken for it.
///
/// Mutants: cancel.scope_not_woken
#[test]
fn a_request_meets_a_look() {
    model::check("a_request_meets_a_look", Some(2), |order| {
        let node = Arc::new(ScopeNode::new());
        let (asker, poller) = (node.clone(), node);
        let flag = Flag::new();
        let waker = Waker::from(flag.clone());
        let (a, b) = model::spawn2(
            order,
            move || assert!(asker.ask_once(Reason::explicit())),
            move || poller.leave_waker(&waker),
        );
        a.join().unwrap();
        let seen = b.join().unwrap();
        assert!(seen != 0 || flag.is_called(), "neither seen nor woken");
    });
}

/// A task that waits in a region is asked to end while another wake makes it run: the region
/// catches the request, and the task is not dropped under it.
///
/// Mutants: cancel.owner_not_notified, cancel.announced_first, cancel.forces_the_blind
#[test]
fn a_request_meets_the_end_of_a_poll() {
    model::check("a_request_meets_the_end_of_a_poll", Some(2), |order| {
        let shared = executor(1);
        let out = Out::default();
        let waits = wait_at(out.clone());
        let handle = spawn_here(
            &shared,
            model::track(async move {
                let cancelled: Cancelled = waits.catch_cancel().await.unwrap_err();
                cancelled.acknowledge()
            }),
        );
        run_all(&shared, 0);
        let waker = out.lock().take().expect("it has been polled");
        let runner = shared.clone();
        let (a, b) = model::spawn2(
            order,
            move || {
                waker.wake();
                run_all(&runner, 0);
            },
            move || {
                handle.cancel();
                handle
            },
        );
        a.join().unwrap();
        let handle = b.join().unwrap();
        drop(out);
        assert_eq!(end(&shared, handle).unwrap(), 0);
    });
}

/// A task is asked to end while it begins, and ends: it has its value, or was never polled, and who
/// was told that it is too late finds the value.
#[test]
fn a_request_meets_the_end_of_its_task() {
    model::check("a_request_meets_the_end_of_its_task", Some(2), |order| {
        let shared = executor(1);
        let handle = spawn_here(&shared, model::track(async { 7 }));
        let runner = shared.clone();
        let (a, b) =
            model::spawn2(order, move || run_all(&runner, 0), move || (handle.cancel(), handle));
        a.join().unwrap();
        let (in_time, handle) = b.join().unwrap();
        match end(&shared, handle) {
            Ok(value) => assert_eq!(value, 7),
            Err(error) => assert!(in_time && error.is_cancelled(), "{error}"),
        }
    });
}

/// The token of a task that waits is dropped elsewhere while the task is polled: then nothing
/// protects it, and it ends.
///
/// Mutants: cancel.token_goes_silently, cancel.keeps_the_unprotected
#[test]
fn a_dropped_token_meets_a_poll() {
    model::check("a_dropped_token_meets_a_poll", Some(2), |order| {
        let (shared, handle, token, waker) = with_a_token_outside();
        let runner = shared.clone();
        let (a, b) = model::spawn2(
            order,
            move || {
                waker.wake();
                run_all(&runner, 0);
            },
            move || drop(token),
        );
        a.join().unwrap();
        b.join().unwrap();
        assert!(end(&shared, handle).unwrap_err().is_cancelled());
    });
}

/// The token is dropped while the task is asked a second time, and polled: it ends, once.
#[test]
fn a_dropped_token_meets_a_second_request() {
    model::check("a_dropped_token_meets_a_second_request", Some(2), |order| {
        let (shared, handle, token, waker) = with_a_token_outside();
        drop(waker);
        let runner = shared.clone();
        let (a, b) = model::spawn2(
            order,
            move || {
                handle.cancel();
                run_all(&runner, 0);
                handle
            },
            move || drop(token),
        );
        let handle = a.join().unwrap();
        b.join().unwrap();
        assert!(end(&shared, handle).unwrap_err().is_cancelled());
    });
}

/// A token is acknowledged elsewhere while the task is asked a second time: one request is left,
/// and the task ends.
///
/// Mutants: cancel.withdraws_all
#[test]
fn an_acknowledgement_meets_a_second_request() {
    model::check("an_acknowledgement_meets_a_second_request", Some(2), |order| {
        let (shared, handle, token, waker) = with_a_token_outside();
        drop(waker);
        let (a, b) = model::spawn2(
            order,
            move || {
                handle.cancel();
                handle
            },
            move || token.acknowledge(),
        );
        let handle = a.join().unwrap();
        b.join().unwrap();
        assert_eq!(handle.task().cancelling(), 1);
        assert!(end(&shared, handle).unwrap_err().is_cancelled());
    });
}

/// A task that was asked to end, whose token lies outside, and which waits with this waker.
fn with_a_token_outside() -> (Arc<ExecutorShared>, JoinHandle<()>, Cancelled, Waker) {
    let shared = executor(1);
    let (out, token) = (Out::default(), Out::default());
    let (waits, puts) = (wait_at(out.clone()), token.clone());
    let handle = spawn_here(
        &shared,
        model::track(async move {
            let caught = pending::<()>().catch_cancel().await;
            *puts.lock() = caught.err();
            waits.await;
        }),
    );
    run_all(&shared, 0);
    assert!(handle.cancel());
    run_all(&shared, 0);
    let token = token.lock().take().expect("the region caught the request");
    let waker = out.lock().take().expect("it waits now");
    (shared, handle, token, waker)
}
