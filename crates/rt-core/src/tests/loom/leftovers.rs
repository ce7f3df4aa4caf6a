//! Waiting for what others have started: for all tasks that are left, and for one to be ready.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use rt_primitive::model;

use super::support::{Flag, assert_no_page_left, executor, run_all};
use crate::cancel::reason::Reason;
use crate::group::start::sign;
use crate::handle::ExecutorHandle;
use crate::shared::spawn;
use crate::task::header::Birth;

/// A task ends while all are asked to, and waited for: who waits is told of its end, or sees it.
///
/// Mutants: leftovers.end_not_looked_for
#[test]
fn a_task_that_ends_is_not_waited_for() {
    model::check("a_task_that_ends_is_not_waited_for", Some(2), |order| {
        let shared = executor(1);
        let handle = spawn(&shared, model::track(async {}), Birth::at(Location::caller()));
        let (runner, asker) = (shared.clone(), ExecutorHandle::new(shared.clone()));
        let flag = Flag::new();
        let waker = Waker::from(flag.clone());
        let (a, b) = model::spawn2(
            order,
            move || run_all(&runner, 0),
            move || {
                let mut all_ended = asker.cancel_all(Reason::explicit());
                let polled = Pin::new(&mut all_ended).poll(&mut Context::from_waker(&waker));
                (all_ended, polled)
            },
        );
        a.join().unwrap();
        let (mut all_ended, polled) = b.join().unwrap();
        run_all(&shared, 0);
        if polled.is_pending() {
            assert!(flag.is_called(), "nobody was told");
            let mut cx = Context::from_waker(Waker::noop());
            assert!(Pin::new(&mut all_ended).poll(&mut cx).is_ready(), "it waits for nobody");
        }
        drop((handle, all_ended));
        crate::shutdown::close(&shared);
        assert_no_page_left();
    });
}

/// A child says that it is ready while the one that started it looks: that one sees it or is woken.
///
/// Mutants: start.ready_tells_nobody
#[test]
fn who_starts_a_child_is_told_or_sees_that_it_is_ready() {
    model::check("who_starts_a_child_is_told_or_sees_that_it_is_ready", Some(2), |order| {
        let (ready, mut start) = sign();
        let flag = Flag::new();
        let waker = Waker::from(flag.clone());
        let (a, b) = model::spawn2(
            order,
            move || ready.set(7),
            move || {
                let polled = start.poll_sign(&mut Context::from_waker(&waker));
                (start, polled)
            },
        );
        a.join().unwrap();
        let (mut start, polled) = b.join().unwrap();
        let value = match polled {
            Poll::Pending => {
                assert!(flag.is_called(), "neither seen nor told");
                start.poll_sign(&mut Context::from_waker(Waker::noop()))
            }
            ready => ready,
        };
        assert_eq!(value, Poll::Ready(Some(7)));
    });
}
