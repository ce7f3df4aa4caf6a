//! A lock that tasks wait for.
//!
//! # Protocol
//!
//! It is one permit. Who has it has the value; to unlock is to give it back.
//!
//! # Invariants
//!
//! - I1: while a guard exists it has the one permit of its lock, so it is the only one.
//!
//! Model: `a_lock_excludes_and_publishes`

mod guard;
mod lock;

use crate::blocking;
use crate::permits::{Permits, Taken};
use rt_core::{Resource, current_task_number};
use rt_primitive::cell::UnsafeCell;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

pub use guard::{MutexGuard, OwnedMutexGuard};
pub use lock::{Lock, LockOwned};

/// Lets one task at a time use a value; the others wait for it without blocking a thread.
///
/// The guard may be held over an `await`. Where it never is, a lock of the standard library does as
/// well. A task that panics with the guard unlocks: there is no poison. asyncio: `asyncio.Lock`.
///
/// # Fairness
///
/// Tasks get the lock in the order in which they came. While one waits, nobody overtakes it: the
/// guard that is dropped hands the lock over, and [`Mutex::try_lock`] fails.
///
/// ```
/// use rt_sync::Mutex;
///
/// static LOG: Mutex<Vec<String>> = Mutex::new(Vec::new());
///
/// async fn log(line: &str) {
///     LOG.lock().await.push(line.to_owned());
/// }
/// # futures::executor::block_on(log("it works"));
/// # assert_eq!(LOG.try_lock().unwrap().len(), 1);
/// ```
///
/// A guard can be sent when the value can:
///
/// ```compile_fail
/// fn is_send<T: Send>(_: T) {}
/// let mutex = rt_sync::Mutex::new(std::rc::Rc::new(1));
/// is_send(mutex.try_lock());
/// ```
///
/// ```compile_fail
/// fn is_sync<T: Sync>(_: T) {}
/// is_sync(rt_sync::Mutex::new(std::rc::Rc::new(1)));
/// ```
#[doc(alias = "asyncio.Lock")]
pub struct Mutex<T: ?Sized> {
    // [C] One permit: who has it may touch the value.
    permit: Permits,
    // [C] Who has it, for those who ask why a task waits.
    resource: Resource,
    // [L] The value.
    value: UnsafeCell<T>,
}

/// The lock is held, or others wait for it.
///
/// ```
/// use rt_sync::Mutex;
///
/// let mutex = Mutex::new(0);
/// let guard = mutex.try_lock().unwrap();
/// assert!(mutex.try_lock().is_err());
/// drop(guard);
/// assert!(mutex.try_lock().is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TryLockError;

impl<T> Mutex<T> {
    rt_primitive::const_fn! {
        /// An unlocked lock around `value`.
        ///
        /// ```
        /// static COUNT: rt_sync::Mutex<u32> = rt_sync::Mutex::new(0);
        /// assert!(!COUNT.is_locked());
        /// ```
        #[doc(alias = "const_new")]
        pub fn new(value: T) -> Self {
            Mutex {
                permit: Permits::new(1),
                resource: Resource::new(),
                value: UnsafeCell::new(value),
            }
        }
    }

    /// Takes the value out. Needs no lock, since nobody else has it.
    ///
    /// ```
    /// let names = rt_sync::Mutex::new(vec!["a"]);
    /// assert_eq!(names.into_inner(), ["a"]);
    /// ```
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Takes the lock, once it is free and all who came before have had it.
    ///
    /// A task that locks twice waits for itself, for ever.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let count = rt_sync::Mutex::new(0);
    /// *count.lock().await += 1;
    /// assert_eq!(*count.lock().await, 1);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// A drop gives the place in the queue up. If the lock had been handed over, the next gets it.
    #[doc(alias = "acquire")]
    #[track_caller]
    pub fn lock(&self) -> Lock<'_, T> {
        Lock::new(self)
    }

    /// As [`lock`](Self::lock), for threads that run no tasks: the calling thread stops.
    ///
    /// ```
    /// let count = rt_sync::Mutex::new(0);
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| *count.blocking_lock() += 1);
    /// });
    /// assert_eq!(count.into_inner(), 1);
    /// ```
    ///
    /// # Panics
    ///
    /// Within a task: await `lock` there.
    #[track_caller]
    pub fn blocking_lock(&self) -> MutexGuard<'_, T> {
        blocking::block_on("blocking_lock", self.lock())
    }

    /// As [`blocking_lock`](Self::blocking_lock), for a guard that borrows nothing.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// let count = Arc::new(rt_sync::Mutex::new(0));
    /// let guard = count.clone().blocking_lock_owned();
    /// assert!(count.is_locked());
    /// drop(guard);
    /// ```
    ///
    /// # Panics
    ///
    /// As `blocking_lock`.
    #[track_caller]
    pub fn blocking_lock_owned(self: Arc<Self>) -> OwnedMutexGuard<T> {
        blocking::block_on("blocking_lock_owned", self.lock_owned())
    }

    /// As [`lock`](Self::lock), for a guard that borrows nothing.
    ///
    /// ```
    /// use rt_sync::Mutex;
    /// use std::sync::Arc;
    ///
    /// # futures::executor::block_on(async {
    /// let mutex = Arc::new(Mutex::new(1));
    /// let mut guard = mutex.clone().lock_owned().await;
    /// let task = async move { *guard += 1 }; // may be spawned
    /// task.await;
    /// assert_eq!(*mutex.lock().await, 2);
    /// # });
    /// ```
    #[track_caller]
    pub fn lock_owned(self: Arc<Self>) -> LockOwned<T> {
        LockOwned::new(self)
    }

    /// Takes the lock if it is free and nobody waits for it.
    ///
    /// ```
    /// let count = rt_sync::Mutex::new(0);
    /// let guard = count.try_lock().unwrap();
    /// assert!(count.try_lock().is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// When it is held, or others wait for it.
    pub fn try_lock(&self) -> Result<MutexGuard<'_, T>, TryLockError> {
        if self.permit.try_take(1) != Taken::Yes {
            return Err(TryLockError);
        }
        Ok(MutexGuard::new(self))
    }

    /// As [`try_lock`](Self::try_lock), for a guard that borrows nothing.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// let count = Arc::new(rt_sync::Mutex::new(0));
    /// let guard = count.clone().try_lock_owned().unwrap();
    /// assert!(count.try_lock_owned().is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// As [`try_lock`](Self::try_lock).
    pub fn try_lock_owned(self: Arc<Self>) -> Result<OwnedMutexGuard<T>, TryLockError> {
        if self.permit.try_take(1) != Taken::Yes {
            return Err(TryLockError);
        }
        Ok(OwnedMutexGuard::new(self))
    }

    /// True when it is held at the moment, or about to be.
    ///
    /// ```
    /// let count = rt_sync::Mutex::new(0);
    /// let guard = count.try_lock();
    /// assert!(count.is_locked());
    /// ```
    #[doc(alias = "locked")]
    pub fn is_locked(&self) -> bool {
        self.permit.available() == 0
    }

    /// Reaches the value without locking: `&mut self` proves that nobody else can.
    ///
    /// ```
    /// let mut count = rt_sync::Mutex::new(0);
    /// *count.get_mut() += 1;
    /// assert_eq!(count.into_inner(), 1);
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        self.value.with_mut(|value| {
            // SAFETY: I1: `&mut self` proves that there is no guard.
            unsafe { &mut *value }
        })
    }

    /// Notes that the current task has the lock.
    #[inline]
    fn note_holder(&self) {
        self.resource.set_holder(current_task_number());
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Self {
        Mutex::new(T::default())
    }
}

impl<T> From<T> for Mutex<T> {
    fn from(value: T) -> Self {
        Mutex::new(value)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    /// Shows the value when the lock is free; never waits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Mutex");
        match self.try_lock() {
            Ok(guard) => debug.field("value", &&*guard),
            Err(TryLockError) => debug.field("value", &format_args!("<locked>")),
        };
        debug.finish_non_exhaustive()
    }
}

impl fmt::Display for TryLockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the lock is held, or others wait for it; wait for it with `lock`")
    }
}

impl Error for TryLockError {}
