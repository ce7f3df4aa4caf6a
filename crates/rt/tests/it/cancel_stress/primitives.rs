//! Cancelled while they wait for, or hold, whatever there is: nothing of it is lost.

use std::sync::Arc;

use rt::sync::{
    Barrier, CapacityLimiter, Condvar, Event, Mutex, Notify, Queue, RwLock, Semaphore, mpmc,
};
use rt::task::yield_now;
use rt::time::{Duration, sleep, timeout};

use crate::cancel_stress::cancel_all;
use crate::with_workers;

const LONG: Duration = Duration::from_secs(3_600);

/// One of each.
struct Everything {
    mutex: Mutex<u64>,
    rw_lock: RwLock<u64>,
    semaphore: Semaphore,
    limiter: CapacityLimiter,
    notify: Notify,
    event: Event,
    condvar: Condvar,
    guarded: Mutex<()>,
    barrier: Barrier,
    queue: Queue<u64>,
    sender: mpmc::Sender<u64>,
    receiver: mpmc::Receiver<u64>,
}

impl Everything {
    fn new() -> Everything {
        let (sender, receiver) = mpmc::channel(2);
        Everything {
            mutex: Mutex::new(0),
            rw_lock: RwLock::new(0),
            semaphore: Semaphore::new(3),
            limiter: CapacityLimiter::new(2),
            notify: Notify::new(),
            event: Event::new(),
            condvar: Condvar::new(),
            guarded: Mutex::new(()),
            barrier: Barrier::new(1_000_000),
            queue: Queue::bounded(2),
            sender,
            receiver,
        }
    }

    /// Waits for one of them, and holds it for a moment, until it is cancelled.
    async fn use_one(&self, kind: usize) {
        loop {
            match kind % 14 {
                0 => {
                    let mut guard = self.mutex.lock().await;
                    yield_now().await;
                    *guard += 1;
                }
                1 => {
                    let guard = self.rw_lock.read().await;
                    yield_now().await;
                    drop(guard);
                }
                2 => {
                    let mut guard = self.rw_lock.write().await;
                    yield_now().await;
                    *guard += 1;
                }
                3 => {
                    let permits = self.semaphore.acquire_many(1 + kind as u32 % 3).await;
                    yield_now().await;
                    drop(permits);
                }
                4 => {
                    let token = self.limiter.acquire().await;
                    yield_now().await;
                    drop(token);
                }
                5 => self.notify.notified().await,
                6 => self.notify.notify_one(),
                7 => self.event.wait().await,
                8 => drop(self.condvar.wait(self.guarded.lock().await).await),
                9 => self.condvar.notify_one(),
                10 => drop(self.barrier.wait().await),
                11 => self.queue.put(1).await.unwrap(),
                12 => drop(self.queue.get().await.unwrap()),
                _ => match kind % 3 {
                    0 => self.sender.send(1).await.unwrap(),
                    1 => drop(self.receiver.recv().await.unwrap()),
                    _ => sleep(LONG).await,
                },
            }
            yield_now().await;
        }
    }

    /// Each serves who comes now, as if nobody had been there before.
    async fn is_as_new(&self) {
        assert!(self.mutex.try_lock().is_ok() && self.rw_lock.try_write().is_ok());
        assert_eq!(self.semaphore.available_permits(), 3);
        assert_eq!((self.limiter.borrowed_tokens(), self.barrier.waiting()), (0, 0));
        self.notify.notify_one();
        self.notify.notified().await;
        self.event.set();
        self.event.wait().await;
        while self.queue.try_get().is_ok() {}
        while self.receiver.try_recv().is_ok() {}
        self.queue.try_put(7).unwrap();
        assert_eq!(self.queue.get().await, Ok(7));
        self.sender.send(7).await.unwrap();
        assert_eq!(self.receiver.recv().await, Ok(7));
    }
}

#[test]
fn a_hundred_thousand_cancelled_waiters_leave_no_waiter_behind() {
    let runtime = with_workers(4);
    let everything = Arc::new(Everything::new());
    cancel_all(&runtime, 0x5EED, &everything, |everything, kind| async move {
        everything.use_one(kind).await
    });
    runtime.block_on(async {
        timeout(Duration::from_secs(60), everything.is_as_new()).await.expect("nothing is lost");
        // A waiter that was left behind would take the notification of this one.
        let (one, other) = (everything.clone(), everything.clone());
        let waiter = rt::spawn(async move {
            let guard = one.guarded.lock().await;
            drop(one.condvar.wait(guard).await);
        });
        while !waiter.is_finished() {
            drop(other.guarded.lock().await);
            other.condvar.notify_one();
            yield_now().await;
        }
        waiter.await.unwrap();
    });
}
