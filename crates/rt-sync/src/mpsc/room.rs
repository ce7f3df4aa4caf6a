//! Waits for room in a channel, which is then kept as a permit.

use super::chan::{Chan, Refused};
use crate::waiters::{Stage, Waiter};
use pin_project_lite::pin_project;
use std::pin::Pin;
use std::task::{Context, Poll};

pin_project! {
    /// A future of a permit, for the futures that send and reserve.
    pub(super) struct Room<'a, T> {
        chan: &'a Chan<T>,
        #[pin]
        waiter: Waiter<'a, bool>,
    }

    impl<T> PinnedDrop for Room<'_, T> {
        fn drop(this: Pin<&mut Self>) {
            this.give_up();
        }
    }
}

impl<'a, T> Room<'a, T> {
    pub(super) fn new(chan: &'a Chan<T>) -> Self {
        Room { chan, waiter: Waiter::new(&chan.waiting) }
    }

    pub(super) fn chan(&self) -> &'a Chan<T> {
        self.chan
    }

    /// True until it has waited.
    pub(super) fn is_new(&self) -> bool {
        self.waiter.stage() == Stage::Rest
    }

    /// Ready with true when the caller has a permit, with false when the channel is closed.
    pub(super) fn poll_permit(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        match self.waiter.stage() {
            Stage::Rest => self.reserve_or_wait(cx),
            Stage::Queued | Stage::Served => self.as_mut().project().waiter.poll_served(cx),
        }
    }

    fn reserve_or_wait(self: Pin<&mut Self>, cx: &Context<'_>) -> Poll<bool> {
        let mut this = self.project();
        let chan = *this.chan;
        if !chan.may_wait() {
            match chan.reserve() {
                Ok(()) => return Poll::Ready(true),
                Err(Refused::Closed) => return Poll::Ready(false),
                Err(Refused::Full) => {}
            }
        }
        this.waiter.as_mut().prepare(false, cx);
        let mut waiting = chan.waiting.lock();
        let is_first = waiting.is_empty();
        chan.announce_wait();
        // Who is not the first must not take room that was just made for the first.
        let refused = match is_first {
            true => chan.reserve().err(),
            false if chan.is_closed() => Some(Refused::Closed),
            false => Some(Refused::Full),
        };
        if refused == Some(Refused::Full) {
            waiting.push(this.waiter.as_ref());
            return Poll::Pending;
        }
        if is_first {
            chan.retract_wait();
        }
        Poll::Ready(refused.is_none())
    }

    /// Leaves those who wait; a permit that it was given goes to the next.
    fn give_up(self: Pin<&mut Self>) {
        let this = self.project();
        if this.waiter.stage() == Stage::Rest {
            return;
        }
        let mut waiting = this.chan.waiting.lock();
        if waiting.withdraw(this.waiter.as_ref().get_ref()) {
            if waiting.is_empty() {
                this.chan.retract_wait();
            }
            return;
        }
        drop(waiting);
        if this.waiter.take_served() == Some(true) {
            this.chan.give_back();
        }
    }
}
