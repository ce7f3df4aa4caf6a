//! Handles of one task against its end.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use rt_primitive::model;
use rt_primitive::sync::Arc;

use super::support::{Flag, assert_no_page_left, executor, run_all};
use crate::shared::spawn;
use crate::task::header::Birth;
use crate::task::shared_join::SharedJoinHandle;

type Handle = SharedJoinHandle<Arc<usize>>;

fn is_ended(handle: &mut Handle, waker: &Waker) -> bool {
    match Pin::new(handle).poll(&mut Context::from_waker(waker)) {
        Poll::Pending => false,
        Poll::Ready(output) => *output.unwrap() == 7,
    }
}

/// Polls a handle; gives it back with its flag if the task had not ended.
fn wait(mut handle: Handle) -> Option<(Handle, std::sync::Arc<Flag>)> {
    let flag = Flag::new();
    (!is_ended(&mut handle, &Waker::from(flag.clone()))).then_some((handle, flag))
}

/// Two handles are polled while the task ends: each has the output, or is woken and has it then.
///
/// Mutants: shared_join.looks_first
#[test]
fn each_of_two_joiners_gets_the_output() {
    model::check("each_of_two_joiners_gets_the_output", Some(1), |order| {
        let shared = executor(1);
        let output = Arc::new(7);
        let task = spawn(&shared, async move { output }, Birth::at(Location::caller()));
        let one = task.shared();
        let two = one.clone();
        let runner = shared.clone();
        let (a, b, c) =
            model::spawn3(order, move || run_all(&runner, 0), move || wait(one), move || wait(two));
        a.join().unwrap();
        let waited = [b.join().unwrap(), c.join().unwrap()];
        for (mut handle, flag) in waited.into_iter().flatten() {
            assert!(flag.is_called(), "a joiner was not told");
            assert!(is_ended(&mut handle, Waker::noop()));
        }
        crate::shutdown::close(&shared);
        assert_no_page_left();
    });
}
