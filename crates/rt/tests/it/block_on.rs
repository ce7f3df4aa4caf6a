//! `block_on` from any thread, and what is said to a call in the wrong place.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::mpsc;

use crate::{on_each_kind, panic_text, with_workers};

/// A place in this file, as a message names it.
fn place(line: u32) -> String {
    format!("{}:{line}:", file!())
}

#[test]
fn the_future_may_borrow_and_need_not_be_send() {
    on_each_kind(|runtime| {
        let local = Rc::new(String::from("here"));
        let borrowed = &local;
        let length = runtime.block_on(async move {
            rt::task::yield_now().await;
            borrowed.len()
        });
        assert_eq!(length, 4);
    });
}

#[test]
fn one_runtime_serves_many_block_ons() {
    on_each_kind(|runtime| {
        let sum: u64 = std::thread::scope(|scope| {
            let join = |number: u64| {
                let runtime = &runtime;
                scope.spawn(move || {
                    runtime.block_on(async {
                        let mut sum = 0;
                        for _ in 0..100 {
                            sum += rt::spawn(async move { number }).await.unwrap();
                        }
                        sum
                    })
                })
            };
            let threads: Vec<_> = (1..=20).map(join).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(sum, 100 * (20 * 21 / 2));
    });
}

#[test]
fn a_nested_block_on_panics_and_names_both_places() {
    on_each_kind(|runtime| {
        let outer = line!() + 1;
        let (inner, panic) = runtime.block_on(async {
            let inner = line!() + 1;
            let panic = catch_unwind(AssertUnwindSafe(|| runtime.block_on(async {})));
            (inner, panic)
        });
        let text = panic_text(panic.unwrap_err());
        assert!(text.contains(&place(outer)), "{text}");
        assert!(text.contains(&place(inner)), "{text}");
        assert!(text.contains("await the future instead"), "{text}");
    });
}

#[test]
fn a_block_on_in_a_task_panics_and_names_the_spawn() {
    let runtime = with_workers(1);
    let handle = runtime.handle().clone();
    let (tell, told) = mpsc::channel();
    let inner = line!() + 1;
    let nested = move || handle.block_on(async {});
    let spawned = line!() + 1;
    drop(runtime.spawn(async move {
        tell.send(catch_unwind(AssertUnwindSafe(nested))).unwrap();
    }));
    // Not in `block_on`: its thread could run the task, and is then itself what is named.
    let text = panic_text(told.recv().unwrap().unwrap_err());
    assert!(text.contains(&place(spawned)), "{text}");
    assert!(text.contains(&place(inner)), "{text}");
}

#[test]
fn try_block_on_returns_what_block_on_panics_with() {
    on_each_kind(|runtime| {
        assert_eq!(runtime.try_block_on(async { 1 }).unwrap(), 1);
        let nested = runtime.block_on(async { runtime.try_block_on(async { 1 }) });
        assert!(nested.unwrap_err().to_string().contains("await the future instead"));
    });
}

#[test]
fn another_runtime_is_no_way_round() {
    let (one, other) = (with_workers(1), with_workers(1));
    assert!(one.block_on(async { other.try_block_on(async {}).is_err() }));
}

#[test]
fn spawn_outside_a_runtime_panics_with_advice() {
    let panic = catch_unwind(|| drop(rt::spawn(async {})));
    let text = panic_text(panic.unwrap_err());
    assert!(text.contains("not inside a runtime"), "{text}");
    assert!(text.contains("block_on"), "{text}");
    assert!(rt::task::try_spawn(async {}).is_err());
}
