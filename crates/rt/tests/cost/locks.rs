//! What locks cost, when nobody is in the way and when somebody is.

use std::pin::{Pin, pin};
use std::task::{Context, Waker};

use rt::sync::{Event, Mutex, Notify, RwLock, Semaphore};
use rt::task::yield_now;

use crate::{Cost, ROUND, in_block_on, per_operation};

/// Measures an operation that is done [`ROUND`] times in a round.
fn each(mut operation: impl AsyncFnMut()) -> Cost {
    in_block_on(per_operation(async || {
        for _ in 0..ROUND {
            operation().await;
        }
    }))
}

pub(crate) fn mutex() -> Cost {
    let mutex = Mutex::new(0);
    each(async || *mutex.lock().await += 1)
}

/// One waits while another has the lock, which is handed over; then the other way round. In small
/// batches, because a poll has a budget of leaf futures.
pub(crate) fn mutex_handed_over() -> Cost {
    const BATCH: usize = 50;
    let mutex = Mutex::new(());
    in_block_on(per_operation(async || {
        for _ in 0..ROUND / BATCH {
            let mut guard = mutex.lock().await;
            for _ in 0..BATCH {
                let mut waits = pin!(mutex.lock());
                assert!(poll(waits.as_mut()).is_pending());
                drop(guard);
                guard = waits.await;
            }
            drop(guard);
            yield_now().await;
        }
    }))
}

/// Polls once, for nobody: what the waker costs is counted with the wake of a task.
fn poll<F: Future>(future: Pin<&mut F>) -> std::task::Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

pub(crate) fn semaphore() -> Cost {
    let semaphore = Semaphore::new(1);
    each(async || drop(semaphore.acquire().await.unwrap()))
}

pub(crate) fn read() -> Cost {
    let lock = RwLock::new(0);
    each(async || drop(lock.read().await))
}

pub(crate) fn write() -> Cost {
    let lock = RwLock::new(0);
    each(async || *lock.write().await += 1)
}

pub(crate) fn notify() -> Cost {
    let notify = Notify::new();
    each(async || {
        notify.notify_one();
        notify.notified().await;
    })
}

pub(crate) fn event() -> Cost {
    let event = Event::new();
    event.set();
    each(async || event.wait().await)
}
