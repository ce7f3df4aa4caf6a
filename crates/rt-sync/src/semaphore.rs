//! A number of permits that tasks take and give back.

mod acquire;
mod error;
mod permit;

use crate::blocking;
use crate::permits::{PERMITS_MAX, Permits, Taken};
use std::fmt;
use std::sync::Arc;

pub use acquire::{Acquire, AcquireOwned};
pub use error::{AcquireError, TooManyPermits, TryAcquireError};
pub use permit::{OwnedSemaphorePermit, SemaphorePermit};

/// Lets a number of tasks at a time do something.
///
/// A task [acquires](Semaphore::acquire) a permit, and waits while there is none; the permit goes
/// back when it is dropped. asyncio: `asyncio.Semaphore`, and [`Semaphore::bounded`] is
/// `asyncio.BoundedSemaphore`.
///
/// # Fairness
///
/// Permits go to those who wait in the order in which they came, and nobody overtakes: while
/// somebody waits, a permit that comes back is handed to the oldest, and [`Semaphore::try_acquire`]
/// gets none. A request for many permits at the head holds back smaller ones behind it, so it is
/// served. When a task gives up, what it had been handed goes to the next.
///
/// ```
/// use rt_sync::Semaphore;
///
/// static DOWNLOADS: Semaphore = Semaphore::new(3);
///
/// async fn download() {
///     let _permit = DOWNLOADS.acquire().await.unwrap();
///     // At most three tasks are here at a time.
/// }
/// # futures::executor::block_on(download());
/// ```
#[doc(alias = "asyncio.Semaphore")]
#[doc(alias = "BoundedSemaphore")]
pub struct Semaphore {
    permits: Permits,
    /// The most permits that [`Semaphore::try_add_permits`] makes.
    most: usize,
}

impl Semaphore {
    /// The most permits a semaphore can have.
    pub const MAX_PERMITS: usize = PERMITS_MAX;

    rt_primitive::const_fn! {
        /// A semaphore with this many permits, which may grow.
        ///
        /// ```
        /// static UPLOADS: rt_sync::Semaphore = rt_sync::Semaphore::new(3);
        /// assert_eq!(UPLOADS.available_permits(), 3);
        /// ```
        ///
        /// # Panics
        ///
        /// When they are more than [`MAX_PERMITS`](Self::MAX_PERMITS).
        #[doc(alias = "const_new")]
        pub fn new(permits: usize) -> Semaphore {
            Semaphore { permits: Permits::new(permits), most: PERMITS_MAX }
        }
    }

    rt_primitive::const_fn! {
        /// A semaphore with this many permits, which [`try_add_permits`](Self::try_add_permits)
        /// never lets grow.
        ///
        /// For permits that are given back by hand: a permit given back too often is an error
        /// there. asyncio: `asyncio.BoundedSemaphore`.
        ///
        /// ```
        /// use rt_sync::Semaphore;
        ///
        /// let semaphore = Semaphore::bounded(1);
        /// semaphore.try_acquire().unwrap().forget();
        /// semaphore.try_add_permits(1).unwrap();
        /// assert!(semaphore.try_add_permits(1).is_err());
        /// ```
        ///
        /// # Panics
        ///
        /// As [`new`](Self::new).
        pub fn bounded(permits: usize) -> Semaphore {
            Semaphore { permits: Permits::new(permits), most: permits }
        }
    }

    /// Takes a permit, once there is one and all who came before have theirs.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let uploads = rt_sync::Semaphore::new(1);
    /// let permit = uploads.acquire().await.unwrap();
    /// assert!(uploads.try_acquire().is_err());
    /// drop(permit); // and it is free again
    /// assert!(uploads.try_acquire().is_ok());
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// When the semaphore is closed, also while this waits.
    ///
    /// # Cancel safety
    ///
    /// A drop gives the place in the queue up, and loses no permit.
    #[track_caller]
    pub fn acquire(&self) -> Acquire<'_> {
        self.acquire_many(1)
    }

    /// Takes so many permits at once, as [`acquire`](Self::acquire) does.
    ///
    /// It waits until all of them are there; meanwhile those who came later wait too.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let megabytes = rt_sync::Semaphore::new(100);
    /// let permit = megabytes.acquire_many(60).await.unwrap();
    /// assert_eq!(megabytes.available_permits(), 40);
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// As [`acquire`](Self::acquire).
    ///
    /// # Cancel safety
    ///
    /// As [`acquire`](Self::acquire).
    #[track_caller]
    pub fn acquire_many(&self, permits: u32) -> Acquire<'_> {
        Acquire::new(self, permits)
    }

    /// As [`acquire`](Self::acquire), for a permit that borrows nothing.
    ///
    /// ```
    /// use rt_sync::Semaphore;
    /// use std::sync::Arc;
    ///
    /// # futures::executor::block_on(async {
    /// let semaphore = Arc::new(Semaphore::new(1));
    /// let permit = semaphore.clone().acquire_owned().await.unwrap();
    /// let task = async move { drop(permit) }; // may be spawned
    /// # task.await;
    /// # });
    /// ```
    #[track_caller]
    pub fn acquire_owned(self: Arc<Self>) -> AcquireOwned {
        self.acquire_many_owned(1)
    }

    /// As [`acquire_many`](Self::acquire_many), for a permit that borrows nothing.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let megabytes = std::sync::Arc::new(rt_sync::Semaphore::new(100));
    /// let permit = megabytes.clone().acquire_many_owned(60).await.unwrap();
    /// assert_eq!(megabytes.available_permits(), 40);
    /// # });
    /// ```
    #[track_caller]
    pub fn acquire_many_owned(self: Arc<Self>, permits: u32) -> AcquireOwned {
        AcquireOwned::new(self, permits)
    }

    /// As [`acquire`](Self::acquire), for threads that run no tasks: the calling thread stops.
    ///
    /// ```
    /// let semaphore = rt_sync::Semaphore::new(1);
    /// assert_eq!(semaphore.blocking_acquire().unwrap().num_permits(), 1);
    /// ```
    ///
    /// # Errors
    ///
    /// As `acquire`.
    ///
    /// # Panics
    ///
    /// Within a task: await `acquire` there.
    #[track_caller]
    pub fn blocking_acquire(&self) -> Result<SemaphorePermit<'_>, AcquireError> {
        blocking::block_on("blocking_acquire", self.acquire())
    }

    /// As [`acquire_many`](Self::acquire_many), for threads; see
    /// [`blocking_acquire`](Self::blocking_acquire).
    ///
    /// ```
    /// let semaphore = rt_sync::Semaphore::new(3);
    /// assert_eq!(semaphore.blocking_acquire_many(2).unwrap().num_permits(), 2);
    /// ```
    ///
    /// # Errors
    ///
    /// As `acquire_many`.
    ///
    /// # Panics
    ///
    /// Within a task.
    #[track_caller]
    pub fn blocking_acquire_many(&self, permits: u32) -> Result<SemaphorePermit<'_>, AcquireError> {
        blocking::block_on("blocking_acquire_many", self.acquire_many(permits))
    }

    /// As [`acquire_many_owned`](Self::acquire_many_owned), for threads; see
    /// [`blocking_acquire`](Self::blocking_acquire).
    ///
    /// ```
    /// let semaphore = std::sync::Arc::new(rt_sync::Semaphore::new(3));
    /// assert_eq!(semaphore.blocking_acquire_many_owned(2).unwrap().num_permits(), 2);
    /// ```
    ///
    /// # Errors
    ///
    /// As `acquire_many`.
    ///
    /// # Panics
    ///
    /// Within a task.
    #[track_caller]
    pub fn blocking_acquire_many_owned(
        self: Arc<Self>,
        permits: u32,
    ) -> Result<OwnedSemaphorePermit, AcquireError> {
        blocking::block_on("blocking_acquire_many_owned", self.acquire_many_owned(permits))
    }

    /// As [`acquire_owned`](Self::acquire_owned), for threads; see
    /// [`blocking_acquire`](Self::blocking_acquire).
    ///
    /// ```
    /// let semaphore = std::sync::Arc::new(rt_sync::Semaphore::new(1));
    /// assert_eq!(semaphore.blocking_acquire_owned().unwrap().num_permits(), 1);
    /// ```
    ///
    /// # Errors
    ///
    /// As `acquire`.
    ///
    /// # Panics
    ///
    /// Within a task.
    #[track_caller]
    pub fn blocking_acquire_owned(self: Arc<Self>) -> Result<OwnedSemaphorePermit, AcquireError> {
        blocking::block_on("blocking_acquire_owned", self.acquire_owned())
    }

    /// Takes a permit if there is one and nobody waits.
    ///
    /// ```
    /// use rt_sync::{Semaphore, TryAcquireError};
    ///
    /// let uploads = Semaphore::new(1);
    /// let permit = uploads.try_acquire().unwrap();
    /// assert_eq!(uploads.try_acquire().unwrap_err(), TryAcquireError::NoPermits);
    /// ```
    ///
    /// # Errors
    ///
    /// When there is none, or others wait, or the semaphore is closed.
    pub fn try_acquire(&self) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        self.try_acquire_many(1)
    }

    /// Takes so many permits if they are there and nobody waits.
    ///
    /// ```
    /// let megabytes = rt_sync::Semaphore::new(100);
    /// assert!(megabytes.try_acquire_many(101).is_err());
    /// assert!(megabytes.try_acquire_many(100).is_ok());
    /// ```
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire).
    pub fn try_acquire_many(&self, permits: u32) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        self.try_take(permits)?;
        Ok(SemaphorePermit::new(self, permits))
    }

    /// As [`try_acquire`](Self::try_acquire), for a permit that borrows nothing.
    ///
    /// ```
    /// let uploads = std::sync::Arc::new(rt_sync::Semaphore::new(1));
    /// let permit = uploads.clone().try_acquire_owned().unwrap();
    /// assert!(uploads.try_acquire_owned().is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire).
    pub fn try_acquire_owned(self: Arc<Self>) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        self.try_acquire_many_owned(1)
    }

    /// As [`try_acquire_many`](Self::try_acquire_many), for a permit that borrows nothing.
    ///
    /// ```
    /// let megabytes = std::sync::Arc::new(rt_sync::Semaphore::new(100));
    /// let permit = megabytes.clone().try_acquire_many_owned(60).unwrap();
    /// assert_eq!(megabytes.available_permits(), 40);
    /// ```
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire).
    pub fn try_acquire_many_owned(
        self: Arc<Self>,
        permits: u32,
    ) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        self.try_take(permits)?;
        Ok(OwnedSemaphorePermit::new(self, permits))
    }

    fn try_take(&self, permits: u32) -> Result<(), TryAcquireError> {
        match self.permits.try_take(permits as usize) {
            Taken::Yes => Ok(()),
            Taken::TooFew => Err(TryAcquireError::NoPermits),
            Taken::Closed => Err(TryAcquireError::Closed),
        }
    }

    /// Makes so many new permits; those who wait get them first.
    ///
    /// ```
    /// let uploads = rt_sync::Semaphore::new(1);
    /// uploads.add_permits(2);
    /// assert_eq!(uploads.available_permits(), 3);
    /// ```
    ///
    /// # Panics
    ///
    /// When [`try_add_permits`](Self::try_add_permits) fails.
    pub fn add_permits(&self, permits: usize) {
        if let Err(error) = self.try_add_permits(permits) {
            panic!("{error}");
        }
    }

    /// Makes so many new permits; those who wait get them first.
    ///
    /// ```
    /// let uploads = rt_sync::Semaphore::bounded(1);
    /// assert!(uploads.try_add_permits(1).is_err()); // all are there
    /// ```
    ///
    /// # Errors
    ///
    /// When more permits would be available than a [bounded](Self::bounded) semaphore began with,
    /// or than [`MAX_PERMITS`](Self::MAX_PERMITS). Then none is added.
    pub fn try_add_permits(&self, permits: usize) -> Result<(), TooManyPermits> {
        if self.permits.try_give(permits, self.most) {
            return Ok(());
        }
        Err(TooManyPermits { permits, most: self.most })
    }

    /// Takes permits away for good: as many as are available, up to `permits`; returns how many.
    ///
    /// Permits that are in use stay in use; see [`SemaphorePermit::forget`].
    ///
    /// ```
    /// let uploads = rt_sync::Semaphore::new(3);
    /// assert_eq!(uploads.forget_permits(2), 2);
    /// assert_eq!(uploads.available_permits(), 1);
    /// ```
    pub fn forget_permits(&self, permits: usize) -> usize {
        self.permits.forget(permits)
    }

    /// The permits that nobody has at the moment.
    ///
    /// They can be more than 0 while tasks wait: those wait for more than that.
    ///
    /// ```
    /// assert_eq!(rt_sync::Semaphore::new(3).available_permits(), 3);
    /// ```
    pub fn available_permits(&self) -> usize {
        self.permits.available()
    }

    /// True when [`try_acquire`](Self::try_acquire) would get no permit: there is none, or others
    /// wait for it.
    ///
    /// ```
    /// let uploads = rt_sync::Semaphore::new(1);
    /// let permit = uploads.try_acquire();
    /// assert!(uploads.is_exhausted());
    /// ```
    #[doc(alias = "locked")]
    pub fn is_exhausted(&self) -> bool {
        self.permits.available() == 0 || self.permits.has_waiters()
    }

    /// Gives no more permits out: who waits gets an error, and so does who comes.
    ///
    /// Permits that were given out stay valid.
    ///
    /// ```
    /// use rt_sync::Semaphore;
    ///
    /// # futures::executor::block_on(async {
    /// let semaphore = Semaphore::new(1);
    /// semaphore.close();
    /// assert!(semaphore.acquire().await.is_err());
    /// # });
    /// ```
    pub fn close(&self) {
        self.permits.close();
    }

    /// True after [`close`](Self::close).
    ///
    /// ```
    /// let uploads = rt_sync::Semaphore::new(1);
    /// uploads.close();
    /// assert!(uploads.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.permits.is_closed()
    }
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Semaphore")
            .field("available_permits", &self.available_permits())
            .field("has_waiters", &self.permits.has_waiters())
            .field("is_closed", &self.is_closed())
            .finish()
    }
}
