//! A set of tasks gives each output once, in the order in which the tasks end.

use rt::task::{JoinSet, WaitFor, yield_now};

use crate::gate::Gate;
use crate::on_each_kind;

#[test]
fn a_set_gives_each_output_once() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let mut set = JoinSet::new();
            for number in 0..1_000_u64 {
                set.spawn(async move {
                    for _ in 0..number % 5 {
                        yield_now().await;
                    }
                    number
                });
            }
            let mut sum = 0;
            while let Some(number) = set.join_next().await {
                sum += number.unwrap();
            }
            assert_eq!(sum, 999 * 1_000 / 2);
            assert!(set.is_empty() && set.join_next().await.is_none());
        });
    });
}

#[test]
fn places_are_used_again() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let mut set = JoinSet::new();
            for number in 0..100 {
                set.spawn(async move { number });
                set.spawn(async move { number });
                assert_eq!(set.join_next().await.unwrap().unwrap(), number);
                assert_eq!(set.join_next().await.unwrap().unwrap(), number);
                assert_eq!(set.len(), 0);
            }
        });
    });
}

#[test]
fn wait_says_how_many_have_ended_and_takes_none() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let gate = Gate::default();
            let mut set = JoinSet::new();
            set.spawn(async {});
            let at = gate.clone();
            set.spawn(async move { at.wait().await });
            assert_eq!(set.wait(WaitFor::First, None).await, 1);
            assert_eq!(set.len(), 2);
            gate.open();
            assert_eq!(set.wait(WaitFor::All, None).await, 2);
            assert_eq!(set.drain_done().len(), 2);
            assert_eq!(
                set.wait(WaitFor::All, None).await,
                0,
                "an empty set has nothing to wait for"
            );
        });
    });
}

#[test]
fn wait_for_the_first_error_ignores_what_was_cancelled() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let gate = Gate::default();
            let mut set = JoinSet::new();
            set.spawn(std::future::pending::<()>()).abort();
            let at = gate.clone();
            set.spawn(async move {
                at.wait().await;
                panic!("the first error");
            });
            set.spawn(std::future::pending::<()>());
            set.wait(WaitFor::First, None).await;
            gate.open();
            set.wait(WaitFor::FirstError, None).await;
            let ended = set.drain_done();
            assert!(ended[0].as_ref().unwrap_err().is_cancelled());
            assert!(ended[1].as_ref().unwrap_err().is_panic());
        });
    });
}

#[test]
fn a_dropped_set_aborts_and_a_detached_one_does_not() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let token = std::sync::Arc::new(());
            let gate = Gate::default();
            for detach in [false, true] {
                let mut set = JoinSet::new();
                let (held, at) = (token.clone(), gate.clone());
                set.spawn(async move {
                    let _held = held;
                    at.wait().await;
                });
                if detach {
                    set.detach_all();
                }
                drop(set);
            }
            crate::until(|| std::sync::Arc::strong_count(&token) == 2).await;
            gate.open();
            crate::until(|| std::sync::Arc::strong_count(&token) == 1).await;
        });
    });
}

#[test]
fn join_all_gives_all_values() {
    on_each_kind(|runtime| {
        let mut values = runtime.block_on(async {
            let mut set = JoinSet::new();
            for number in 0..10 {
                set.spawn(async move { number });
            }
            set.join_all().await
        });
        values.sort_unstable();
        assert_eq!(values, (0..10).collect::<Vec<_>>());
    });
}
