//! Waiting to read or to write.

use super::{
    OwnedRwLockReadGuard, OwnedRwLockWriteGuard, READER, RwLock, RwLockReadGuard,
    RwLockUpgradableReadGuard, RwLockWriteGuard, UPGRADABLE, WRITER,
};
use crate::permits::{Claim, OwnedClaim};
use pin_project_lite::pin_project;
use rt_core::{WaitKind, note_wait};
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Declares the future of a call that borrows the lock.
macro_rules! borrowed {
    ($future:ident, $call:literal, $guard:ident, $permits:expr) => {
        pin_project! {
            #[doc = concat!("The future of [`RwLock::", $call, "`].")]
            ///
            /// ```
            /// # futures::executor::block_on(async {
            #[doc = concat!("use rt_sync::{RwLock, futures::", stringify!($future), "};")]
            ///
            /// let lock = RwLock::new(7);
            #[doc = concat!("let turn: ", stringify!($future), "<'_, i32> = lock.", $call, "();")]
            /// assert_eq!(*turn.await, 7);
            /// # });
            /// ```
            #[must_use = "a lock is taken only by a future that is awaited or polled"]
            pub struct $future<'a, T: ?Sized> {
                lock: &'a RwLock<T>,
                site: &'static Location<'static>,
                #[pin]
                claim: Claim<'a>,
            }
        }

        impl<'a, T: ?Sized> $future<'a, T> {
            #[inline]
            #[track_caller]
            pub(super) fn new(lock: &'a RwLock<T>) -> Self {
                $future { lock, site: Location::caller(), claim: lock.permits.claim($permits) }
            }
        }

        impl<'a, T: ?Sized> Future for $future<'a, T> {
            type Output = $guard<'a, T>;

            #[inline]
            fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
                let this = self.project();
                if let Poll::Ready(claimed) = this.claim.poll_claim(cx) {
                    claimed.expect("a lock is never closed");
                    return Poll::Ready($guard::new(this.lock));
                }
                note_wait(WaitKind::Lock, this.site, this.lock.resource.number());
                Poll::Pending
            }
        }

        impl<T: ?Sized> fmt::Debug for $future<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let name = stringify!($future);
                f.debug_struct(name).field("made_at", self.site).finish_non_exhaustive()
            }
        }
    };
}

/// Declares the future of a call that keeps the lock alive.
macro_rules! owned {
    ($future:ident, $call:literal, $guard:ident, $permits:expr) => {
        pin_project! {
            #[doc = concat!("The future of [`RwLock::", $call, "`].")]
            ///
            /// ```
            /// # futures::executor::block_on(async {
            #[doc = concat!("use rt_sync::{RwLock, futures::", stringify!($future), "};")]
            ///
            /// let lock = std::sync::Arc::new(RwLock::new(7));
            #[doc = concat!("let turn: ", stringify!($future), "<i32> = lock.", $call, "();")]
            /// assert_eq!(*turn.await, 7);
            /// # });
            /// ```
            #[must_use = "a lock is taken only by a future that is awaited or polled"]
            pub struct $future<T: ?Sized> {
                site: &'static Location<'static>,
                #[pin]
                claim: OwnedClaim<RwLock<T>>,
            }
        }

        impl<T: ?Sized> $future<T> {
            #[track_caller]
            pub(super) fn new(lock: Arc<RwLock<T>>) -> Self {
                let claim = OwnedClaim::new(lock, |lock| &lock.permits, $permits);
                $future { site: Location::caller(), claim }
            }
        }

        impl<T: ?Sized> Future for $future<T> {
            type Output = $guard<T>;

            fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
                let this = self.as_mut().project();
                if let Poll::Ready(claimed) = this.claim.poll_claim(cx) {
                    return Poll::Ready($guard::new(claimed.expect("a lock is never closed")));
                }
                let resource = self.claim.keep().map_or(0, |lock| lock.resource.number());
                note_wait(WaitKind::Lock, self.site, resource);
                Poll::Pending
            }
        }

        impl<T: ?Sized> fmt::Debug for $future<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let name = stringify!($future);
                f.debug_struct(name).field("made_at", self.site).finish_non_exhaustive()
            }
        }
    };
}

borrowed!(Read, "read", RwLockReadGuard, READER);
borrowed!(Write, "write", RwLockWriteGuard, WRITER);
borrowed!(UpgradableRead, "upgradable_read", RwLockUpgradableReadGuard, UPGRADABLE);
owned!(ReadOwned, "read_owned", OwnedRwLockReadGuard, READER);
owned!(WriteOwned, "write_owned", OwnedRwLockWriteGuard, WRITER);
