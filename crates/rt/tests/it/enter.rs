//! Guards of `enter` are values like others: they may be forgotten, or dropped in any order.
//!
//! Each test has a process of its own, because what it guards against ends the process.

use std::mem::forget;

use crate::child::in_child;
use crate::with_workers;

/// Uses the current runtime, if there is one, after the memory of what is gone has been used again.
fn spawn_after_reuse() {
    let reused: Vec<_> = (0..1_000).map(|number: usize| Box::new([usize::MAX - number])).collect();
    drop(rt::task::try_spawn(async {}));
    drop(reused);
}

#[test]
fn a_forgotten_guard_outlives_its_handle() {
    in_child("enter::a_forgotten_guard_outlives_its_handle", || {
        let runtime = with_workers(1);
        let handle = Box::new(runtime.handle().clone());
        forget(handle.enter());
        drop(handle);
        spawn_after_reuse();
        drop(runtime);
        spawn_after_reuse();
    });
}

#[test]
fn guards_may_end_in_any_order() {
    in_child("enter::guards_may_end_in_any_order", || {
        let runtime = with_workers(1);
        let (first, second) =
            (Box::new(runtime.handle().clone()), Box::new(runtime.handle().clone()));
        let (outer, inner) = (first.enter(), second.enter());
        drop(outer);
        drop(first);
        drop(inner);
        spawn_after_reuse();
    });
}

#[test]
fn a_guard_ends_what_it_began() {
    let (one, other) = (with_workers(1), with_workers(2));
    let current = || rt::Handle::try_current().map(|handle| handle.metrics().workers.len());
    let outer = one.enter();
    assert_eq!(current(), Ok(1));
    let inner = other.enter();
    assert_eq!(current(), Ok(2));
    drop(inner);
    assert_eq!(current(), Ok(1));
    drop(outer);
    assert!(current().is_err());
}
