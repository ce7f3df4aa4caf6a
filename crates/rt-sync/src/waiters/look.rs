//! Waits for something that can be looked at.

use super::{Stage, Waiter};
use std::pin::Pin;
use std::task::{Context, Poll};

impl Waiter<'_, ()> {
    /// Ready with what `look` finds, once it finds something.
    ///
    /// It looks once more under the lock before it waits. So who makes it be there takes that lock
    /// afterwards, and serves all who wait.
    pub(crate) fn poll_look<R>(
        mut self: Pin<&mut Self>,
        cx: &Context<'_>,
        mut look: impl FnMut() -> Option<R>,
    ) -> Poll<R> {
        loop {
            if let Some(found) = look() {
                return Poll::Ready(found);
            }
            if self.stage() == Stage::Rest {
                self.as_mut().prepare((), cx);
                let mut queue = self.queue.lock();
                if let Some(found) = look() {
                    return Poll::Ready(found);
                }
                queue.push(self.as_ref());
                return Poll::Pending;
            }
            // Served, it looks again: what was there may be gone.
            if self.as_mut().poll_served(cx).is_pending() {
                return Poll::Pending;
            }
        }
    }
}
