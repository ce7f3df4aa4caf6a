//! The lock, held by a writer, or by a reader who may become one.

use super::read_guard::{OwnedRwLockReadGuard, RwLockReadGuard};
use super::{READER, RwLock, UPGRADABLE, WRITER};
use crate::mapped::{OwnedRwLockMappedWriteGuard, RwLockMappedWriteGuard, Share};
use crate::rw_lock::upgrade::Upgrade;
use rt_core::current_task_number;
use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::ptr::{self, NonNull};
use std::sync::Arc;

/// Shared access to the value of a [`RwLock`] that may become exclusive; dropping it unlocks.
///
/// ```
/// # futures::executor::block_on(async {
/// use rt_sync::{RwLock, RwLockUpgradableReadGuard};
///
/// let level = RwLock::new(3);
/// let guard: RwLockUpgradableReadGuard<'_, u32> = level.upgradable_read().await;
/// if *guard < 5 {
///     *RwLockUpgradableReadGuard::upgrade(guard).await = 5; // nobody wrote in between
/// }
/// # });
/// ```
#[must_use = "dropping the guard unlocks at once"]
pub struct RwLockUpgradableReadGuard<'a, T: ?Sized> {
    lock: &'a RwLock<T>,
    /// Makes the guard `Send` only where `&T` and `&mut T` are.
    value: PhantomData<(&'a T, &'a mut T)>,
}

/// Exclusive access to the value of a [`RwLock`]; dropping it unlocks.
///
/// ```
/// # futures::executor::block_on(async {
/// use rt_sync::{RwLock, RwLockWriteGuard};
///
/// let level = RwLock::new(3);
/// let mut guard: RwLockWriteGuard<'_, u32> = level.write().await;
/// *guard += 1;
/// # });
/// ```
#[must_use = "dropping the guard unlocks at once"]
pub struct RwLockWriteGuard<'a, T: ?Sized> {
    lock: &'a RwLock<T>,
    /// Makes the guard `Sync` only where `T` is.
    value: PhantomData<&'a mut T>,
}

/// Exclusive access to the value of a [`RwLock`] in an `Arc`; dropping it unlocks.
///
/// ```
/// # futures::executor::block_on(async {
/// use rt_sync::{OwnedRwLockWriteGuard, RwLock};
///
/// let level = std::sync::Arc::new(RwLock::new(3));
/// let mut guard: OwnedRwLockWriteGuard<u32> = level.write_owned().await;
/// *guard += 1; // it keeps the lock alive
/// # });
/// ```
#[must_use = "dropping the guard unlocks at once"]
pub struct OwnedRwLockWriteGuard<T: ?Sized> {
    lock: Arc<RwLock<T>>,
    /// Makes the guard `Send` only where `Arc<T>` is.
    value: PhantomData<Arc<T>>,
}

// SAFETY: I1 of `rw_lock`, I2 of `rw_lock`: it hands out `&T` to many threads, or `&mut T` to one.
unsafe impl<T: ?Sized + Send + Sync> Sync for RwLock<T> {}
// SAFETY: I1 of `rw_lock`: to send the lock is to send the value, since there is no guard then.
unsafe impl<T: ?Sized + Send> Send for RwLock<T> {}

impl<'a, T: ?Sized> RwLockUpgradableReadGuard<'a, T> {
    /// The caller has taken the permits.
    pub(super) fn new(lock: &'a RwLock<T>) -> Self {
        RwLockUpgradableReadGuard { lock, value: PhantomData }
    }

    /// Waits until the other readers are gone, and writes then. Nobody else writes in between, and
    /// nobody who waits comes before this.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::{RwLock, RwLockUpgradableReadGuard};
    ///
    /// let level = RwLock::new(3);
    /// let guard = level.upgradable_read().await;
    /// *RwLockUpgradableReadGuard::upgrade(guard).await += 1;
    /// assert_eq!(level.into_inner(), 4);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// A drop unlocks: the guard was given away.
    #[track_caller]
    pub fn upgrade(guard: Self) -> Upgrade<'a, T> {
        Upgrade::new(guard)
    }

    /// Writes, if there are no other readers.
    ///
    /// ```
    /// use rt_sync::{RwLock, RwLockUpgradableReadGuard};
    ///
    /// let level = RwLock::new(3);
    /// let reader = level.try_read().unwrap();
    /// let guard = level.try_upgradable_read().unwrap();
    /// assert!(RwLockUpgradableReadGuard::try_upgrade(guard).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// When there are others. The guard comes back.
    pub fn try_upgrade(guard: Self) -> Result<RwLockWriteGuard<'a, T>, Self> {
        if !guard.lock.permits.try_take_in_front(WRITER - UPGRADABLE) {
            return Err(guard);
        }
        Ok(guard.into_writer())
    }

    /// Goes on as a plain reader.
    ///
    /// ```
    /// use rt_sync::{RwLock, RwLockUpgradableReadGuard};
    ///
    /// let level = RwLock::new(3);
    /// let guard = RwLockUpgradableReadGuard::downgrade(level.try_upgradable_read().unwrap());
    /// assert!(level.try_upgradable_read().is_ok()); // now somebody else can be it
    /// ```
    pub fn downgrade(guard: Self) -> RwLockReadGuard<'a, T> {
        let lock = ManuallyDrop::new(guard).lock;
        lock.permits.give(UPGRADABLE - READER);
        RwLockReadGuard::new(lock)
    }

    pub(super) fn lock(&self) -> &'a RwLock<T> {
        self.lock
    }

    /// The caller has taken the permits that a writer has more.
    pub(super) fn into_writer(self) -> RwLockWriteGuard<'a, T> {
        RwLockWriteGuard::new(ManuallyDrop::new(self).lock)
    }
}

impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    /// The caller has taken the permits.
    pub(super) fn new(lock: &'a RwLock<T>) -> Self {
        lock.resource.set_holder(current_task_number());
        RwLockWriteGuard { lock, value: PhantomData }
    }

    /// A guard of a part of the value.
    ///
    /// ```
    /// use rt_sync::{RwLock, RwLockWriteGuard};
    ///
    /// let pair = RwLock::new((1, "tea"));
    /// *RwLockWriteGuard::map(pair.try_write().unwrap(), |pair| &mut pair.0) += 1;
    /// assert_eq!(pair.try_read().unwrap().0, 2);
    /// ```
    pub fn map<U: ?Sized>(
        mut guard: Self,
        part_of: impl FnOnce(&mut T) -> &mut U,
    ) -> RwLockMappedWriteGuard<'a, U> {
        let part = NonNull::from(part_of(&mut guard));
        RwLockMappedWriteGuard::new(part, guard.into_share())
    }

    /// As [`map`](Self::map), if there is such a part.
    ///
    /// ```
    /// use rt_sync::{RwLock, RwLockWriteGuard};
    ///
    /// let list = RwLock::new(vec![1]);
    /// let guard = list.try_write().unwrap();
    /// assert!(RwLockWriteGuard::try_map(guard, |list| list.get_mut(5)).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// The guard, when there is none.
    pub fn try_map<U: ?Sized>(
        mut guard: Self,
        part_of: impl FnOnce(&mut T) -> Option<&mut U>,
    ) -> Result<RwLockMappedWriteGuard<'a, U>, Self> {
        match part_of(&mut guard).map(NonNull::from) {
            Some(part) => Ok(RwLockMappedWriteGuard::new(part, guard.into_share())),
            None => Err(guard),
        }
    }

    /// A guard of the whole value that looks like that of a part.
    ///
    /// ```
    /// let level = rt_sync::RwLock::new(3);
    /// let guard = rt_sync::RwLockWriteGuard::into_mapped(level.try_write().unwrap());
    /// assert_eq!(*guard, 3);
    /// ```
    pub fn into_mapped(guard: Self) -> RwLockMappedWriteGuard<'a, T> {
        Self::map(guard, |value| value)
    }

    /// Goes on as a reader of a part. Nobody else writes in between.
    ///
    /// ```
    /// use rt_sync::{RwLock, RwLockWriteGuard};
    ///
    /// let pair = RwLock::new((1, "tea"));
    /// let drink = RwLockWriteGuard::downgrade_map(pair.try_write().unwrap(), |pair| &pair.1);
    /// assert!(*drink == "tea" && pair.try_read().is_ok());
    /// ```
    pub fn downgrade_map<U: ?Sized>(
        guard: Self,
        part_of: impl FnOnce(&T) -> &U,
    ) -> RwLockReadGuard<'a, U> {
        RwLockReadGuard::map(Self::downgrade(guard), part_of)
    }

    /// Its permits, which go back by themselves.
    fn into_share(self) -> Share<'a> {
        let lock = ManuallyDrop::new(self).lock;
        Share::new(&lock.permits, WRITER, &lock.resource)
    }

    /// Goes on as a reader. Nobody else writes in between.
    ///
    /// ```
    /// use rt_sync::{RwLock, RwLockWriteGuard};
    ///
    /// let level = RwLock::new(3);
    /// let mut guard = level.try_write().unwrap();
    /// *guard += 1;
    /// let guard = RwLockWriteGuard::downgrade(guard);
    /// assert_eq!((*guard, *level.try_read().unwrap()), (4, 4));
    /// ```
    pub fn downgrade(guard: Self) -> RwLockReadGuard<'a, T> {
        let lock = ManuallyDrop::new(guard).lock;
        lock.resource.set_holder(0);
        lock.permits.give(WRITER - READER);
        RwLockReadGuard::new(lock)
    }

    /// Goes on as a reader that may become a writer again.
    ///
    /// ```
    /// use rt_sync::{RwLock, RwLockWriteGuard};
    ///
    /// let level = RwLock::new(3);
    /// let guard = RwLockWriteGuard::downgrade_to_upgradable(level.try_write().unwrap());
    /// assert!(level.try_read().is_ok());
    /// ```
    pub fn downgrade_to_upgradable(guard: Self) -> RwLockUpgradableReadGuard<'a, T> {
        let lock = ManuallyDrop::new(guard).lock;
        lock.resource.set_holder(0);
        lock.permits.give(WRITER - UPGRADABLE);
        RwLockUpgradableReadGuard::new(lock)
    }
}

impl<T: ?Sized> OwnedRwLockWriteGuard<T> {
    /// The caller has taken the permits.
    pub(super) fn new(lock: Arc<RwLock<T>>) -> Self {
        lock.resource.set_holder(current_task_number());
        OwnedRwLockWriteGuard { lock, value: PhantomData }
    }

    /// The lock of a guard.
    ///
    /// ```
    /// use rt_sync::{OwnedRwLockWriteGuard, RwLock};
    ///
    /// let guard = std::sync::Arc::new(RwLock::new(3)).try_write_owned().unwrap();
    /// assert!(OwnedRwLockWriteGuard::rwlock(&guard).try_read().is_err());
    /// ```
    pub fn rwlock(guard: &Self) -> &Arc<RwLock<T>> {
        &guard.lock
    }

    /// A guard of a part of the value.
    ///
    /// ```
    /// use rt_sync::{OwnedRwLockWriteGuard, RwLock};
    /// use std::sync::Arc;
    ///
    /// let pair = Arc::new(RwLock::new((1, "tea")));
    /// let guard = pair.clone().try_write_owned().unwrap();
    /// *OwnedRwLockWriteGuard::map(guard, |pair| &mut pair.0) += 1;
    /// assert_eq!(pair.try_read().unwrap().0, 2);
    /// ```
    pub fn map<U: ?Sized>(
        mut guard: Self,
        part_of: impl FnOnce(&mut T) -> &mut U,
    ) -> OwnedRwLockMappedWriteGuard<T, U> {
        let part = NonNull::from(part_of(&mut guard));
        OwnedRwLockMappedWriteGuard::new(part, guard)
    }

    /// As [`map`](Self::map), if there is such a part.
    ///
    /// ```
    /// use rt_sync::{OwnedRwLockWriteGuard, RwLock};
    ///
    /// let guard = std::sync::Arc::new(RwLock::new(vec![1])).try_write_owned().unwrap();
    /// assert!(OwnedRwLockWriteGuard::try_map(guard, |list| list.get_mut(5)).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// The guard, when there is none.
    pub fn try_map<U: ?Sized>(
        mut guard: Self,
        part_of: impl FnOnce(&mut T) -> Option<&mut U>,
    ) -> Result<OwnedRwLockMappedWriteGuard<T, U>, Self> {
        match part_of(&mut guard).map(NonNull::from) {
            Some(part) => Ok(OwnedRwLockMappedWriteGuard::new(part, guard)),
            None => Err(guard),
        }
    }

    /// A guard of the whole value that looks like that of a part.
    ///
    /// ```
    /// use rt_sync::{OwnedRwLockWriteGuard, RwLock};
    ///
    /// let guard = std::sync::Arc::new(RwLock::new(3)).try_write_owned().unwrap();
    /// assert_eq!(*OwnedRwLockWriteGuard::into_mapped(guard), 3);
    /// ```
    pub fn into_mapped(guard: Self) -> OwnedRwLockMappedWriteGuard<T> {
        Self::map(guard, |value| value)
    }

    /// Goes on as a reader of a part. Nobody else writes in between.
    ///
    /// ```
    /// use rt_sync::{OwnedRwLockWriteGuard, RwLock};
    ///
    /// let guard = std::sync::Arc::new(RwLock::new((1, "tea"))).try_write_owned().unwrap();
    /// assert_eq!(*OwnedRwLockWriteGuard::downgrade_map(guard, |pair| &pair.1), "tea");
    /// ```
    pub fn downgrade_map<U: ?Sized>(
        guard: Self,
        part_of: impl FnOnce(&T) -> &U,
    ) -> OwnedRwLockReadGuard<T, U> {
        OwnedRwLockReadGuard::map(Self::downgrade(guard), part_of)
    }

    /// Goes on as a reader. Nobody else writes in between.
    ///
    /// ```
    /// use rt_sync::{OwnedRwLockWriteGuard, RwLock};
    ///
    /// let level = std::sync::Arc::new(RwLock::new(3));
    /// let guard = level.clone().try_write_owned().unwrap();
    /// let guard = OwnedRwLockWriteGuard::downgrade(guard);
    /// assert!(level.try_read().is_ok());
    /// ```
    pub fn downgrade(guard: Self) -> OwnedRwLockReadGuard<T> {
        let guard = ManuallyDrop::new(guard);
        // SAFETY: the duty of read: the guard is neither used nor dropped any more.
        let lock = unsafe { ptr::read(&guard.lock) };
        lock.resource.set_holder(0);
        lock.permits.give(WRITER - READER);
        OwnedRwLockReadGuard::new(lock)
    }
}

/// What a guard can do, whichever way it reaches its lock.
macro_rules! guard {
    ($guard:ty, $permits:expr) => {
        impl<T: ?Sized> Deref for $guard {
            type Target = T;

            #[inline]
            fn deref(&self) -> &T {
                self.lock.value.with(|value| {
                    // SAFETY: I1 of `rw_lock`, I2 of `rw_lock`: there is no writer, or it is this
                    // one, and `&self` keeps its `deref_mut` away.
                    unsafe { &*value }
                })
            }
        }

        impl<T: ?Sized> Drop for $guard {
            #[inline]
            fn drop(&mut self) {
                if $permits == WRITER {
                    self.lock.resource.set_holder(0);
                }
                self.lock.permits.give($permits);
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

/// What a writer can do besides.
macro_rules! writer {
    ($guard:ty) => {
        guard!($guard, WRITER);

        impl<T: ?Sized> DerefMut for $guard {
            #[inline]
            fn deref_mut(&mut self) -> &mut T {
                self.lock.value.with_mut(|value| {
                    // SAFETY: I1 of `rw_lock`: this guard is the only one, and `&mut self` keeps
                    // `deref` away.
                    unsafe { &mut *value }
                })
            }
        }
    };
}

guard!(RwLockUpgradableReadGuard<'_, T>, UPGRADABLE);
writer!(RwLockWriteGuard<'_, T>);
writer!(OwnedRwLockWriteGuard<T>);
