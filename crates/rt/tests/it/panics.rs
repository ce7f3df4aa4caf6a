//! A panic stays in its task.
//!
//! Where many are needed they start with `resume_unwind`, which tells no hook and prints nothing.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use crate::gate::Gate;
use crate::{on_each_kind, with_workers};

#[test]
fn a_panic_is_carried_to_the_joiner() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let task = rt::spawn(async { panic!("on purpose") });
            let error: rt::task::JoinError = task.await.unwrap_err();
            assert!(error.is_panic() && !error.is_cancelled());
            assert_eq!(error.into_panic().downcast_ref(), Some(&"on purpose"));
        });
    });
}

#[test]
fn ten_thousand_panics_harm_nobody_else() {
    on_each_kind(|runtime| {
        let token = Arc::new(());
        runtime.block_on(async {
            let spawn = |number: u32| {
                let token = token.clone();
                rt::spawn(async move {
                    let _alive = token;
                    rt::task::yield_now().await;
                    if number % 2 == 0 {
                        resume_unwind(Box::new(number));
                    }
                    number
                })
            };
            let tasks: Vec<_> = (0..20_000).map(spawn).collect();
            for (number, task) in (0..).zip(tasks) {
                let value = task.await.or_else(|error| error.into_panic().downcast().map(|n| *n));
                assert_eq!(value.unwrap(), number);
            }
        });
        assert_eq!(Arc::strong_count(&token), 1);
        assert_eq!(runtime.block_on(async { rt::spawn(async { 1 }).await.unwrap() }), 1);
    });
}

#[test]
fn a_panic_nobody_joins_harms_nobody() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            for _ in 0..100 {
                drop(rt::spawn(async { resume_unwind(Box::new(())) }));
            }
            assert_eq!(rt::spawn(async { 1 }).await.unwrap(), 1);
        });
    });
}

/// Unwinds when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            resume_unwind(Box::new("bomb"));
        }
    }
}

/// Mutants: task.drop_panic_is_lost
#[test]
fn a_future_that_panics_in_its_drop_harms_nobody() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let bomb = Bomb;
            let task = rt::spawn(async move {
                let _bomb = bomb;
                std::future::pending::<()>().await;
            });
            rt::task::yield_now().await;
            task.abort();
            assert!(task.await.is_err());
            assert_eq!(rt::spawn(async { 1 }).await.unwrap(), 1);
        });
    });
}

#[test]
fn a_value_that_panics_in_its_drop_harms_nobody() {
    on_each_kind(|runtime| {
        let token = Arc::new(());
        runtime.block_on(async {
            let value = (Bomb, token.clone());
            drop(rt::spawn(async move { value }));
            while Arc::strong_count(&token) > 1 {
                rt::task::yield_now().await;
            }
            assert_eq!(rt::spawn(async { 1 }).await.unwrap(), 1);
        });
    });
}

#[test]
fn a_panic_in_block_on_comes_out_of_it() {
    on_each_kind(|runtime| {
        let unwound = catch_unwind(AssertUnwindSafe(|| {
            runtime.block_on(async {
                rt::task::yield_now().await;
                resume_unwind(Box::new(5_u8))
            })
        }));
        let payload = unwound.unwrap_err();
        assert_eq!(payload.downcast_ref::<u8>(), Some(&5));
        assert_eq!(runtime.block_on(async { 1 }), 1);
    });
}

#[test]
fn a_panic_while_others_wait_leaves_them_waiting_well() {
    let runtime = with_workers(2);
    runtime.block_on(async {
        let gate = Gate::default();
        let waiters: Vec<_> = (0..100)
            .map(|_| {
                let gate = gate.clone();
                rt::spawn(async move { gate.wait().await })
            })
            .collect();
        assert!(rt::spawn(async { resume_unwind(Box::new(())) }).await.is_err());
        gate.open();
        for waiter in waiters {
            waiter.await.unwrap();
        }
    });
}
