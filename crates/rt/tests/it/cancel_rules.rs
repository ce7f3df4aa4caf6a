//! The rules of cancellation, one test for each, named after it.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use rt::task::{JoinError, JoinHandle, yield_now};

use crate::on_each_kind;

mod regions;
mod requests;
mod scopes;

/// What happened, in order.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<&'static str>>>);

impl Log {
    pub(crate) fn add(&self, what: &'static str) {
        self.0.lock().unwrap().push(what);
    }

    pub(crate) fn so_far(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().clone()
    }

    /// Adds this when it is dropped.
    pub(crate) fn on_drop(&self, what: &'static str) -> OnDrop {
        OnDrop(self.clone(), what)
    }
}

pub(crate) struct OnDrop(Log, &'static str);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.add(self.1);
    }
}

pub(crate) async fn yields(times: usize) {
    for _ in 0..times {
        yield_now().await;
    }
}

/// Goes on once the task was asked to end, which no mask hides. So what is asked has not ended
/// before, however slow the one that asks is.
pub(crate) async fn asked() {
    crate::until(|| rt::task::current().cancelling() > 0).await;
}

/// Awaits both, each of which is polled whenever one is.
pub(crate) async fn both<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut from_a, mut from_b) = (None, None);
    poll_fn(|cx| {
        if from_a.is_none() {
            if let Poll::Ready(output) = a.as_mut().poll(cx) {
                from_a = Some(output);
            }
        }
        if from_b.is_none() {
            if let Poll::Ready(output) = b.as_mut().poll(cx) {
                from_b = Some(output);
            }
        }
        if from_a.is_none() || from_b.is_none() {
            return Poll::Pending;
        }
        Poll::Ready((from_a.take().unwrap(), from_b.take().unwrap()))
    })
    .await
}

/// Starts `task`, and cancels it once it has said "started".
pub(crate) async fn started_then_cancelled<T, F>(log: &Log, task: F) -> JoinHandle<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let says = log.clone();
    let handle = rt::spawn(async move {
        says.add("started");
        task.await
    });
    crate::until(|| log.so_far().contains(&"started")).await;
    // It has been polled, but may be still in that poll: the request comes in between or after.
    assert!(handle.cancel());
    handle
}

/// Runs the task that `make` makes, cancels it once it waits, and compares.
pub(crate) fn check<T, F>(
    make: impl Fn(Log) -> F,
    log: &[&str],
    outcome: impl Fn(Result<T, JoinError>),
) where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    on_each_kind(|runtime| {
        let happened = Log::default();
        let output = runtime.block_on(async {
            let task = started_then_cancelled(&happened, make(happened.clone())).await;
            task.await
        });
        assert_eq!(happened.so_far()[1..], *log);
        outcome(output);
    });
}

pub(crate) fn is_cancelled<T>(output: Result<T, JoinError>) {
    assert!(output.is_err_and(|error| error.is_cancelled()));
}

pub(crate) fn is<T: PartialEq + std::fmt::Debug>(expected: T) -> impl Fn(Result<T, JoinError>) {
    move |output| assert_eq!(output.unwrap(), expected)
}
