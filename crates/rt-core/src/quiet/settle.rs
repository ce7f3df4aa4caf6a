//! Waits until every other task waits.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::context;
use crate::shared::ExecutorShared;
use crate::wait::{WaitKind, note_wait};

/// Waits until every other task of the runtime is blocked: nothing more happens by itself, unless
/// time passes or something comes from outside.
///
/// A test that started something can so let it go as far as it gets, without a sleep. A clock that
/// stands still does not move meanwhile. Work outside the runtime is not waited for. Who calls it
/// in a loop lets time pass in between with a sleep, or the clock stands for ever.
///
/// trio: `wait_all_tasks_blocked`.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     let task = rt_core::spawn(async { rt_core::yield_now().await });
///     rt_core::settle().await;
///     assert!(task.is_finished());
/// });
/// ```
///
/// # Panics
///
/// When it is polled outside a runtime.
///
/// # Cancel safety
///
/// Nothing is lost when it is dropped.
#[doc(alias = "wait_all_tasks_blocked")]
#[track_caller]
pub fn settle() -> Settle {
    Settle { since: None, made_at: Location::caller() }
}

/// The future of [`settle`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::{Settle, settle};
///
/// let task = rt_core::spawn(async {});
/// let quiet: Settle = settle();
/// quiet.await;
/// assert!(task.is_finished());
/// # });
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct Settle {
    /// How often the executor had settled when this began to wait.
    since: Option<u64>,
    made_at: &'static Location<'static>,
}

impl Future for Settle {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let polled = context::with_shared(|shared, _| poll_settled(shared, &mut self.since, cx));
        match polled {
            Ok(Poll::Ready(())) => Poll::Ready(()),
            Ok(Poll::Pending) => {
                note_wait(WaitKind::Signal, self.made_at, 0);
                Poll::Pending
            }
            Err(error) => panic!("the settle() made at {} cannot end: {error}", self.made_at),
        }
    }
}

fn poll_settled(
    shared: &ExecutorShared,
    since: &mut Option<u64>,
    cx: &mut Context<'_>,
) -> Poll<()> {
    shared.count_sleepers();
    // Cloned before the lock is taken: a waker may be anybody's.
    let waker = cx.waker().clone();
    let mut sleepers = shared.quiet.sleepers.lock();
    let since = *since.get_or_insert(sleepers.settled);
    if sleepers.settled > since {
        drop(sleepers);
        return Poll::Ready(());
    }
    if !sleepers.settlers.iter().any(|other| other.will_wake(&waker)) {
        sleepers.settlers.push(waker);
        return Poll::Pending;
    }
    drop(sleepers);
    Poll::Pending
}
