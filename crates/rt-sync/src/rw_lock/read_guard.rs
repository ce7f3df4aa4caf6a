//! The lock, held by a reader.
//!
//! # Invariants
//!
//! - I1: `part` is the value of a lock which lives, or within it, and `hold` has the permit of a
//!   reader of that lock, so nobody writes.

use super::{READER, RwLock};
use crate::mapped::deref_to_part;
use crate::permits::Permits;
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::Arc;

/// The permit of a reader, which goes back when this is dropped.
struct Reading<'a>(&'a Permits);

/// The permit of a reader, and its lock.
struct OwnedReading<T: ?Sized>(Arc<RwLock<T>>);

/// Shared access to the value of a [`RwLock`], or to a part of it; dropping it unlocks.
///
/// ```
/// # futures::executor::block_on(async {
/// use rt_sync::{RwLock, RwLockReadGuard};
///
/// let level = RwLock::new(3);
/// let guard: RwLockReadGuard<'_, u32> = level.read().await;
/// assert_eq!(*guard, 3);
/// # });
/// ```
#[must_use = "dropping the guard unlocks at once"]
pub struct RwLockReadGuard<'a, U: ?Sized> {
    part: NonNull<U>,
    hold: Reading<'a>,
    value: PhantomData<&'a U>,
}

/// Shared access to the value of a [`RwLock`] in an `Arc`, or to a part `U` of it; dropping it
/// unlocks.
///
/// ```
/// # futures::executor::block_on(async {
/// use rt_sync::{OwnedRwLockReadGuard, RwLock};
///
/// let level = std::sync::Arc::new(RwLock::new(3));
/// let guard: OwnedRwLockReadGuard<u32> = level.read_owned().await;
/// assert_eq!(*guard, 3); // it keeps the lock alive
/// # });
/// ```
#[must_use = "dropping the guard unlocks at once"]
pub struct OwnedRwLockReadGuard<T: ?Sized, U: ?Sized = T> {
    part: NonNull<U>,
    hold: OwnedReading<T>,
}

// SAFETY: I1: it is what `&U` is, and a permit may be given back by another thread.
unsafe impl<U: ?Sized + Sync> Send for RwLockReadGuard<'_, U> {}
// SAFETY: I1: as above.
unsafe impl<U: ?Sized + Sync> Sync for RwLockReadGuard<'_, U> {}
// SAFETY: I1: it is what `&U` is, and goes with its lock.
unsafe impl<T: ?Sized + Send + Sync, U: ?Sized + Sync> Send for OwnedRwLockReadGuard<T, U> {}
// SAFETY: I1: as above.
unsafe impl<T: ?Sized + Send + Sync, U: ?Sized + Sync> Sync for OwnedRwLockReadGuard<T, U> {}

deref_to_part!([U: ?Sized] RwLockReadGuard<'_, U>);
deref_to_part!([T: ?Sized, U: ?Sized] OwnedRwLockReadGuard<T, U>);

impl<'a, U: ?Sized> RwLockReadGuard<'a, U> {
    /// The caller has taken the permit.
    #[inline]
    pub(super) fn new(lock: &'a RwLock<U>) -> Self {
        RwLockReadGuard { part: value_of(lock), hold: Reading(&lock.permits), value: PhantomData }
    }

    /// A guard of a part of the value.
    ///
    /// ```
    /// use rt_sync::{RwLock, RwLockReadGuard};
    ///
    /// let pair = RwLock::new((1, "tea"));
    /// let drink = RwLockReadGuard::map(pair.try_read().unwrap(), |pair| pair.1);
    /// assert_eq!(&*drink, "tea");
    /// ```
    pub fn map<V: ?Sized>(guard: Self, part_of: impl FnOnce(&U) -> &V) -> RwLockReadGuard<'a, V> {
        let part = NonNull::from(part_of(&guard));
        RwLockReadGuard { part, hold: guard.hold, value: PhantomData }
    }

    /// As [`map`](Self::map), if there is such a part.
    ///
    /// ```
    /// use rt_sync::{RwLock, RwLockReadGuard};
    ///
    /// let list = RwLock::new(vec![1]);
    /// let guard = list.try_read().unwrap();
    /// assert!(RwLockReadGuard::try_map(guard, |list| list.get(5)).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// The guard, when there is none.
    pub fn try_map<V: ?Sized>(
        guard: Self,
        part_of: impl FnOnce(&U) -> Option<&V>,
    ) -> Result<RwLockReadGuard<'a, V>, Self> {
        match part_of(&guard).map(NonNull::from) {
            Some(part) => Ok(RwLockReadGuard { part, hold: guard.hold, value: PhantomData }),
            None => Err(guard),
        }
    }
}

impl<T: ?Sized> OwnedRwLockReadGuard<T> {
    /// The caller has taken the permit.
    pub(super) fn new(lock: Arc<RwLock<T>>) -> Self {
        OwnedRwLockReadGuard { part: value_of(&lock), hold: OwnedReading(lock) }
    }
}

impl<T: ?Sized, U: ?Sized> OwnedRwLockReadGuard<T, U> {
    /// The lock of a guard.
    ///
    /// ```
    /// use rt_sync::{OwnedRwLockReadGuard, RwLock};
    ///
    /// let guard = std::sync::Arc::new(RwLock::new(3)).try_read_owned().unwrap();
    /// assert!(OwnedRwLockReadGuard::rwlock(&guard).try_read().is_ok());
    /// ```
    pub fn rwlock(guard: &Self) -> &Arc<RwLock<T>> {
        &guard.hold.0
    }

    /// A guard of a part of the value.
    ///
    /// ```
    /// use rt_sync::{OwnedRwLockReadGuard, RwLock};
    /// use std::sync::Arc;
    ///
    /// let pair = Arc::new(RwLock::new((1, "tea")));
    /// let guard = pair.clone().try_read_owned().unwrap();
    /// let drink = OwnedRwLockReadGuard::map(guard, |pair| pair.1);
    /// assert_eq!(&*drink, "tea");
    /// ```
    pub fn map<V: ?Sized>(
        guard: Self,
        part_of: impl FnOnce(&U) -> &V,
    ) -> OwnedRwLockReadGuard<T, V> {
        let part = NonNull::from(part_of(&guard));
        OwnedRwLockReadGuard { part, hold: guard.hold }
    }

    /// As [`map`](Self::map), if there is such a part.
    ///
    /// ```
    /// use rt_sync::{OwnedRwLockReadGuard, RwLock};
    ///
    /// let guard = std::sync::Arc::new(RwLock::new(vec![1])).try_read_owned().unwrap();
    /// assert!(OwnedRwLockReadGuard::try_map(guard, |list| list.get(5)).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// The guard, when there is none.
    pub fn try_map<V: ?Sized>(
        guard: Self,
        part_of: impl FnOnce(&U) -> Option<&V>,
    ) -> Result<OwnedRwLockReadGuard<T, V>, Self> {
        match part_of(&guard).map(NonNull::from) {
            Some(part) => Ok(OwnedRwLockReadGuard { part, hold: guard.hold }),
            None => Err(guard),
        }
    }
}

/// The value of a lock that the caller has as a reader.
fn value_of<T: ?Sized>(lock: &RwLock<T>) -> NonNull<T> {
    lock.value.with(|value| NonNull::new(value.cast_mut()).expect("a value is somewhere"))
}

impl Drop for Reading<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.give(READER);
    }
}

impl<T: ?Sized> Drop for OwnedReading<T> {
    fn drop(&mut self) {
        self.0.permits.give(READER);
    }
}
