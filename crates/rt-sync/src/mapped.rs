//! Exclusive access to a part of what a lock guards, with the lock held.
//!
//! # Protocol
//!
//! A guard that is mapped gives its hold on the lock to the part, which gives it back.
//!
//! # Invariants
//!
//! - I1: `part` is within the value of a lock which lives, and which `hold` has as a writer, so
//!   nobody else reaches the part.
//!
//! Model: none; it adds no access to the locks, whose models are in `tests/loom`.

use crate::mutex::OwnedMutexGuard;
use crate::permits::Permits;
use crate::rw_lock::OwnedRwLockWriteGuard;
use rt_core::Resource;
use std::marker::PhantomData;
use std::ops::DerefMut;
use std::ptr::NonNull;

/// Permits of a writer, which go back when this is dropped.
pub(crate) struct Share<'a> {
    permits: &'a Permits,
    count: usize,
    resource: &'a Resource,
}

impl<'a> Share<'a> {
    /// For a caller who has so many of the permits, and forgets them.
    pub(crate) fn new(permits: &'a Permits, count: usize, resource: &'a Resource) -> Self {
        Share { permits, count, resource }
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.resource.set_holder(0);
        self.permits.give(self.count);
    }
}

/// Exclusive access to a part of the value of a [`Mutex`](crate::Mutex), made by
/// [`MutexGuard::map`](crate::MutexGuard::map); dropping it unlocks.
///
/// ```
/// # futures::executor::block_on(async {
/// use rt_sync::{MappedMutexGuard, Mutex, MutexGuard};
///
/// let pair = Mutex::new((1, "one"));
/// let mut number: MappedMutexGuard<'_, i32> =
///     MutexGuard::map(pair.lock().await, |pair| &mut pair.0);
/// *number = 2;
/// drop(number);
/// assert_eq!(pair.into_inner(), (2, "one"));
/// # });
/// ```
#[must_use = "dropping the guard unlocks at once"]
pub struct MappedMutexGuard<'a, U: ?Sized> {
    part: NonNull<U>,
    hold: Share<'a>,
    value: PhantomData<*mut U>,
}

/// Exclusive access to a part of the value of a [`Mutex`](crate::Mutex) in an `Arc`, made by
/// [`OwnedMutexGuard::map`](crate::OwnedMutexGuard::map); dropping it unlocks.
///
/// ```
/// use rt_sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};
///
/// let pair = std::sync::Arc::new(Mutex::new((1, "tea")));
/// let guard = pair.try_lock_owned().unwrap();
/// let part: OwnedMappedMutexGuard<_, i32> = OwnedMutexGuard::map(guard, |pair| &mut pair.0);
/// assert_eq!(*part, 1);
/// ```
#[must_use = "dropping the guard unlocks at once"]
pub struct OwnedMappedMutexGuard<T: ?Sized, U: ?Sized = T> {
    part: NonNull<U>,
    hold: OwnedMutexGuard<T>,
    value: PhantomData<*mut U>,
}

/// Exclusive access to a part of the value of an [`RwLock`](crate::RwLock), made by
/// [`RwLockWriteGuard::map`](crate::RwLockWriteGuard::map); dropping it unlocks.
///
/// ```
/// # futures::executor::block_on(async {
/// use rt_sync::{RwLock, RwLockMappedWriteGuard, RwLockWriteGuard};
///
/// let pair = RwLock::new((1, "one"));
/// let mut number: RwLockMappedWriteGuard<'_, i32> =
///     RwLockWriteGuard::map(pair.write().await, |pair| &mut pair.0);
/// *number = 2;
/// drop(number);
/// assert_eq!(pair.into_inner(), (2, "one"));
/// # });
/// ```
#[must_use = "dropping the guard unlocks at once"]
pub struct RwLockMappedWriteGuard<'a, U: ?Sized> {
    part: NonNull<U>,
    hold: Share<'a>,
    value: PhantomData<*mut U>,
}

/// Exclusive access to a part of the value of an [`RwLock`](crate::RwLock) in an `Arc`, made by
/// [`OwnedRwLockWriteGuard::map`](crate::OwnedRwLockWriteGuard::map); dropping it unlocks.
///
/// ```
/// use rt_sync::{OwnedRwLockMappedWriteGuard, OwnedRwLockWriteGuard, RwLock};
///
/// let pair = std::sync::Arc::new(RwLock::new((1, "tea")));
/// let guard = pair.try_write_owned().unwrap();
/// let part: OwnedRwLockMappedWriteGuard<_, i32> =
///     OwnedRwLockWriteGuard::map(guard, |pair| &mut pair.0);
/// assert_eq!(*part, 1);
/// ```
#[must_use = "dropping the guard unlocks at once"]
pub struct OwnedRwLockMappedWriteGuard<T: ?Sized, U: ?Sized = T> {
    part: NonNull<U>,
    hold: OwnedRwLockWriteGuard<T>,
    value: PhantomData<*mut U>,
}

/// What a guard can do that derefs to its `part`, of type `U`.
macro_rules! deref_to_part {
    ([$($generic:tt)*] $guard:ty) => {
        impl<$($generic)*> std::ops::Deref for $guard {
            type Target = U;

            #[inline]
            fn deref(&self) -> &U {
                // SAFETY: I1: the lock is held while `self` is there.
                unsafe { self.part.as_ref() }
            }
        }

        impl<$($generic)*> std::fmt::Debug for $guard
        where
            U: std::fmt::Debug,
        {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                (**self).fmt(f)
            }
        }

        impl<$($generic)*> std::fmt::Display for $guard
        where
            U: std::fmt::Display,
        {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                (**self).fmt(f)
            }
        }
    };
}

pub(crate) use deref_to_part;

/// What those can do besides that are alone; `$of` is what they have besides their part.
macro_rules! mapped {
    ([$($generic:tt)*] $guard:ident<$of:tt>, $hold:ty) => {
        deref_to_part!([$($generic)*, U: ?Sized] $guard<$of, U>);

        // SAFETY: I1: it is what `&mut U` is, and goes with its hold.
        unsafe impl<$($generic)*, U: ?Sized + Send> Send for $guard<$of, U> where $hold: Send {}
        // SAFETY: I1: as above; a shared guard gives `&U`.
        unsafe impl<$($generic)*, U: ?Sized + Sync> Sync for $guard<$of, U> where $hold: Sync {}

        impl<$($generic)*, U: ?Sized> $guard<$of, U> {
            /// For a caller who gives its hold, as a writer, to the guard of `part`.
            pub(crate) fn new(part: NonNull<U>, hold: $hold) -> Self {
                $guard { part, hold, value: PhantomData }
            }

            /// A guard of a part of the part.
            ///
            /// ```
            /// # futures::executor::block_on(async {
            /// use rt_sync::{MappedMutexGuard, Mutex, MutexGuard};
            ///
            /// let nested = Mutex::new(((1, 2), 3));
            /// let pair = MutexGuard::map(nested.lock().await, |nested| &mut nested.0);
            /// let number = MappedMutexGuard::map(pair, |pair| &mut pair.1);
            /// assert_eq!(*number, 2);
            /// # });
            /// ```
            pub fn map<V: ?Sized>(
                mut guard: Self,
                part_of: impl FnOnce(&mut U) -> &mut V,
            ) -> $guard<$of, V> {
                let part = NonNull::from(part_of(&mut guard));
                $guard::new(part, guard.hold)
            }

            /// As `map`, if there is such a part.
            ///
            /// ```
            /// use rt_sync::{MappedMutexGuard, Mutex, MutexGuard};
            ///
            /// let lists = Mutex::new((vec![1], 2));
            /// let list = MutexGuard::map(lists.try_lock().unwrap(), |lists| &mut lists.0);
            /// assert!(MappedMutexGuard::try_map(list, |list| list.get_mut(5)).is_err());
            /// ```
            ///
            /// # Errors
            ///
            /// The guard, when there is none.
            pub fn try_map<V: ?Sized>(
                mut guard: Self,
                part_of: impl FnOnce(&mut U) -> Option<&mut V>,
            ) -> Result<$guard<$of, V>, Self> {
                match part_of(&mut guard).map(NonNull::from) {
                    Some(part) => Ok($guard::new(part, guard.hold)),
                    None => Err(guard),
                }
            }
        }

        impl<$($generic)*, U: ?Sized> DerefMut for $guard<$of, U> {
            fn deref_mut(&mut self) -> &mut U {
                // SAFETY: I1: the lock is held as a writer while `self` is there, which is alone.
                unsafe { self.part.as_mut() }
            }
        }
    };
}

mapped!(['a] MappedMutexGuard<'a>, Share<'a>);
mapped!(['a] RwLockMappedWriteGuard<'a>, Share<'a>);
mapped!([T: ?Sized] OwnedMappedMutexGuard<T>, OwnedMutexGuard<T>);
mapped!([T: ?Sized] OwnedRwLockMappedWriteGuard<T>, OwnedRwLockWriteGuard<T>);
