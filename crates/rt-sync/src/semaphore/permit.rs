//! Permits that go back when they are dropped.

use super::Semaphore;
use std::fmt;
use std::mem;
use std::sync::Arc;

/// One or more permits of a [`Semaphore`]; they go back when this is dropped.
///
/// ```
/// use rt_sync::{Semaphore, SemaphorePermit};
///
/// let uploads = Semaphore::new(1);
/// let permit: SemaphorePermit<'_> = uploads.try_acquire().unwrap();
/// drop(permit);
/// assert_eq!(uploads.available_permits(), 1);
/// ```
#[must_use = "dropping the permit gives it back at once"]
pub struct SemaphorePermit<'a> {
    semaphore: &'a Semaphore,
    permits: u32,
}

/// One or more permits of a [`Semaphore`] in an `Arc`; they go back when this is dropped.
///
/// ```
/// use rt_sync::{OwnedSemaphorePermit, Semaphore};
///
/// let uploads = std::sync::Arc::new(Semaphore::new(1));
/// let permit: OwnedSemaphorePermit = uploads.try_acquire_owned().unwrap();
/// assert!(permit.semaphore().is_exhausted()); // it keeps the semaphore alive
/// ```
#[must_use = "dropping the permit gives it back at once"]
pub struct OwnedSemaphorePermit {
    semaphore: Arc<Semaphore>,
    permits: u32,
}

impl<'a> SemaphorePermit<'a> {
    pub(super) fn new(semaphore: &'a Semaphore, permits: u32) -> Self {
        SemaphorePermit { semaphore, permits }
    }

    /// Takes the permits out of use for good: they do not go back.
    ///
    /// ```
    /// let uploads = rt_sync::Semaphore::new(1);
    /// uploads.try_acquire().unwrap().forget();
    /// assert_eq!(uploads.available_permits(), 0);
    /// ```
    pub fn forget(mut self) {
        self.permits = 0;
    }

    /// Adds the permits of `other` to this one.
    ///
    /// ```
    /// let uploads = rt_sync::Semaphore::new(2);
    /// let mut permit = uploads.try_acquire().unwrap();
    /// permit.merge(uploads.try_acquire().unwrap());
    /// assert_eq!(permit.num_permits(), 2);
    /// ```
    ///
    /// # Panics
    ///
    /// When they are of another semaphore.
    #[track_caller]
    pub fn merge(&mut self, mut other: Self) {
        let is_same = std::ptr::eq(self.semaphore, other.semaphore);
        assert!(is_same, "the permits to merge are of two semaphores");
        self.permits += mem::take(&mut other.permits);
    }

    /// Splits so many permits off; `None` when there are fewer.
    ///
    /// ```
    /// let uploads = rt_sync::Semaphore::new(2);
    /// let mut both = uploads.try_acquire_many(2).unwrap();
    /// let one = both.split(1).unwrap();
    /// assert_eq!((both.num_permits(), one.num_permits()), (1, 1));
    /// ```
    pub fn split(&mut self, permits: usize) -> Option<Self> {
        let permits = u32::try_from(permits).ok()?;
        self.permits = self.permits.checked_sub(permits)?;
        Some(SemaphorePermit { semaphore: self.semaphore, permits })
    }

    /// How many permits these are.
    ///
    /// ```
    /// let uploads = rt_sync::Semaphore::new(2);
    /// assert_eq!(uploads.try_acquire_many(2).unwrap().num_permits(), 2);
    /// ```
    pub fn num_permits(&self) -> usize {
        self.permits as usize
    }

    /// The semaphore they go back to.
    ///
    /// ```
    /// let semaphore = rt_sync::Semaphore::new(1);
    /// let permit = semaphore.try_acquire().unwrap();
    /// assert!(std::ptr::eq(permit.semaphore(), &semaphore));
    /// ```
    pub fn semaphore(&self) -> &'a Semaphore {
        self.semaphore
    }
}

impl OwnedSemaphorePermit {
    pub(super) fn new(semaphore: Arc<Semaphore>, permits: u32) -> Self {
        OwnedSemaphorePermit { semaphore, permits }
    }

    /// Takes the permits out of use for good: they do not go back.
    ///
    /// ```
    /// let uploads = std::sync::Arc::new(rt_sync::Semaphore::new(1));
    /// uploads.clone().try_acquire_owned().unwrap().forget();
    /// assert_eq!(uploads.available_permits(), 0);
    /// ```
    pub fn forget(mut self) {
        self.permits = 0;
    }

    /// Adds the permits of `other` to this one.
    ///
    /// ```
    /// let uploads = std::sync::Arc::new(rt_sync::Semaphore::new(2));
    /// let mut permit = uploads.clone().try_acquire_owned().unwrap();
    /// permit.merge(uploads.try_acquire_owned().unwrap());
    /// assert_eq!(permit.num_permits(), 2);
    /// ```
    ///
    /// # Panics
    ///
    /// When they are of another semaphore.
    #[track_caller]
    pub fn merge(&mut self, mut other: Self) {
        let is_same = Arc::ptr_eq(&self.semaphore, &other.semaphore);
        assert!(is_same, "the permits to merge are of two semaphores");
        self.permits += mem::take(&mut other.permits);
    }

    /// Splits so many permits off; `None` when there are fewer.
    ///
    /// ```
    /// let uploads = std::sync::Arc::new(rt_sync::Semaphore::new(2));
    /// let mut both = uploads.try_acquire_many_owned(2).unwrap();
    /// let one = both.split(1).unwrap();
    /// assert_eq!((both.num_permits(), one.num_permits()), (1, 1));
    /// ```
    pub fn split(&mut self, permits: usize) -> Option<Self> {
        let permits = u32::try_from(permits).ok()?;
        self.permits = self.permits.checked_sub(permits)?;
        Some(OwnedSemaphorePermit { semaphore: Arc::clone(&self.semaphore), permits })
    }

    /// How many permits these are.
    ///
    /// ```
    /// let uploads = std::sync::Arc::new(rt_sync::Semaphore::new(2));
    /// assert_eq!(uploads.try_acquire_many_owned(2).unwrap().num_permits(), 2);
    /// ```
    pub fn num_permits(&self) -> usize {
        self.permits as usize
    }

    /// The semaphore they go back to.
    ///
    /// ```
    /// let uploads = std::sync::Arc::new(rt_sync::Semaphore::new(2));
    /// let permit = uploads.try_acquire_owned().unwrap();
    /// assert_eq!(permit.semaphore().available_permits(), 1);
    /// ```
    pub fn semaphore(&self) -> &Arc<Semaphore> {
        &self.semaphore
    }
}

impl Drop for SemaphorePermit<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.permits > 0 {
            self.semaphore.permits.give(self.permits as usize);
        }
    }
}

impl Drop for OwnedSemaphorePermit {
    #[inline]
    fn drop(&mut self) {
        if self.permits > 0 {
            self.semaphore.permits.give(self.permits as usize);
        }
    }
}

impl fmt::Debug for SemaphorePermit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SemaphorePermit").field("permits", &self.permits).finish_non_exhaustive()
    }
}

impl fmt::Debug for OwnedSemaphorePermit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = "OwnedSemaphorePermit";
        f.debug_struct(name).field("permits", &self.permits).finish_non_exhaustive()
    }
}
