//! What a peer's locks must do for the benches of locks.

mod rt;
mod smol;
mod tokio;

use std::ops::{Deref, DerefMut};

/// The locks of a runtime, as its own users would use them.
///
/// Where a peer lacks one, it is put together from what it has, as its users would.
pub(crate) trait Locks: 'static {
    type Mutex: Send + Sync + 'static;
    type MutexGuard<'a>: DerefMut<Target = u64> + Send;

    fn mutex() -> Self::Mutex;
    fn lock(mutex: &Self::Mutex) -> impl Future<Output = Self::MutexGuard<'_>> + Send;

    type Semaphore: Send + Sync + 'static;
    type Permit<'a>: Send;

    fn semaphore(permits: usize) -> Self::Semaphore;
    fn acquire(semaphore: &Self::Semaphore) -> impl Future<Output = Self::Permit<'_>> + Send;

    type RwLock: Send + Sync + 'static;
    type ReadGuard<'a>: Deref<Target = u64> + Send;
    type WriteGuard<'a>: DerefMut<Target = u64> + Send;

    fn rw_lock() -> Self::RwLock;
    fn read(lock: &Self::RwLock) -> impl Future<Output = Self::ReadGuard<'_>> + Send;
    fn write(lock: &Self::RwLock) -> impl Future<Output = Self::WriteGuard<'_>> + Send;

    type Notify: Send + Sync + 'static;

    fn notify() -> Self::Notify;
    fn notify_one(notify: &Self::Notify);
    fn notified(notify: &Self::Notify) -> impl Future<Output = ()> + Send;

    type Condvar: Send + Sync + 'static;

    fn condvar() -> Self::Condvar;
    fn notify_condvar(condvar: &Self::Condvar);
    /// Unlocks, waits, and locks `mutex` again.
    fn wait<'a>(
        condvar: &'a Self::Condvar,
        mutex: &'a Self::Mutex,
        guard: Self::MutexGuard<'a>,
    ) -> impl Future<Output = Self::MutexGuard<'a>> + Send;

    type Barrier: Send + Sync + 'static;

    fn barrier(parties: usize) -> Self::Barrier;
    /// True for one task of a round.
    fn meet(barrier: &Self::Barrier) -> impl Future<Output = bool> + Send;
}
