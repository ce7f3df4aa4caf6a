//! Values that are made once, and tokens that are lent to known borrowers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rt::sync::{CapacityLimiter, LazyLock, OnceCell, SetError, SetOnce};
use rt::task::yield_now;

use crate::{on_each_executor, on_each_kind};

#[test]
fn a_value_is_made_once() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let cell = Arc::new(OnceCell::new());
            let made = Arc::new(AtomicUsize::new(0));
            let tasks: Vec<_> = (0..20)
                .map(|_| {
                    let (cell, made) = (cell.clone(), made.clone());
                    rt::spawn(async move {
                        let make = async || {
                            yield_now().await;
                            made.fetch_add(1, Ordering::Relaxed)
                        };
                        *cell.get_or_init(make).await
                    })
                })
                .collect();
            for task in tasks {
                assert_eq!(task.await.unwrap(), 0);
            }
            assert_eq!(cell.set(5).unwrap_err().into_inner(), 5);
        });
    });
}

#[test]
fn a_failure_to_make_a_value_is_no_value() {
    on_each_executor(async || {
        let cell = OnceCell::new();
        assert_eq!(cell.get_or_try_init(async || Err("no")).await, Err("no"));
        let mut slow = Box::pin(cell.get_or_init(std::future::pending));
        assert!(futures::poll!(slow.as_mut()).is_pending());
        assert!(matches!(cell.set(1), Err(SetError::InitializingError(1))));
        drop(slow);
        assert_eq!(cell.get_or_try_init(async || Ok::<_, ()>(2)).await, Ok(&2));
        assert!(matches!(cell.set(1), Err(SetError::AlreadyInitializedError(1))));
    });
}

static LAZY: LazyLock<usize> = LazyLock::new(|| Box::pin(async { 42 }));

#[test]
fn a_lazy_value_may_be_a_static() {
    on_each_executor(async || assert_eq!(*LAZY.get().await, 42));
}

#[test]
fn a_limiter_lends_a_task_one_token() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let limiter = CapacityLimiter::new(1);
            let token = limiter.acquire().await.unwrap();
            let error = limiter.acquire().await.unwrap_err();
            assert_eq!(limiter.statistics().borrowers, [error.borrower]);
            let mut other = Box::pin(limiter.acquire_on_behalf_of(u64::MAX));
            assert!(futures::poll!(other.as_mut()).is_pending());
            limiter.set_total_tokens(2);
            let other = other.await.unwrap();
            assert_eq!((limiter.borrowed_tokens(), limiter.available_tokens()), (2, 0));
            drop((token, other));
            assert_eq!(limiter.available_tokens(), 2);
        });
    });
}

#[test]
fn a_value_is_set_once_and_all_who_wait_have_it() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let cell = Arc::new(SetOnce::new());
            let wait = |cell: Arc<SetOnce<u32>>| async move { *cell.wait().await };
            let tasks: Vec<_> = (0..20).map(|_| rt::spawn(wait(cell.clone()))).collect();
            // One who goes takes nothing along.
            tasks[0].abort();
            yield_now().await;
            let (first, second) = (cell.clone(), cell.clone());
            let setters = [rt::spawn(async move { first.set(1) }), {
                rt::spawn(async move { second.set(2) })
            }];
            let mut refused = 0;
            for setter in setters {
                refused += setter.await.unwrap().map_or_else(|error| error.0, |()| 0);
            }
            let value = *cell.wait().await;
            assert_eq!(value + refused, 3, "one of them set it, the other has its value back");
            for task in tasks.into_iter().skip(1) {
                assert_eq!(task.await.unwrap(), value);
            }
        });
    });
}
