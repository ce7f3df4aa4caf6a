//! A lock of one atomic word, for values that are held for a few instructions.
//!
//! # Protocol
//!
//! Whoever enters exchanges `locked` from `false` to `true`, and whoever leaves stores `false`. It
//! is not a swap, because loom would let the store slip in front of a swap that found `true`.
//!
//! # Invariants
//!
//! * I1: at most one guard exists at a time: only an exchange that found `false` makes one, and
//!   only dropping it stores `false`.
//! * I2: the value is reached only through a guard, or through `&mut self` or `self`.
//!
//! Model: `a_try_lock_excludes`

use crate::atomic::{AtomicBool, Ordering};
use crate::cell::UnsafeCell;
use crate::{MODEL, count, hint, mutant, thread};
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

/// How often `lock` spins before it gives its time slice away.
const SPINS_MAX: u32 = if MODEL { 0 } else { 64 };

/// A lock that can be tried without waiting: one read-modify-write to lock, one store to unlock.
///
/// ```
/// use rt_primitive::sync::TryLock;
///
/// let lock = TryLock::new(1);
/// let mut guard = lock.try_lock().unwrap();
/// *guard += 1;
/// assert!(lock.try_lock().is_none());
/// drop(guard);
/// assert_eq!(*lock.lock(), 2);
/// ```
#[derive(Default)]
pub struct TryLock<T> {
    // [A] True while a guard exists.
    locked: AtomicBool,
    // [L] The value.
    value: UnsafeCell<T>,
}

// SAFETY: I1, I2: the lock hands `&mut T` to one thread at a time, so `T: Send` is enough.
unsafe impl<T: Send> Sync for TryLock<T> {}

impl<T> TryLock<T> {
    crate::const_fn! {
        /// An unlocked lock around `value`.
        pub fn new(value: T) -> Self {
            Self { locked: AtomicBool::new(false), value: UnsafeCell::new(value) }
        }
    }

    /// Takes the lock if it is free. Counted as an exchange and not as a lock: it never waits.
    #[inline]
    pub fn try_lock(&self) -> Option<TryLockGuard<'_, T>> {
        let order = mutant!("try_lock.take_relaxed", Ordering::Acquire => Ordering::Relaxed);
        // ORDERING: Acquire; pairs with Release in `drop`; the last holder's writes are visible.
        // Relaxed on failure: nothing was handed over.
        self.locked.compare_exchange(false, true, order, Ordering::Relaxed).ok()?;
        Some(TryLockGuard { lock: self, value: PhantomData })
    }

    /// Takes the lock, spinning a little and then giving the time slice away until it is free.
    ///
    /// Nothing wakes the caller when the lock becomes free. Use it where the holder is known to
    /// leave soon.
    #[inline]
    pub fn lock(&self) -> TryLockGuard<'_, T> {
        count::lock();
        match self.try_lock() {
            Some(guard) => guard,
            None => self.lock_slowly(),
        }
    }

    /// Waits by loads, which leave the word where the holder needs it, and tries again when it
    /// looks free.
    #[cold]
    fn lock_slowly(&self) -> TryLockGuard<'_, T> {
        let mut spins = 0;
        loop {
            if spins == SPINS_MAX {
                thread::yield_now();
            } else {
                spins += 1;
                hint::spin_loop();
            }
            // ORDERING: Relaxed; the exchange of `try_lock` decides. A model need not look.
            if !MODEL && self.locked.load(Ordering::Relaxed) {
                continue;
            }
            if let Some(guard) = self.try_lock() {
                return guard;
            }
        }
    }

    /// Takes the value out.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T> fmt::Debug for TryLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TryLock").finish_non_exhaustive()
    }
}

/// Access to the value of a [`TryLock`]; dropping it unlocks.
#[must_use = "dropping the guard unlocks at once"]
pub struct TryLockGuard<'a, T> {
    lock: &'a TryLock<T>,
    /// Makes the guard `Sync` only where `T` is.
    value: PhantomData<&'a mut T>,
}

impl<T> Deref for TryLockGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.lock.value.with(|value| {
            // SAFETY: I1: this guard is the only one, and `&self` keeps `deref_mut` away.
            unsafe { &*value }
        })
    }
}

impl<T> DerefMut for TryLockGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        self.lock.value.with_mut(|value| {
            // SAFETY: I1: this guard is the only one, and `&mut self` keeps `deref` away.
            unsafe { &mut *value }
        })
    }
}

impl<T> Drop for TryLockGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        let order = mutant!("try_lock.give_relaxed", Ordering::Release => Ordering::Relaxed);
        // ORDERING: Release; pairs with Acquire in `try_lock`; this holder's writes are published.
        self.lock.locked.store(false, order);
    }
}

impl<T: fmt::Debug> fmt::Debug for TryLockGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
