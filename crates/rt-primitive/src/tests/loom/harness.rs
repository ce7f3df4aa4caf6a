//! The harness itself: decisions, spawn orders, thread-local values, leaks.

use crate::model::{self, Choices, Order};
use crate::{thread, thread_local};
use std::cell::Cell;

/// Every combination of decisions is tried.
#[test]
fn choices_go_every_way() {
    let seen = model::outcomes("choices_go_every_way", None, |order| {
        let choices = Choices::new(2);
        let decide = move || (choices.choose(), choices.choose());
        let (decided, other) = model::spawn2(order, decide, thread::yield_now);
        other.join().unwrap();
        decided.join().unwrap()
    });
    assert_eq!(seen.len(), 4, "{seen:?}");
}

/// Handles come back as the threads were passed, and both orders are run.
#[test]
fn each_order_runs_and_handles_keep_their_places() {
    let seen = model::outcomes("each_order_runs_and_handles_keep_their_places", None, |order| {
        let first = || {
            thread::yield_now();
            1
        };
        let (a, b, c) = model::spawn3(order, first, || 2, || 3);
        (order, [a.join().unwrap(), b.join().unwrap(), c.join().unwrap()])
    });
    assert_eq!(seen, [(Order::Forward, [1, 2, 3]), (Order::Reverse, [1, 2, 3])].into());
}

thread_local! {
    static VALUE: Cell<u32> = Cell::new(0);
}

/// Each modelled thread has its own value, and each execution starts anew.
#[test]
fn thread_local_values_belong_to_modelled_threads() {
    model::check("thread_local_values_belong_to_modelled_threads", None, |order| {
        let count = || {
            thread::yield_now();
            VALUE.with(|value| value.replace(value.get() + 1))
        };
        let (a, b) = model::spawn2(order, count, count);
        assert_eq!((a.join().unwrap(), b.join().unwrap()), (0, 0));
    });
}

/// loom counts its `Arc`s; shuttle does not.
#[cfg(rt_loom)]
#[test]
#[should_panic(expected = "Arc leaked")]
fn a_future_that_is_never_dropped_is_reported() {
    model::check("a_leak", None, |_order| {
        std::mem::forget(model::track(async {}));
    });
}
