//! From reading to writing, with no other writer in between.

use super::{RwLockUpgradableReadGuard, RwLockWriteGuard, UPGRADABLE, WRITER};
use crate::permits::Claim;
use pin_project_lite::pin_project;
use rt_core::{WaitKind, note_wait};
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

pin_project! {
    /// The future of [`RwLockUpgradableReadGuard::upgrade`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::{RwLock, RwLockUpgradableReadGuard, futures::Upgrade};
    ///
    /// let level = RwLock::new(3);
    /// let guard = level.upgradable_read().await;
    /// let upgrade: Upgrade<'_, u32> = RwLockUpgradableReadGuard::upgrade(guard);
    /// *upgrade.await += 1;
    /// # });
    /// ```
    #[must_use = "a lock is taken only by a future that is awaited or polled"]
    pub struct Upgrade<'a, T: ?Sized> {
        // Dropped after the claim, so that what the claim gives back is not taken for the guard's.
        #[pin]
        claim: Claim<'a>,
        guard: Option<RwLockUpgradableReadGuard<'a, T>>,
        site: &'static Location<'static>,
    }
}

impl<'a, T: ?Sized> Upgrade<'a, T> {
    #[track_caller]
    pub(super) fn new(guard: RwLockUpgradableReadGuard<'a, T>) -> Self {
        let claim = guard.lock().permits.claim_in_front(WRITER - UPGRADABLE);
        Upgrade { claim, guard: Some(guard), site: Location::caller() }
    }
}

impl<'a, T: ?Sized> Future for Upgrade<'a, T> {
    type Output = RwLockWriteGuard<'a, T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let guard = this.guard.as_ref().expect("polled after it was ready");
        if let Poll::Ready(claimed) = this.claim.poll_claim(cx) {
            claimed.expect("a lock is never closed");
            let guard = this.guard.take().expect("looked at above");
            return Poll::Ready(guard.into_writer());
        }
        note_wait(WaitKind::Lock, this.site, guard.lock().resource.number());
        Poll::Pending
    }
}

impl<T: ?Sized> fmt::Debug for Upgrade<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upgrade").field("made_at", self.site).finish_non_exhaustive()
    }
}
