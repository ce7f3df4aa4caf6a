//! Waiting for a permit.

use super::{AcquireError, OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use crate::permits::{Claim, OwnedClaim};
use pin_project_lite::pin_project;
use rt_core::{WaitKind, note_wait};
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

pin_project! {
    /// The future of [`Semaphore::acquire`] and [`Semaphore::acquire_many`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::{Semaphore, futures::Acquire};
    ///
    /// let uploads = Semaphore::new(1);
    /// let acquire: Acquire<'_> = uploads.acquire();
    /// assert!(acquire.await.is_ok());
    /// # });
    /// ```
    #[must_use = "a permit is acquired only by a future that is awaited or polled"]
    pub struct Acquire<'a> {
        semaphore: &'a Semaphore,
        wanted: u32,
        site: &'static Location<'static>,
        #[pin]
        claim: Claim<'a>,
    }
}

pin_project! {
    /// The future of [`Semaphore::acquire_owned`] and [`Semaphore::acquire_many_owned`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::{Semaphore, futures::AcquireOwned};
    ///
    /// let uploads = std::sync::Arc::new(Semaphore::new(1));
    /// let acquire: AcquireOwned = uploads.acquire_owned();
    /// assert!(acquire.await.is_ok());
    /// # });
    /// ```
    #[must_use = "a permit is acquired only by a future that is awaited or polled"]
    pub struct AcquireOwned {
        wanted: u32,
        site: &'static Location<'static>,
        #[pin]
        claim: OwnedClaim<Semaphore>,
    }
}

impl<'a> Acquire<'a> {
    #[track_caller]
    pub(super) fn new(semaphore: &'a Semaphore, wanted: u32) -> Self {
        let claim = semaphore.permits.claim(wanted as usize);
        Acquire { semaphore, wanted, site: Location::caller(), claim }
    }
}

impl AcquireOwned {
    #[track_caller]
    pub(super) fn new(semaphore: Arc<Semaphore>, wanted: u32) -> Self {
        let claim = OwnedClaim::new(semaphore, |semaphore| &semaphore.permits, wanted as usize);
        AcquireOwned { wanted, site: Location::caller(), claim }
    }
}

impl<'a> Future for Acquire<'a> {
    type Output = Result<SemaphorePermit<'a>, AcquireError>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        match this.claim.poll_claim(cx) {
            Poll::Ready(Ok(())) => {
                Poll::Ready(Ok(SemaphorePermit::new(this.semaphore, *this.wanted)))
            }
            Poll::Ready(Err(_closed)) => Poll::Ready(Err(AcquireError)),
            Poll::Pending => {
                note_wait(WaitKind::Permit, this.site, 0);
                Poll::Pending
            }
        }
    }
}

impl Future for AcquireOwned {
    type Output = Result<OwnedSemaphorePermit, AcquireError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        match this.claim.poll_claim(cx) {
            Poll::Ready(Ok(semaphore)) => {
                Poll::Ready(Ok(OwnedSemaphorePermit::new(semaphore, *this.wanted)))
            }
            Poll::Ready(Err(_closed)) => Poll::Ready(Err(AcquireError)),
            Poll::Pending => {
                note_wait(WaitKind::Permit, this.site, 0);
                Poll::Pending
            }
        }
    }
}

impl fmt::Debug for Acquire<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acquire").field("permits", &self.wanted).finish_non_exhaustive()
    }
}

impl fmt::Debug for AcquireOwned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AcquireOwned").field("permits", &self.wanted).finish_non_exhaustive()
    }
}
