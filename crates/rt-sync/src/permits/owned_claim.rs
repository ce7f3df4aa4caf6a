//! A claim that keeps its lock alive, for futures and guards that borrow nothing.
//!
//! # Invariants
//!
//! - I1: `claim` refers into the value of `keep`. It is dropped, or set to `None`, before `keep`
//!   leaves: it is declared before it, and [`OwnedClaim::poll_claim`] does so.

use super::{Claim, Closed, Permits};
use pin_project_lite::pin_project;
use std::pin::Pin;
use std::ptr;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

pin_project! {
    /// A [`Claim`] and a count of what it claims from.
    pub(crate) struct OwnedClaim<T: ?Sized> {
        #[pin]
        claim: Option<Claim<'static>>,
        keep: Option<Arc<T>>,
    }
}

impl<T: ?Sized> OwnedClaim<T> {
    /// A claim of `wanted` of the permits that `permits_of` finds in `keep`.
    pub(crate) fn new(keep: Arc<T>, permits_of: fn(&T) -> &Permits, wanted: usize) -> Self {
        let permits = ptr::from_ref(permits_of(&keep));
        // SAFETY: I1: it is used by `claim` only, while `keep` is there, and what an `Arc` holds
        // stays where it is.
        let permits: &'static Permits = unsafe { &*permits };
        OwnedClaim { claim: Some(permits.claim(wanted)), keep: Some(keep) }
    }

    /// What it keeps, until it was ready.
    pub(crate) fn keep(&self) -> Option<&Arc<T>> {
        self.keep.as_ref()
    }

    /// Ready once it has its permits, which are the caller's then, with what was kept.
    ///
    /// # Panics
    ///
    /// When it was ready before.
    pub(crate) fn poll_claim(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Arc<T>, Closed>> {
        let mut this = self.project();
        let claim = this.claim.as_mut().as_pin_mut().expect("polled after it was ready");
        let claimed = ready!(claim.poll_claim(cx));
        this.claim.set(None);
        let keep = this.keep.take().expect("I1: it is there while the claim is");
        Poll::Ready(claimed.map(|()| keep))
    }
}
