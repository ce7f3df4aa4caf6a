//! Making the value, or waiting for who makes it.

use super::OnceCell;
use crate::permits::{Claim, Permits};
use pin_project_lite::pin_project;
use rt_core::{WaitKind, note_wait};
use rt_primitive::mutant;
use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// The future of [`OnceCell::get_or_init`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::{OnceCell, futures::GetOrInit};
    ///
    /// let cell = OnceCell::new();
    /// let value: GetOrInit<'_, i32, _, _> = cell.get_or_init(async || 7);
    /// assert_eq!(*value.await, 7);
    /// # });
    /// ```
    #[must_use = "a value is made only by a future that is awaited or polled"]
    pub struct GetOrInit<'a, T, F, Fut> {
        #[pin]
        making: Making<'a, T, F, Fut>,
    }
}

pin_project! {
    /// The future of [`OnceCell::get_or_try_init`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::{OnceCell, futures::GetOrTryInit};
    ///
    /// let cell = OnceCell::new();
    /// let value: GetOrTryInit<'_, i32, _, _> = cell.get_or_try_init(async || Ok::<_, ()>(7));
    /// assert_eq!(value.await, Ok(&7));
    /// # });
    /// ```
    #[must_use = "a value is made only by a future that is awaited or polled"]
    pub struct GetOrTryInit<'a, T, F, Fut> {
        #[pin]
        making: Making<'a, T, F, Fut>,
    }
}

pin_project! {
    /// Waits for the right to make the value, then makes it.
    struct Making<'a, T, F, Fut> {
        cell: &'a OnceCell<T>,
        site: &'static Location<'static>,
        make: Option<F>,
        #[pin]
        claim: Claim<'a>,
        // While the value is made. It is dropped before the right is given back.
        #[pin]
        future: Option<Fut>,
        right: Option<RightToMake<'a>>,
    }
}

/// The permit of a cell; the next who wants the value gets it when this is dropped.
struct RightToMake<'a>(&'a Permits);

impl<'a, T, F, Fut> Making<'a, T, F, Fut>
where
    F: FnOnce() -> Fut,
    Fut: Future,
{
    fn new(cell: &'a OnceCell<T>, make: F, site: &'static Location<'static>) -> Self {
        let claim = cell.permit.claim(1);
        Making { cell, site, make: Some(make), claim, future: None, right: None }
    }

    /// The value of the cell; `check` tells it from a failure to make it.
    fn poll_value<E>(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        check: impl FnOnce(Fut::Output) -> Result<T, E>,
    ) -> Poll<Result<&'a T, E>> {
        let mut this = self.project();
        if this.right.is_none() {
            if let Some(value) = this.cell.get() {
                return Poll::Ready(Ok(value));
            }
            let Poll::Ready(claimed) = this.claim.poll_claim(cx) else {
                note_wait(WaitKind::Signal, this.site, 0);
                return Poll::Pending;
            };
            claimed.expect("the permits of a cell are never closed");
            *this.right = Some(RightToMake(&this.cell.permit));
            // Who had the right before may have made it.
            if let Some(value) = this.cell.get() {
                *this.right = None;
                return Poll::Ready(Ok(value));
            }
            let make = this.make.take().expect("polled after it was ready");
            this.future.set(Some(make()));
        }
        let future = this.future.as_mut().as_pin_mut().expect("set with the right");
        let made = check(ready!(future.poll(cx)));
        this.future.set(None);
        let value = made.map(|value| this.cell.value.get_or_init(|| value));
        *this.right = None;
        Poll::Ready(value)
    }
}

impl<'a, T, F, Fut> GetOrInit<'a, T, F, Fut>
where
    F: FnOnce() -> Fut,
    Fut: Future<Output = T>,
{
    #[track_caller]
    pub(super) fn new(cell: &'a OnceCell<T>, make: F) -> Self {
        GetOrInit { making: Making::new(cell, make, Location::caller()) }
    }
}

impl<'a, T, F, Fut, E> GetOrTryInit<'a, T, F, Fut>
where
    F: FnOnce() -> Fut,
    Fut: Future<Output = Result<T, E>>,
{
    #[track_caller]
    pub(super) fn new(cell: &'a OnceCell<T>, make: F) -> Self {
        GetOrTryInit { making: Making::new(cell, make, Location::caller()) }
    }
}

impl<'a, T, F, Fut> Future for GetOrInit<'a, T, F, Fut>
where
    F: FnOnce() -> Fut,
    Fut: Future<Output = T>,
{
    type Output = &'a T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<&'a T> {
        let value = ready!(self.project().making.poll_value(cx, Ok::<T, Infallible>));
        let Ok(value) = value;
        Poll::Ready(value)
    }
}

impl<'a, T, F, Fut, E> Future for GetOrTryInit<'a, T, F, Fut>
where
    F: FnOnce() -> Fut,
    Fut: Future<Output = Result<T, E>>,
{
    type Output = Result<&'a T, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().making.poll_value(cx, |made| made)
    }
}

impl Drop for RightToMake<'_> {
    fn drop(&mut self) {
        if !mutant!("once.keep_right") {
            self.0.give(1);
        }
    }
}

impl<T, F, Fut> fmt::Debug for GetOrInit<'_, T, F, Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let making = &self.making;
        f.debug_struct("GetOrInit").field("made_at", making.site).finish_non_exhaustive()
    }
}

impl<T, F, Fut> fmt::Debug for GetOrTryInit<'_, T, F, Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let making = &self.making;
        f.debug_struct("GetOrTryInit").field("made_at", making.site).finish_non_exhaustive()
    }
}
