//! A part of what a lock guards, with the lock held.
//!
//! # Protocol
//!
//! A guard that is mapped gives its permits to the part, which gives them back.
//!
//! # Invariants
//!
//! - I1: `part` is within the value of a lock which lives, and of which `share` has the permits of
//!   a reader; or those of a writer, and then nobody else reaches the part.
//!
//! Model: none; it adds no access to the locks, whose models are in `tests/loom`.

use crate::permits::Permits;
use rt_core::Resource;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

/// Permits of a lock, which go back when this is dropped.
pub(crate) struct Share<'a> {
    permits: &'a Permits,
    count: usize,
    /// That of a writer, who is known as the holder.
    resource: Option<&'a Resource>,
}

impl<'a> Share<'a> {
    /// For a caller who has so many of the permits, and forgets them.
    pub(crate) fn new(permits: &'a Permits, count: usize, resource: Option<&'a Resource>) -> Self {
        Share { permits, count, resource }
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        if let Some(resource) = self.resource {
            resource.set_holder(0);
        }
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
    share: Share<'a>,
    value: PhantomData<&'a mut U>,
}

/// Exclusive access to a part of the value of an [`RwLock`](crate::RwLock), made by
/// [`RwLockWriteGuard::map`](crate::RwLockWriteGuard::map); dropping it unlocks.
///
/// ```
/// # futures::executor::block_on(async {
/// use rt_sync::{MappedRwLockWriteGuard, RwLock, RwLockWriteGuard};
///
/// let pair = RwLock::new((1, "one"));
/// let mut number: MappedRwLockWriteGuard<'_, i32> =
///     RwLockWriteGuard::map(pair.write().await, |pair| &mut pair.0);
/// *number = 2;
/// drop(number);
/// assert_eq!(pair.into_inner(), (2, "one"));
/// # });
/// ```
#[must_use = "dropping the guard unlocks at once"]
pub struct MappedRwLockWriteGuard<'a, U: ?Sized> {
    part: NonNull<U>,
    share: Share<'a>,
    value: PhantomData<&'a mut U>,
}

/// Shared access to a part of the value of an [`RwLock`](crate::RwLock), made by
/// [`RwLockReadGuard::map`](crate::RwLockReadGuard::map); dropping it unlocks.
///
/// ```
/// # futures::executor::block_on(async {
/// use rt_sync::{MappedRwLockReadGuard, RwLock, RwLockReadGuard};
///
/// let pair = RwLock::new((1, "one"));
/// let name: MappedRwLockReadGuard<'_, &str> =
///     RwLockReadGuard::map(pair.read().await, |pair| &pair.1);
/// assert_eq!(*name, "one");
/// # });
/// ```
#[must_use = "dropping the guard unlocks at once"]
pub struct MappedRwLockReadGuard<'a, U: ?Sized> {
    part: NonNull<U>,
    share: Share<'a>,
    value: PhantomData<&'a U>,
}

// SAFETY: I1: it is what `&mut U` is, and a lock may be given back by another thread.
unsafe impl<U: ?Sized + Send> Send for MappedMutexGuard<'_, U> {}
// SAFETY: I1: as above; a shared guard gives `&U`.
unsafe impl<U: ?Sized + Sync> Sync for MappedMutexGuard<'_, U> {}
// SAFETY: I1: it is what `&mut U` is, and a lock may be given back by another thread.
unsafe impl<U: ?Sized + Send> Send for MappedRwLockWriteGuard<'_, U> {}
// SAFETY: I1: as above; a shared guard gives `&U`.
unsafe impl<U: ?Sized + Sync> Sync for MappedRwLockWriteGuard<'_, U> {}
// SAFETY: I1: it is what `&U` is, and a lock may be given back by another thread.
unsafe impl<U: ?Sized + Sync> Send for MappedRwLockReadGuard<'_, U> {}
// SAFETY: I1: as above.
unsafe impl<U: ?Sized + Sync> Sync for MappedRwLockReadGuard<'_, U> {}

/// What each of them can do.
macro_rules! mapped {
    ($guard:ident) => {
        impl<U: ?Sized> Deref for $guard<'_, U> {
            type Target = U;

            fn deref(&self) -> &U {
                // SAFETY: I1: the lock is held while `self` is there.
                unsafe { self.part.as_ref() }
            }
        }

        impl<U: ?Sized + fmt::Debug> fmt::Debug for $guard<'_, U> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (**self).fmt(f)
            }
        }

        impl<U: ?Sized + fmt::Display> fmt::Display for $guard<'_, U> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (**self).fmt(f)
            }
        }
    };
}

/// What those can do besides that are alone.
macro_rules! mapped_mut {
    ($guard:ident) => {
        mapped!($guard);

        impl<'a, U: ?Sized> $guard<'a, U> {
            /// For a caller who gives its permits, as a writer, to the guard of `part`.
            pub(crate) fn new(part: NonNull<U>, share: Share<'a>) -> Self {
                $guard { part, share, value: PhantomData }
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
            ) -> $guard<'a, V> {
                let part = NonNull::from(part_of(&mut guard));
                $guard { part, share: guard.share, value: PhantomData }
            }
        }

        impl<U: ?Sized> DerefMut for $guard<'_, U> {
            fn deref_mut(&mut self) -> &mut U {
                // SAFETY: I1: the lock is held as a writer while `self` is there, which is alone.
                unsafe { self.part.as_mut() }
            }
        }
    };
}

mapped_mut!(MappedMutexGuard);
mapped_mut!(MappedRwLockWriteGuard);
mapped!(MappedRwLockReadGuard);

impl<'a, U: ?Sized> MappedRwLockReadGuard<'a, U> {
    /// For a caller who gives its permits to the guard of `part`.
    pub(crate) fn new(part: NonNull<U>, share: Share<'a>) -> Self {
        MappedRwLockReadGuard { part, share, value: PhantomData }
    }

    /// A guard of a part of the part.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::{MappedRwLockReadGuard, RwLock, RwLockReadGuard};
    ///
    /// let nested = RwLock::new(((1, 2), 3));
    /// let pair = RwLockReadGuard::map(nested.read().await, |nested| &nested.0);
    /// let number = MappedRwLockReadGuard::map(pair, |pair| &pair.1);
    /// assert_eq!(*number, 2);
    /// # });
    /// ```
    pub fn map<V: ?Sized>(
        guard: Self,
        part_of: impl FnOnce(&U) -> &V,
    ) -> MappedRwLockReadGuard<'a, V> {
        let part = NonNull::from(part_of(&guard));
        MappedRwLockReadGuard { part, share: guard.share, value: PhantomData }
    }
}
