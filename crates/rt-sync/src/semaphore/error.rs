//! Why a semaphore gave no permit, or took none.

use std::error::Error;
use std::fmt;

/// The semaphore is closed, so there are no more permits.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_sync::Semaphore;
///
/// let semaphore = Semaphore::new(1);
/// semaphore.close();
/// assert!(semaphore.acquire().await.is_err());
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AcquireError;

/// Why [`try_acquire`](crate::Semaphore::try_acquire) gave no permit.
///
/// ```
/// use rt_sync::{Semaphore, TryAcquireError};
///
/// let uploads = Semaphore::new(0);
/// assert_eq!(uploads.try_acquire().unwrap_err(), TryAcquireError::NoPermits);
/// uploads.close();
/// assert_eq!(uploads.try_acquire().unwrap_err(), TryAcquireError::Closed);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TryAcquireError {
    /// The semaphore is closed, so there are no more permits.
    Closed,
    /// There are too few permits at the moment, or others wait for them.
    NoPermits,
}

/// Permits that were not added, because there would be more than the semaphore may have.
///
/// ```
/// use rt_sync::Semaphore;
///
/// let semaphore = Semaphore::bounded(2);
/// assert!(semaphore.try_add_permits(1).is_err());
/// semaphore.try_acquire().unwrap().forget();
/// assert!(semaphore.try_add_permits(1).is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TooManyPermits {
    /// How many were to be added.
    pub permits: usize,
    /// The most the semaphore may have.
    pub most: usize,
}

impl fmt::Display for AcquireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the semaphore is closed")
    }
}

impl fmt::Display for TryAcquireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TryAcquireError::Closed => "the semaphore is closed",
            TryAcquireError::NoPermits => "no permit is free; wait for one with `acquire`",
        })
    }
}

impl fmt::Display for TooManyPermits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TooManyPermits { permits, most } = self;
        write!(f, "cannot add {permits} permits, since more than {most} would be available")
    }
}

impl Error for AcquireError {}
impl Error for TryAcquireError {}
impl Error for TooManyPermits {}
