//! The one trait behind which every runtime does the same work.

mod locks;
mod many;
mod rt;
mod smol;
mod tokio;

use std::{
    fmt::Debug,
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, Instant},
};

pub(crate) use self::{locks::Locks, many::Many, rt::Rt, smol::Smol, tokio::Tokio};
use crate::channels::Channels;

/// The peers in the order in which each rep runs them. The first is ours.
pub(crate) const PEERS: [&str; 3] = [Rt::NAME, Tokio::NAME, Smol::NAME];

/// A runtime as its own users would use it. All calls are dispatched statically.
pub(crate) trait Peer: Channels + Locks + Many + 'static {
    const NAME: &'static str;

    /// A running runtime; dropping it stops its threads and drops its tasks.
    type Runtime: Sync;
    /// What a spawn returns.
    type Join<T: Send + 'static>: Send + 'static;
    /// The sending half of a oneshot.
    type Sender<T: Send + 'static>: Send + 'static;
    /// The receiving half of a oneshot.
    type Receiver<T: Send + 'static>: Send + 'static;
    /// A sleep that can be set again.
    type Timer: Future<Output: Send> + Send + 'static;

    fn start(workers: usize) -> Self::Runtime;

    /// Runs `future` on the calling thread.
    fn block_on<F: Future>(runtime: &Self::Runtime, future: F) -> F::Output;

    /// Spawns from a thread that knows nothing of the runtime.
    fn spawn_on<F>(runtime: &Self::Runtime, future: F) -> Self::Join<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static;

    /// Spawns from inside a task or `block_on`.
    fn spawn<F>(future: F) -> Self::Join<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static;

    /// Lets the task run on with nobody waiting for it.
    fn detach<T: Send + 'static>(join: Self::Join<T>);

    /// Waits for a task that must not panic.
    fn join<T: Send + 'static>(join: Self::Join<T>) -> impl Future<Output = T> + Send;

    /// Starts a job on a thread for such, and waits for its value.
    fn spawn_blocking<F, T>(job: F) -> impl Future<Output = T> + Send
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static;

    fn yield_now() -> impl Future<Output = ()> + Send;

    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send;

    /// The output of `future`, or `None` after `limit`.
    fn timeout<F>(limit: Duration, future: F) -> impl Future<Output = Option<F::Output>> + Send
    where
        F: Future + Send,
        F::Output: Send;

    fn timer(duration: Duration) -> Self::Timer;

    /// Lets a timer end `duration` from now instead.
    fn reset(timer: Pin<&mut Self::Timer>, duration: Duration);

    /// Takes so many ticks of an interval, which makes up for those that were missed.
    fn ticks(start: Instant, period: Duration, count: usize) -> impl Future<Output = ()> + Send;

    fn oneshot<T: Send + 'static>() -> (Self::Sender<T>, Self::Receiver<T>);

    /// Sends to a receiver that must still be there.
    fn send<T: Send + 'static>(sender: Self::Sender<T>, value: T);

    /// Waits for a sender that must not be dropped unsent.
    fn receive<T: Send + 'static>(receiver: Self::Receiver<T>) -> impl Future<Output = T> + Send;
}

/// The value of a receiver whose sender sends one. Not an async block, whose states would cost as
/// much as the receiver of some peers, and which the others do not need.
struct Sent<R>(R);

impl<T, E, R> Future for Sent<R>
where
    E: Debug,
    R: Future<Output = Result<T, E>> + Unpin,
{
    type Output = T;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        Pin::new(&mut self.0).poll(cx).map(|value| value.expect("the sender sends"))
    }
}

/// Runs `future` as a task while the calling thread sleeps in the standard library.
///
/// `block_on` would not do: in some runtimes its thread helps to run the tasks.
pub(crate) fn inside<P: Peer, F>(runtime: &P::Runtime, future: F) -> F::Output
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let (sender, receiver) = std::sync::mpsc::channel();
    P::detach(P::spawn_on(runtime, async move {
        // The receiver is gone only when the bench has already failed.
        let _ = sender.send(future.await);
    }));
    receiver.recv().expect("the root task panicked or was dropped")
}
