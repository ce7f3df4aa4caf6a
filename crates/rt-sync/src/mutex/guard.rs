//! The lock, held.

use super::Mutex;
use crate::mapped::{MappedMutexGuard, OwnedMappedMutexGuard, Share};
use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;
use std::sync::Arc;

/// Access to the value of a [`Mutex`]; dropping it unlocks.
///
/// ```
/// # futures::executor::block_on(async {
/// use rt_sync::{Mutex, MutexGuard};
///
/// fn add(mut count: MutexGuard<'_, u32>) {
///     *count += 1;
/// } // here it is unlocked
/// let count = Mutex::new(0);
/// add(count.lock().await);
/// assert!(!count.is_locked());
/// # });
/// ```
#[must_use = "dropping the guard unlocks at once"]
pub struct MutexGuard<'a, T: ?Sized> {
    mutex: &'a Mutex<T>,
    /// Makes the guard `Sync` only where `T` is.
    value: PhantomData<&'a mut T>,
}

/// Access to the value of a [`Mutex`] in an `Arc`; dropping it unlocks.
///
/// ```
/// # futures::executor::block_on(async {
/// use rt_sync::{Mutex, OwnedMutexGuard};
/// use std::sync::Arc;
///
/// let count = Arc::new(Mutex::new(0));
/// let mut guard: OwnedMutexGuard<u32> = count.lock_owned().await;
/// *guard += 1; // it keeps the lock alive
/// # });
/// ```
#[must_use = "dropping the guard unlocks at once"]
pub struct OwnedMutexGuard<T: ?Sized> {
    mutex: Arc<Mutex<T>>,
    /// Makes the guard `Sync` only where `T` is.
    value: PhantomData<Box<T>>,
}

// SAFETY: I1 of `mutex`: the lock hands `&mut T` to one thread at a time, so `T: Send` is enough.
unsafe impl<T: ?Sized + Send> Sync for Mutex<T> {}
// SAFETY: as above: to send the lock is to send the value.
unsafe impl<T: ?Sized + Send> Send for Mutex<T> {}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// The caller has taken the permit.
    #[inline]
    pub(super) fn new(mutex: &'a Mutex<T>) -> Self {
        mutex.note_holder();
        MutexGuard { mutex, value: PhantomData }
    }

    /// The lock of a guard, to lock it again.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::{Mutex, MutexGuard};
    ///
    /// let count = Mutex::new(0);
    /// let guard = count.lock().await;
    /// let again = MutexGuard::mutex(&guard);
    /// drop(guard);
    /// assert!(again.try_lock().is_ok());
    /// # });
    /// ```
    pub fn mutex(guard: &Self) -> &'a Mutex<T> {
        guard.mutex
    }

    /// A guard of a part of the value.
    ///
    /// ```
    /// use rt_sync::{Mutex, MutexGuard};
    ///
    /// let pair = Mutex::new((1, "tea"));
    /// let mut number = MutexGuard::map(pair.try_lock().unwrap(), |pair| &mut pair.0);
    /// *number += 1;
    /// drop(number);
    /// assert_eq!(pair.try_lock().unwrap().0, 2);
    /// ```
    pub fn map<U: ?Sized>(
        mut guard: Self,
        part_of: impl FnOnce(&mut T) -> &mut U,
    ) -> MappedMutexGuard<'a, U> {
        let part = NonNull::from(part_of(&mut guard));
        MappedMutexGuard::new(part, guard.into_share())
    }

    /// As [`map`](Self::map), if there is such a part.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::{Mutex, MutexGuard};
    ///
    /// let list = Mutex::new(vec![7]);
    /// let last = MutexGuard::try_map(list.lock().await, |list| list.last_mut()).unwrap();
    /// assert_eq!(*last, 7);
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// The guard, when there is none.
    pub fn try_map<U: ?Sized>(
        mut guard: Self,
        part_of: impl FnOnce(&mut T) -> Option<&mut U>,
    ) -> Result<MappedMutexGuard<'a, U>, Self> {
        match part_of(&mut guard).map(NonNull::from) {
            Some(part) => Ok(MappedMutexGuard::new(part, guard.into_share())),
            None => Err(guard),
        }
    }

    /// Its permit, which goes back by itself.
    fn into_share(self) -> Share<'a> {
        let mutex = ManuallyDrop::new(self).mutex;
        Share::new(&mutex.permit, 1, &mutex.resource)
    }
}

impl<T: ?Sized> OwnedMutexGuard<T> {
    /// The caller has taken the permit.
    pub(super) fn new(mutex: Arc<Mutex<T>>) -> Self {
        mutex.note_holder();
        OwnedMutexGuard { mutex, value: PhantomData }
    }

    /// The lock of a guard, to lock it again.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::{Mutex, OwnedMutexGuard};
    /// use std::sync::Arc;
    ///
    /// let guard = Arc::new(Mutex::new(0)).lock_owned().await;
    /// let again = Arc::clone(OwnedMutexGuard::mutex(&guard));
    /// drop(guard);
    /// assert!(again.try_lock().is_ok());
    /// # });
    /// ```
    pub fn mutex(guard: &Self) -> &Arc<Mutex<T>> {
        &guard.mutex
    }

    /// A guard of a part of the value.
    ///
    /// ```
    /// use rt_sync::{Mutex, OwnedMutexGuard};
    /// use std::sync::Arc;
    ///
    /// let pair = Arc::new(Mutex::new((1, "tea")));
    /// let guard = pair.clone().try_lock_owned().unwrap();
    /// let mut drink = OwnedMutexGuard::map(guard, |pair| &mut pair.1);
    /// *drink = "milk";
    /// drop(drink);
    /// assert_eq!(pair.try_lock().unwrap().1, "milk");
    /// ```
    pub fn map<U: ?Sized>(
        mut guard: Self,
        part_of: impl FnOnce(&mut T) -> &mut U,
    ) -> OwnedMappedMutexGuard<T, U> {
        let part = NonNull::from(part_of(&mut guard));
        OwnedMappedMutexGuard::new(part, guard)
    }

    /// As [`map`](Self::map), if there is such a part.
    ///
    /// ```
    /// use rt_sync::{Mutex, OwnedMutexGuard};
    ///
    /// let list = std::sync::Arc::new(Mutex::new(vec![1]));
    /// let guard = list.try_lock_owned().unwrap();
    /// assert!(OwnedMutexGuard::try_map(guard, |list| list.get_mut(5)).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// The guard, when there is none.
    pub fn try_map<U: ?Sized>(
        mut guard: Self,
        part_of: impl FnOnce(&mut T) -> Option<&mut U>,
    ) -> Result<OwnedMappedMutexGuard<T, U>, Self> {
        match part_of(&mut guard).map(NonNull::from) {
            Some(part) => Ok(OwnedMappedMutexGuard::new(part, guard)),
            None => Err(guard),
        }
    }
}

/// What a guard can do, whichever way it reaches its lock.
macro_rules! guard {
    ($guard:ty) => {
        impl<T: ?Sized> Deref for $guard {
            type Target = T;

            #[inline]
            fn deref(&self) -> &T {
                self.mutex.value.with(|value| {
                    // SAFETY: I1 of `mutex`: this guard is the only one, and `&self` keeps
                    // `deref_mut` away.
                    unsafe { &*value }
                })
            }
        }

        impl<T: ?Sized> DerefMut for $guard {
            #[inline]
            fn deref_mut(&mut self) -> &mut T {
                self.mutex.value.with_mut(|value| {
                    // SAFETY: I1 of `mutex`: this guard is the only one, and `&mut self` keeps
                    // `deref` away.
                    unsafe { &mut *value }
                })
            }
        }

        impl<T: ?Sized> Drop for $guard {
            #[inline]
            fn drop(&mut self) {
                // Who holds it is asked for those who wait, so it is said only to them.
                self.mutex.permit.give_after(1, || self.mutex.resource.set_holder(0));
            }
        }

        impl<T: ?Sized + fmt::Debug> fmt::Debug for $guard {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (**self).fmt(f)
            }
        }

        impl<T: ?Sized + fmt::Display> fmt::Display for $guard {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (**self).fmt(f)
            }
        }
    };
}

guard!(MutexGuard<'_, T>);
guard!(OwnedMutexGuard<T>);
