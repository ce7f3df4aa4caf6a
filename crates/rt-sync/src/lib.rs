//! Locks, queues and channels for tasks, on any executor.
//!
//! Applications use the crate `rt`, which gives out all of this one.

#![warn(missing_docs)]

mod barrier;
mod blocking;
mod capacity_limiter;
mod condvar;
mod event;
mod mapped;
mod mutex;
mod notify;
mod once_cell;
mod permits;
mod rw_lock;
mod semaphore;
mod sender_count;
mod set_once;
#[cfg(test)]
mod tests;
mod waiters;
mod waker_cell;
mod waker_slot;

pub mod broadcast;
pub mod mpmc;
pub mod mpsc;
pub mod oneshot;
pub mod queue;
pub mod watch;

pub mod futures {
    //! The futures that the calls of this crate return.

    pub use crate::barrier::BarrierWait;
    pub use crate::capacity_limiter::AcquireCapacity;
    pub use crate::condvar::{CondvarWait, CondvarWaitWhile};
    pub use crate::event::EventWait;
    pub use crate::mutex::{Lock, LockOwned};
    pub use crate::notify::{Notified, OwnedNotified};
    pub use crate::once_cell::{GetOrInit, GetOrTryInit};
    pub use crate::rw_lock::{Read, ReadOwned, UpgradableRead, Upgrade, Write, WriteOwned};
    pub use crate::semaphore::{Acquire, AcquireOwned};
    pub use crate::set_once::SetOnceWait;
}

pub use barrier::{Barrier, BarrierBroken, BarrierWaitResult};
pub use capacity_limiter::{AlreadyBorrowed, CapacityLimiter, CapacityStatistics, CapacityToken};
pub use condvar::Condvar;
pub use event::Event;
pub use mapped::{
    MappedMutexGuard, OwnedMappedMutexGuard, OwnedRwLockMappedWriteGuard, RwLockMappedWriteGuard,
};
pub use mutex::{Mutex, MutexGuard, OwnedMutexGuard, TryLockError};
pub use notify::Notify;
pub use once_cell::{LazyLock, OnceCell, SetError};
pub use rw_lock::{
    OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, RwLockReadGuard,
    RwLockUpgradableReadGuard, RwLockWriteGuard,
};
pub use semaphore::{
    AcquireError, OwnedSemaphorePermit, Semaphore, SemaphorePermit, TooManyPermits, TryAcquireError,
};
pub use set_once::{SetOnce, SetOnceError};
