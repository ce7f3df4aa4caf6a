//! tokio as a peer.

use std::{
    pin::Pin,
    time::{Duration, Instant},
};

use ::tokio::{runtime, sync::oneshot, task, time};

use super::{Peer, Sent};

/// tokio's multi-threaded runtime, with its timers and its own oneshot.
pub(crate) enum Tokio {}

impl Peer for Tokio {
    const NAME: &'static str = "tokio";

    type Runtime = runtime::Runtime;
    type Join<T: Send + 'static> = task::JoinHandle<T>;
    type Sender<T: Send + 'static> = oneshot::Sender<T>;
    type Receiver<T: Send + 'static> = oneshot::Receiver<T>;
    type Timer = time::Sleep;

    fn start(workers: usize) -> Self::Runtime {
        let mut builder = runtime::Builder::new_multi_thread();
        builder.worker_threads(workers).enable_time().build().expect("tokio starts")
    }

    fn block_on<F: Future>(runtime: &Self::Runtime, future: F) -> F::Output {
        runtime.block_on(future)
    }

    fn spawn_on<F>(runtime: &Self::Runtime, future: F) -> Self::Join<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        runtime.spawn(future)
    }

    fn spawn<F>(future: F) -> Self::Join<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        task::spawn(future)
    }

    fn detach<T: Send + 'static>(join: Self::Join<T>) {
        drop(join);
    }

    async fn join<T: Send + 'static>(join: Self::Join<T>) -> T {
        join.await.expect("the task ends with a value")
    }

    fn spawn_blocking<F, T>(job: F) -> impl Future<Output = T> + Send
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let job = task::spawn_blocking(job);
        async { job.await.expect("the job ends with a value") }
    }

    async fn yield_now() {
        task::yield_now().await;
    }

    async fn sleep(duration: Duration) {
        time::sleep(duration).await;
    }

    async fn timeout<F>(limit: Duration, future: F) -> Option<F::Output>
    where
        F: Future + Send,
        F::Output: Send,
    {
        time::timeout(limit, future).await.ok()
    }

    fn timer(duration: Duration) -> Self::Timer {
        time::sleep(duration)
    }

    fn reset(timer: Pin<&mut Self::Timer>, duration: Duration) {
        timer.reset(time::Instant::now() + duration);
    }

    async fn ticks(start: Instant, period: Duration, count: usize) {
        let mut interval = time::interval_at(start.into(), period);
        for _ in 0..count {
            interval.tick().await;
        }
    }

    fn oneshot<T: Send + 'static>() -> (Self::Sender<T>, Self::Receiver<T>) {
        oneshot::channel()
    }

    fn send<T: Send + 'static>(sender: Self::Sender<T>, value: T) {
        assert!(sender.send(value).is_ok(), "the receiver is still there");
    }

    fn receive<T: Send + 'static>(receiver: Self::Receiver<T>) -> impl Future<Output = T> + Send {
        Sent(receiver)
    }
}
