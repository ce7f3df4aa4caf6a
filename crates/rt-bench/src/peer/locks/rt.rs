//! Our locks.

use super::Locks;
use crate::peer::Rt;
use ::rt::sync;

impl Locks for Rt {
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

    type Condvar = sync::Condvar;

    fn condvar() -> Self::Condvar {
        sync::Condvar::new()
    }

    fn notify_condvar(condvar: &Self::Condvar) {
        condvar.notify_one();
    }

    fn wait<'a>(
        condvar: &'a Self::Condvar,
        _mutex: &'a Self::Mutex,
        guard: Self::MutexGuard<'a>,
    ) -> impl Future<Output = Self::MutexGuard<'a>> + Send {
        condvar.wait(guard)
    }

    type Barrier = sync::Barrier;

    fn barrier(parties: usize) -> Self::Barrier {
        sync::Barrier::new(parties)
    }

    async fn meet(barrier: &Self::Barrier) -> bool {
        barrier.wait().await.expect("the barrier stays whole").is_leader()
    }
}
