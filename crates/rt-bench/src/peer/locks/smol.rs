//! smol's locks; it has neither notifications nor conditions, so a semaphore stands in for them.

use super::Locks;
use crate::peer::Smol;
use ::smol::lock;

impl Locks for Smol {
    type Mutex = lock::Mutex<u64>;
    type MutexGuard<'a> = lock::MutexGuard<'a, u64>;

    fn mutex() -> Self::Mutex {
        lock::Mutex::new(0)
    }

    fn lock(mutex: &Self::Mutex) -> impl Future<Output = Self::MutexGuard<'_>> + Send {
        mutex.lock()
    }

    type Semaphore = lock::Semaphore;
    type Permit<'a> = lock::SemaphoreGuard<'a>;

    fn semaphore(permits: usize) -> Self::Semaphore {
        lock::Semaphore::new(permits)
    }

    fn acquire(semaphore: &Self::Semaphore) -> impl Future<Output = Self::Permit<'_>> + Send {
        semaphore.acquire()
    }

    type RwLock = lock::RwLock<u64>;
    type ReadGuard<'a> = lock::RwLockReadGuard<'a, u64>;
    type WriteGuard<'a> = lock::RwLockWriteGuard<'a, u64>;

    fn rw_lock() -> Self::RwLock {
        lock::RwLock::new(0)
    }

    fn read(lock: &Self::RwLock) -> impl Future<Output = Self::ReadGuard<'_>> + Send {
        lock.read()
    }

    fn write(lock: &Self::RwLock) -> impl Future<Output = Self::WriteGuard<'_>> + Send {
        lock.write()
    }

    type Notify = lock::Semaphore;

    fn notify() -> Self::Notify {
        lock::Semaphore::new(0)
    }

    fn notify_one(notify: &Self::Notify) {
        notify.add_permits(1);
    }

    async fn notified(notify: &Self::Notify) {
        notify.acquire().await.forget();
    }

    type Condvar = lock::Semaphore;

    fn condvar() -> Self::Condvar {
        lock::Semaphore::new(0)
    }

    fn notify_condvar(condvar: &Self::Condvar) {
        condvar.add_permits(1);
    }

    async fn wait<'a>(
        condvar: &'a Self::Condvar,
        mutex: &'a Self::Mutex,
        guard: Self::MutexGuard<'a>,
    ) -> Self::MutexGuard<'a> {
        drop(guard);
        condvar.acquire().await.forget();
        mutex.lock().await
    }

    type Barrier = lock::Barrier;

    fn barrier(parties: usize) -> Self::Barrier {
        lock::Barrier::new(parties)
    }

    async fn meet(barrier: &Self::Barrier) -> bool {
        barrier.wait().await.is_leader()
    }
}
