//! A lock that many readers or one writer hold.
//!
//! # Protocol
//!
//! It is a number of permits, of which a reader takes one, a writer all, and a reader that may
//! become a writer more than half. Who upgrades stands in front of all who wait.
//!
//! # Invariants
//!
//! - I1: a guard has the permits of its kind: a writer all of them, so it is the only one.
//! - I2: a reader has some of them, so there is no writer.
//!
//! Model: `readers_and_a_writer_exclude`

mod acquire;
mod guard;
mod read_guard;
mod upgrade;

use crate::blocking;
use crate::mutex::TryLockError;
use crate::permits::{PERMITS_MAX, Permits, Taken};
use rt_core::Resource;
use rt_primitive::cell::UnsafeCell;
use std::fmt;
use std::sync::Arc;

pub use acquire::{Read, ReadOwned, UpgradableRead, Write, WriteOwned};
pub use guard::{OwnedRwLockWriteGuard, RwLockUpgradableReadGuard, RwLockWriteGuard};
pub use read_guard::{OwnedRwLockReadGuard, RwLockReadGuard};
pub use upgrade::Upgrade;

/// A reader takes one permit.
const READER: usize = 1;
/// A writer takes all, so that nobody else has any.
const WRITER: usize = PERMITS_MAX;
/// A reader that may become a writer takes more than half: there is room for readers beside it, and
/// for no second one of its kind.
const UPGRADABLE: usize = PERMITS_MAX / 2 + 1;

/// Lets many tasks read a value at the same time, or one change it.
///
/// # Fairness
///
/// Tasks get the lock in the order in which they came, and nobody overtakes: readers that come
/// after a waiting writer wait behind it. So neither readers nor writers starve. A task that reads
/// and asks to read once more may wait for itself, if a writer came in between.
///
/// ```
/// use rt_sync::RwLock;
///
/// static CONFIG: RwLock<Vec<u32>> = RwLock::new(Vec::new());
///
/// # futures::executor::block_on(async {
/// CONFIG.write().await.push(1);
/// let (one, two) = (CONFIG.read().await, CONFIG.read().await); // both at once
/// assert_eq!(*one, *two);
/// # });
/// ```
///
/// A guard can be sent when the value can be sent and shared:
///
/// ```compile_fail
/// fn is_send<T: Send>(_: T) {}
/// let lock = rt_sync::RwLock::new(std::cell::Cell::new(1));
/// is_send(lock.try_read());
/// ```
pub struct RwLock<T: ?Sized> {
    // [C] Who has how many of them may do what: see the constants.
    permits: Permits,
    // [C] Who has it, for those who ask why a task waits.
    resource: Resource,
    // [L] The value.
    value: UnsafeCell<T>,
}

impl<T> RwLock<T> {
    rt_primitive::const_fn! {
        /// An unlocked lock around `value`.
        ///
        /// ```
        /// static LEVEL: rt_sync::RwLock<u32> = rt_sync::RwLock::new(3);
        /// assert_eq!(*LEVEL.try_read().unwrap(), 3);
        /// ```
        #[doc(alias = "const_new")]
        pub fn new(value: T) -> Self {
            RwLock {
                permits: Permits::new(WRITER),
                resource: Resource::new(),
                value: UnsafeCell::new(value),
            }
        }
    }

    /// Takes the value out. Needs no lock, since nobody else has it.
    ///
    /// ```
    /// assert_eq!(rt_sync::RwLock::new(7).into_inner(), 7);
    /// ```
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> RwLock<T> {
    /// Takes the lock to read, once no writer has it and all who came before have had theirs.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let level = rt_sync::RwLock::new(3);
    /// let (first, second) = (level.read().await, level.read().await);
    /// assert_eq!(*first, *second);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// A drop gives the place in the queue up. What had been handed over goes to the next.
    #[track_caller]
    pub fn read(&self) -> Read<'_, T> {
        Read::new(self)
    }

    /// Takes the lock to write, once nobody has it and all who came before have had theirs.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let level = rt_sync::RwLock::new(3);
    /// *level.write().await += 1;
    /// assert_eq!(*level.read().await, 4);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// As [`read`](Self::read).
    #[track_caller]
    pub fn write(&self) -> Write<'_, T> {
        Write::new(self)
    }

    /// Takes the lock to read now, and maybe to [write](RwLockUpgradableReadGuard::upgrade) later,
    /// with no other writer in between. Readers may read beside it; of its kind there is one at a
    /// time.
    ///
    /// ```
    /// use rt_sync::{RwLock, RwLockUpgradableReadGuard};
    ///
    /// # futures::executor::block_on(async {
    /// let lock = RwLock::new(1);
    /// let guard = lock.upgradable_read().await;
    /// if *guard == 1 {
    ///     *RwLockUpgradableReadGuard::upgrade(guard).await = 2;
    /// }
    /// assert_eq!(*lock.read().await, 2);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// As [`read`](Self::read).
    #[track_caller]
    pub fn upgradable_read(&self) -> UpgradableRead<'_, T> {
        UpgradableRead::new(self)
    }

    /// As [`read`](Self::read), for a guard that borrows nothing.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let level = std::sync::Arc::new(rt_sync::RwLock::new(3));
    /// let guard = level.clone().read_owned().await;
    /// assert_eq!(*guard, 3);
    /// # });
    /// ```
    #[track_caller]
    pub fn read_owned(self: Arc<Self>) -> ReadOwned<T> {
        ReadOwned::new(self)
    }

    /// As [`write`](Self::write), for a guard that borrows nothing.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let level = std::sync::Arc::new(rt_sync::RwLock::new(3));
    /// *level.clone().write_owned().await += 1;
    /// assert_eq!(*level.read().await, 4);
    /// # });
    /// ```
    #[track_caller]
    pub fn write_owned(self: Arc<Self>) -> WriteOwned<T> {
        WriteOwned::new(self)
    }

    /// Takes the lock to read if no writer has it and nobody waits.
    ///
    /// ```
    /// let level = rt_sync::RwLock::new(3);
    /// let guard = level.try_read().unwrap();
    /// assert!(level.try_write().is_err());
    /// assert!(level.try_read().is_ok());
    /// ```
    ///
    /// # Errors
    ///
    /// When a writer has it, or others wait for it.
    pub fn try_read(&self) -> Result<RwLockReadGuard<'_, T>, TryLockError> {
        self.try_take(READER)?;
        Ok(RwLockReadGuard::new(self))
    }

    /// Takes the lock to write if nobody has it and nobody waits.
    ///
    /// ```
    /// let level = rt_sync::RwLock::new(3);
    /// let guard = level.try_write().unwrap();
    /// assert!(level.try_read().is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// When somebody has it, or others wait for it.
    pub fn try_write(&self) -> Result<RwLockWriteGuard<'_, T>, TryLockError> {
        self.try_take(WRITER)?;
        Ok(RwLockWriteGuard::new(self))
    }

    /// As [`upgradable_read`](Self::upgradable_read), if that need not wait.
    ///
    /// ```
    /// let level = rt_sync::RwLock::new(3);
    /// let guard = level.try_upgradable_read().unwrap();
    /// assert!(level.try_read().is_ok());
    /// assert!(level.try_upgradable_read().is_err()); // one at a time
    /// ```
    ///
    /// # Errors
    ///
    /// When a writer or another one of its kind has the lock, or others wait for it.
    pub fn try_upgradable_read(&self) -> Result<RwLockUpgradableReadGuard<'_, T>, TryLockError> {
        self.try_take(UPGRADABLE)?;
        Ok(RwLockUpgradableReadGuard::new(self))
    }

    /// As [`try_read`](Self::try_read), for a guard that borrows nothing.
    ///
    /// ```
    /// let level = std::sync::Arc::new(rt_sync::RwLock::new(3));
    /// let guard = level.clone().try_read_owned().unwrap();
    /// assert!(level.try_write().is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// As `try_read`.
    pub fn try_read_owned(self: Arc<Self>) -> Result<OwnedRwLockReadGuard<T>, TryLockError> {
        self.try_take(READER)?;
        Ok(OwnedRwLockReadGuard::new(self))
    }

    /// As [`try_write`](Self::try_write), for a guard that borrows nothing.
    ///
    /// ```
    /// let level = std::sync::Arc::new(rt_sync::RwLock::new(3));
    /// *level.clone().try_write_owned().unwrap() += 1;
    /// assert_eq!(*level.try_read().unwrap(), 4);
    /// ```
    ///
    /// # Errors
    ///
    /// As `try_write`.
    pub fn try_write_owned(self: Arc<Self>) -> Result<OwnedRwLockWriteGuard<T>, TryLockError> {
        self.try_take(WRITER)?;
        Ok(OwnedRwLockWriteGuard::new(self))
    }

    /// As [`read`](Self::read), for threads that run no tasks: the calling thread stops.
    ///
    /// ```
    /// let level = rt_sync::RwLock::new(3);
    /// assert_eq!(*level.blocking_read(), 3);
    /// ```
    ///
    /// # Panics
    ///
    /// Within a task: await `read` there.
    #[track_caller]
    pub fn blocking_read(&self) -> RwLockReadGuard<'_, T> {
        blocking::block_on("blocking_read", self.read())
    }

    /// As [`write`](Self::write), for threads that run no tasks: the calling thread stops.
    ///
    /// ```
    /// let level = rt_sync::RwLock::new(3);
    /// *level.blocking_write() += 1;
    /// assert_eq!(level.into_inner(), 4);
    /// ```
    ///
    /// # Panics
    ///
    /// Within a task: await `write` there.
    #[track_caller]
    pub fn blocking_write(&self) -> RwLockWriteGuard<'_, T> {
        blocking::block_on("blocking_write", self.write())
    }

    fn try_take(&self, permits: usize) -> Result<(), TryLockError> {
        match self.permits.try_take(permits) {
            Taken::Yes => Ok(()),
            Taken::TooFew | Taken::Closed => Err(TryLockError),
        }
    }

    /// Reaches the value without locking: `&mut self` proves that nobody else can.
    ///
    /// ```
    /// let mut level = rt_sync::RwLock::new(3);
    /// *level.get_mut() += 1;
    /// assert_eq!(level.into_inner(), 4);
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        self.value.with_mut(|value| {
            // SAFETY: I1: `&mut self` proves that there is no guard.
            unsafe { &mut *value }
        })
    }
}

impl<T: Default> Default for RwLock<T> {
    fn default() -> Self {
        RwLock::new(T::default())
    }
}

impl<T> From<T> for RwLock<T> {
    fn from(value: T) -> Self {
        RwLock::new(value)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    /// Shows the value when it can be read now; never waits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("RwLock");
        match self.try_read() {
            Ok(guard) => debug.field("value", &&*guard),
            Err(_) => debug.field("value", &format_args!("<locked>")),
        };
        debug.finish_non_exhaustive()
    }
}
