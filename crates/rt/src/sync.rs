//! Locks, queues and channels for tasks; they work on any executor.
//!
//! | asyncio | here |
//! |---|---|
//! | `asyncio.Lock` | [`Mutex`] |
//! | `asyncio.Event` | [`Event`] |
//! | `asyncio.Condition` | [`Condvar`] |
//! | `asyncio.Semaphore`, `BoundedSemaphore` | [`Semaphore::new`], [`Semaphore::bounded`] |
//! | `asyncio.Barrier` | [`Barrier`] |
//! | `asyncio.Queue`, `LifoQueue`, `PriorityQueue` | [`Queue`], [`LifoQueue`], [`PriorityQueue`] |
//! | `loop.create_future()` | [`oneshot`] |
//! | – | [`mpsc`], [`mpmc`], [`watch`], [`broadcast`] |
//! | – | [`RwLock`], [`Notify`], [`OnceCell`], [`SetOnce`], [`LazyLock`], [`CapacityLimiter`] |
//!
//! All of them serve those who wait in the order in which they came. What was handed to a task that
//! is cancelled before it took it goes to the next. Nothing is lost by a drop in the middle of a
//! wait.

pub mod futures {
    //! The futures that the calls of these types return.

    #[doc(inline)]
    pub use rt_sync::futures::{
        Acquire, AcquireCapacity, AcquireOwned, BarrierWait, CondvarWait, CondvarWaitWhile,
        EventWait, GetOrInit, GetOrTryInit, Lock, LockOwned, Notified, OwnedNotified, Read,
        ReadOwned, SetOnceWait, UpgradableRead, Upgrade, Write, WriteOwned,
    };
}

#[doc(inline)]
pub use rt_sync::{
    AcquireError, AlreadyBorrowed, Barrier, BarrierBroken, BarrierWaitResult, CapacityLimiter,
    CapacityStatistics, CapacityToken, Condvar, Event, LazyLock, MappedMutexGuard, Mutex,
    MutexGuard, Notify, OnceCell, OwnedMappedMutexGuard, OwnedMutexGuard,
    OwnedRwLockMappedWriteGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, OwnedSemaphorePermit,
    RwLock, RwLockMappedWriteGuard, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard,
    Semaphore, SemaphorePermit, SetError, SetOnce, SetOnceError, TooManyPermits, TryAcquireError,
    TryLockError,
};

#[doc(inline)]
pub use rt_sync::queue::{LifoQueue, PriorityQueue, Queue};
#[doc(inline)]
pub use rt_sync::{broadcast, mpmc, mpsc, oneshot, queue, watch};
