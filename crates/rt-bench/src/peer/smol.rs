//! smol as a peer.

use std::{
    cell::RefCell,
    pin::Pin,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use ::smol::{Executor, Task, Timer, channel, future, stream::StreamExt};

use super::Peer;
use crate::oneshot;

/// smol: an executor, and threads of ours that run it, as smol's documentation shows it.
pub(crate) enum Smol {}

thread_local! {
    /// The executor that this thread runs, so that a task can spawn without carrying it along.
    static EXECUTOR: RefCell<Option<Arc<Executor<'static>>>> = const { RefCell::new(None) };
}

/// A fresh executor and the threads that run it.
pub(crate) struct Threads {
    // [C] What the threads run.
    executor: Arc<Executor<'static>>,
    // [C] Closing it ends the threads.
    stop: channel::Sender<()>,
    // [O] Joined when the runtime is dropped.
    threads: Vec<thread::JoinHandle<()>>,
}

impl Threads {
    fn start(workers: usize) -> Threads {
        let executor = Arc::new(Executor::new());
        let (stop, stopped) = channel::bounded::<()>(1);
        let thread = |_| {
            let (executor, stopped) = (executor.clone(), stopped.clone());
            thread::spawn(move || {
                EXECUTOR.set(Some(executor.clone()));
                // An error: the channel was closed, which is the sign to stop.
                let _ = ::smol::block_on(executor.run(stopped.recv()));
            })
        };
        let threads = (0..workers).map(thread).collect();
        Threads { executor, stop, threads }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.stop.close();
        for thread in self.threads.drain(..) {
            thread.join().expect("smol's threads do not panic");
        }
    }
}

impl Peer for Smol {
    const NAME: &'static str = "smol";

    type Runtime = Threads;
    type Join<T: Send + 'static> = Task<T>;
    type Sender<T: Send + 'static> = oneshot::Sender<T>;
    type Receiver<T: Send + 'static> = oneshot::Receiver<T>;
    type Timer = Timer;

    fn start(workers: usize) -> Self::Runtime {
        Threads::start(workers)
    }

    fn block_on<F: Future>(runtime: &Self::Runtime, future: F) -> F::Output {
        EXECUTOR.set(Some(runtime.executor.clone()));
        let output = ::smol::block_on(future);
        EXECUTOR.set(None);
        output
    }

    fn spawn_on<F>(runtime: &Self::Runtime, future: F) -> Self::Join<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        runtime.executor.spawn(future)
    }

    fn spawn<F>(future: F) -> Self::Join<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        EXECUTOR.with_borrow(|executor| {
            executor.as_ref().expect("spawn is called inside the executor").spawn(future)
        })
    }

    fn detach<T: Send + 'static>(join: Self::Join<T>) {
        join.detach();
    }

    fn join<T: Send + 'static>(join: Self::Join<T>) -> impl Future<Output = T> + Send {
        join
    }

    fn spawn_blocking<F, T>(job: F) -> impl Future<Output = T> + Send
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        ::smol::unblock(job)
    }

    async fn yield_now() {
        future::yield_now().await;
    }

    async fn sleep(duration: Duration) {
        Timer::after(duration).await;
    }

    async fn timeout<F>(limit: Duration, future: F) -> Option<F::Output>
    where
        F: Future + Send,
        F::Output: Send,
    {
        let late = async {
            Timer::after(limit).await;
            None
        };
        future::or(async { Some(future.await) }, late).await
    }

    fn timer(duration: Duration) -> Self::Timer {
        Timer::after(duration)
    }

    fn reset(timer: Pin<&mut Self::Timer>, duration: Duration) {
        timer.get_mut().set_after(duration);
    }

    async fn ticks(start: Instant, period: Duration, count: usize) {
        let mut interval = Timer::interval_at(start, period);
        for _ in 0..count {
            interval.next().await;
        }
    }

    fn oneshot<T: Send + 'static>() -> (Self::Sender<T>, Self::Receiver<T>) {
        oneshot::channel()
    }

    fn send<T: Send + 'static>(sender: Self::Sender<T>, value: T) {
        sender.send(value);
    }

    fn receive<T: Send + 'static>(receiver: Self::Receiver<T>) -> impl Future<Output = T> + Send {
        receiver
    }
}
