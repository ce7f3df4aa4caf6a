//! Benches of locks and of what else tasks wait for.

use std::sync::Arc;

use super::Work;
use crate::{
    latch::Latch,
    measure::wrong,
    peer::{Peer, inside},
};

/// Runs `tasks` tasks of `body`, and waits for them.
fn all<P: Peer, F, B>(runtime: &P::Runtime, tasks: usize, body: B)
where
    F: Future<Output = ()> + Send + 'static,
    B: Fn(usize) -> F + Send + 'static,
{
    let latch = Latch::new(tasks);
    let counted = latch.clone();
    inside::<P, _>(runtime, async move {
        for number in 0..tasks {
            let (latch, work) = (counted.clone(), body(number));
            P::detach(P::spawn(async move {
                work.await;
                latch.count_down();
            }));
        }
    });
    latch.wait();
}

pub(crate) struct MutexUncontended;

impl Work for MutexUncontended {
    const NAME: &'static str = "mutex_uncontended";
    const DOES: &'static str = "one task that locks and unlocks 1 000 000 times";

    fn run<P: Peer>(runtime: &P::Runtime) {
        const TIMES: u64 = 1_000_000;
        let count = inside::<P, _>(runtime, async {
            let mutex = P::mutex();
            for _ in 0..TIMES {
                *P::lock(&mutex).await += 1;
            }
            *P::lock(&mutex).await
        });
        if count != TIMES {
            wrong("a lock lost an increment");
        }
    }
}

pub(crate) struct MutexContended;

impl Work for MutexContended {
    const NAME: &'static str = "mutex_contended";
    const DOES: &'static str = "100 tasks that lock 2 000 times each, and yield while they hold it";

    fn run<P: Peer>(runtime: &P::Runtime) {
        let mutex = Arc::new(P::mutex());
        all::<P, _, _>(runtime, 100, move |_| {
            let mutex = mutex.clone();
            async move {
                for _ in 0..2_000 {
                    let mut guard = P::lock(&mutex).await;
                    *guard += 1;
                    P::yield_now().await;
                }
            }
        });
    }
}

pub(crate) struct SemaphoreContended;

impl Work for SemaphoreContended {
    const NAME: &'static str = "semaphore";
    const DOES: &'static str =
        "100 tasks that acquire one of 10 permits 2 000 times each, and yield while they hold it";

    fn run<P: Peer>(runtime: &P::Runtime) {
        let semaphore = Arc::new(P::semaphore(10));
        all::<P, _, _>(runtime, 100, move |_| {
            let semaphore = semaphore.clone();
            async move {
                for _ in 0..2_000 {
                    let _permit = P::acquire(&semaphore).await;
                    P::yield_now().await;
                }
            }
        });
    }
}

/// Tasks that read, and write each `EACH` times, and yield while they hold the lock.
pub(crate) struct ReadersAndWriters<const EACH: u64>;

impl<const EACH: u64> Work for ReadersAndWriters<EACH> {
    const NAME: &'static str = if EACH > 10 { "rw_lock_read_heavy" } else { "rw_lock_mixed" };
    const DOES: &'static str = if EACH > 10 {
        "100 tasks that lock 2 000 times each, once in 100 to write, and yield while they hold it"
    } else {
        "100 tasks that lock 2 000 times each, once in 4 to write, and yield while they hold it"
    };

    fn run<P: Peer>(runtime: &P::Runtime) {
        let lock = Arc::new(P::rw_lock());
        all::<P, _, _>(runtime, 100, move |number| {
            let lock = lock.clone();
            async move {
                for turn in 0..2_000 {
                    if (turn + number as u64) % EACH == 0 {
                        *P::write(&lock).await += 1;
                    } else {
                        let guard = P::read(&lock).await;
                        P::yield_now().await;
                        drop(guard);
                    }
                }
            }
        });
    }
}

pub(crate) struct NotifyPingPong;

impl Work for NotifyPingPong {
    const NAME: &'static str = "notify";
    const DOES: &'static str = "50 pairs of tasks that notify each other 2 000 times";

    fn run<P: Peer>(runtime: &P::Runtime) {
        let pairs: Arc<Vec<_>> = Arc::new((0..100).map(|_| P::notify()).collect());
        all::<P, _, _>(runtime, 100, move |number| {
            let pairs = pairs.clone();
            async move {
                let is_first = number % 2 == 0;
                for _ in 0..2_000 {
                    if is_first {
                        P::notify_one(&pairs[number + 1]);
                        P::notified(&pairs[number]).await;
                    } else {
                        P::notified(&pairs[number]).await;
                        P::notify_one(&pairs[number - 1]);
                    }
                }
            }
        });
    }
}

pub(crate) struct CondvarSlot;

impl Work for CondvarSlot {
    const NAME: &'static str = "condvar";
    const DOES: &'static str = "50 pairs of tasks that take turns 1 000 times by a condition";

    fn run<P: Peer>(runtime: &P::Runtime) {
        let turn = || (P::mutex(), [P::condvar(), P::condvar()]);
        let pairs: Arc<Vec<_>> = Arc::new((0..50).map(|_| turn()).collect());
        all::<P, _, _>(runtime, 100, move |number| {
            let pairs = pairs.clone();
            async move {
                let (mutex, turned) = &pairs[number / 2];
                let side = number % 2;
                for _ in 0..1_000 {
                    let mut guard = P::lock(mutex).await;
                    while *guard % 2 != side as u64 {
                        guard = P::wait(&turned[side], mutex, guard).await;
                    }
                    *guard += 1;
                    drop(guard);
                    P::notify_condvar(&turned[1 - side]);
                }
            }
        });
    }
}

pub(crate) struct BarrierRounds;

impl Work for BarrierRounds {
    const NAME: &'static str = "barrier";
    const DOES: &'static str = "20 tasks that meet 5 000 times";

    fn run<P: Peer>(runtime: &P::Runtime) {
        let barrier = Arc::new(P::barrier(20));
        all::<P, _, _>(runtime, 20, move |_| {
            let barrier = barrier.clone();
            async move {
                for _ in 0..5_000 {
                    P::meet(&barrier).await;
                }
            }
        });
    }
}
