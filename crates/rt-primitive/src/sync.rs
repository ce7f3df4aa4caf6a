//! Shared ownership and locks.

use crate::backend::raw_sync;
use crate::count;
use std::sync::PoisonError;

pub use crate::try_lock::{TryLock, TryLockGuard};
pub use raw_sync::{Arc, MutexGuard, RwLockReadGuard, RwLockWriteGuard};

/// A lock that threads wait for; a panic while it is held does not poison it.
///
/// There is no `try_lock`, because loom would never let it fail: use [`TryLock`] for that.
///
/// ```
/// use rt_primitive::sync::Mutex;
///
/// let count = Mutex::new(1);
/// *count.lock() += 1;
/// assert_eq!(count.into_inner(), 2);
/// ```
#[derive(Debug, Default)]
pub struct Mutex<T: ?Sized>(raw_sync::Mutex<T>);

impl<T> Mutex<T> {
    /// An unlocked lock around `value`.
    pub fn new(value: T) -> Self {
        Self(raw_sync::Mutex::new(value))
    }

    /// Takes the value out.
    pub fn into_inner(self) -> T {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits until the lock is free and takes it.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        count::lock();
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reaches the value without locking: `&mut self` proves that nobody else can.
    pub fn get_mut(&mut self) -> &mut T {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A lock that many threads may hold to read, or one to write; a panic does not poison it.
///
/// ```
/// use rt_primitive::sync::RwLock;
///
/// let lock = RwLock::new(1);
/// *lock.write() += 1;
/// assert_eq!(*lock.read() + *lock.read(), 4);
/// ```
#[derive(Debug, Default)]
pub struct RwLock<T>(raw_sync::RwLock<T>);

impl<T> RwLock<T> {
    /// An unlocked lock around `value`.
    pub fn new(value: T) -> Self {
        Self(raw_sync::RwLock::new(value))
    }

    /// Waits until nobody writes, and takes the lock to read.
    pub fn read(&self) -> RwLockReadGuard<'_, T> {
        count::lock();
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until nobody holds the lock, and takes it to write.
    pub fn write(&self) -> RwLockWriteGuard<'_, T> {
        count::lock();
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
