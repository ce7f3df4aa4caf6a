//! tokio's locks; it has no condition variable, so `Notify` stands in for it.

use super::Locks;
use crate::peer::Tokio;
use ::tokio::sync;
use std::pin::pin;

impl Locks for Tokio {
    type Mutex = sync::Mutex<u64>;
    type MutexGuard<'a> = sync::MutexGuard<'a, u64>;

    fn mutex() -> Self::Mutex {
        sync::Mutex::new(0)
    }

    fn lock(mutex: &Self::Mutex) -> impl Future<Output = Self::MutexGuard<'_>> + Send {
        mutex.lock()
    }

    type Semaphore = sync::Semaphore;
    type Permit<'a> = sync::SemaphorePermit<'a>;

    fn semaphore(permits: usize) -> Self::Semaphore {
        sync::Semaphore::new(permits)
    }

    async fn acquire(semaphore: &Self::Semaphore) -> Self::Permit<'_> {
        semaphore.acquire().await.expect("the semaphore stays open")
    }

    type RwLock = sync::RwLock<u64>;
    type ReadGuard<'a> = sync::RwLockReadGuard<'a, u64>;
    type WriteGuard<'a> = sync::RwLockWriteGuard<'a, u64>;

    fn rw_lock() -> Self::RwLock {
        sync::RwLock::new(0)
    }

    fn read(lock: &Self::RwLock) -> impl Future<Output = Self::ReadGuard<'_>> + Send {
        lock.read()
    }

    fn write(lock: &Self::RwLock) -> impl Future<Output = Self::WriteGuard<'_>> + Send {
        lock.write()
    }

    type Notify = sync::Notify;

    fn notify() -> Self::Notify {
        sync::Notify::new()
    }

    fn notify_one(notify: &Self::Notify) {
        notify.notify_one();
    }

    fn notified(notify: &Self::Notify) -> impl Future<Output = ()> + Send {
        notify.notified()
    }

    type Condvar = sync::Notify;

    fn condvar() -> Self::Condvar {
        sync::Notify::new()
    }

    fn notify_condvar(condvar: &Self::Condvar) {
        condvar.notify_one();
    }

    async fn wait<'a>(
        condvar: &'a Self::Condvar,
        mutex: &'a Self::Mutex,
        guard: Self::MutexGuard<'a>,
    ) -> Self::MutexGuard<'a> {
        let mut notified = pin!(condvar.notified());
        notified.as_mut().enable();
        drop(guard);
        notified.await;
        mutex.lock().await
    }

    type Barrier = sync::Barrier;

    fn barrier(parties: usize) -> Self::Barrier {
        sync::Barrier::new(parties)
    }

    async fn meet(barrier: &Self::Barrier) -> bool {
        barrier.wait().await.is_leader()
    }
}
