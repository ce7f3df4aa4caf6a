//! Waiting for a lock.

use super::{Mutex, MutexGuard, OwnedMutexGuard};
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
    /// The future of [`Mutex::lock`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::{Mutex, futures::Lock};
    ///
    /// let count = Mutex::new(7);
    /// let lock: Lock<'_, u32> = count.lock();
    /// assert_eq!(*lock.await, 7);
    /// # });
    /// ```
    #[must_use = "a lock is taken only by a future that is awaited or polled"]
    pub struct Lock<'a, T: ?Sized> {
        mutex: &'a Mutex<T>,
        site: &'static Location<'static>,
        #[pin]
        claim: Claim<'a>,
    }
}

pin_project! {
    /// The future of [`Mutex::lock_owned`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::{Mutex, futures::LockOwned};
    ///
    /// let count = std::sync::Arc::new(Mutex::new(7));
    /// let lock: LockOwned<u32> = count.lock_owned();
    /// assert_eq!(*lock.await, 7);
    /// # });
    /// ```
    #[must_use = "a lock is taken only by a future that is awaited or polled"]
    pub struct LockOwned<T: ?Sized> {
        site: &'static Location<'static>,
        #[pin]
        claim: OwnedClaim<Mutex<T>>,
    }
}

impl<'a, T: ?Sized> Lock<'a, T> {
    #[inline]
    #[track_caller]
    pub(super) fn new(mutex: &'a Mutex<T>) -> Self {
        Lock::at(mutex, Location::caller())
    }

    /// On behalf of a call at `site`.
    #[inline]
    pub(crate) fn at(mutex: &'a Mutex<T>, site: &'static Location<'static>) -> Self {
        Lock { mutex, site, claim: mutex.permit.claim(1) }
    }
}

impl<T: ?Sized> LockOwned<T> {
    #[track_caller]
    pub(super) fn new(mutex: Arc<Mutex<T>>) -> Self {
        let claim = OwnedClaim::new(mutex, |mutex| &mutex.permit, 1);
        LockOwned { site: Location::caller(), claim }
    }
}

impl<'a, T: ?Sized> Future for Lock<'a, T> {
    type Output = MutexGuard<'a, T>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let Poll::Ready(claimed) = this.claim.poll_claim(cx) {
            claimed.expect("a lock is never closed");
            return Poll::Ready(MutexGuard::new(this.mutex));
        }
        note_wait(WaitKind::Lock, this.site, this.mutex.resource.number());
        Poll::Pending
    }
}

impl<T: ?Sized> Future for LockOwned<T> {
    type Output = OwnedMutexGuard<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.as_mut().project();
        if let Poll::Ready(claimed) = this.claim.poll_claim(cx) {
            return Poll::Ready(OwnedMutexGuard::new(claimed.expect("a lock is never closed")));
        }
        let resource = self.claim.keep().map_or(0, |mutex| mutex.resource.number());
        note_wait(WaitKind::Lock, self.site, resource);
        Poll::Pending
    }
}

impl<T: ?Sized> fmt::Debug for Lock<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lock").field("made_at", self.site).finish_non_exhaustive()
    }
}

impl<T: ?Sized> fmt::Debug for LockOwned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LockOwned").field("made_at", self.site).finish_non_exhaustive()
    }
}
