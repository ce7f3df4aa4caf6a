//! Waits for room in a channel, which is then kept as permits.

use super::chan::{Chan, Refused};
use crate::permits::Request;
use crate::waiters::{Stage, Waiter};
use pin_project_lite::pin_project;
use rt_primitive::mutant;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// A future of permits, for the futures that send and reserve.
    pub(super) struct Room<'a, T> {
        chan: &'a Chan<T>,
        wanted: usize,
        #[pin]
        waiter: Waiter<'a, Request>,
    }

    impl<T> PinnedDrop for Room<'_, T> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            give_up(this.chan, *this.wanted, this.waiter);
        }
    }
}

impl<'a, T> Room<'a, T> {
    /// For so many permits, which the channel has room for when it is empty.
    pub(super) fn new(chan: &'a Chan<T>, wanted: usize) -> Self {
        Room { chan, wanted, waiter: Waiter::new(&chan.waiting) }
    }

    pub(super) fn chan(&self) -> &'a Chan<T> {
        self.chan
    }

    pub(super) fn wanted(&self) -> usize {
        self.wanted
    }

    /// True until it has waited.
    pub(super) fn is_new(&self) -> bool {
        self.waiter.stage() == Stage::Rest
    }

    /// As the function [`poll_permits`].
    pub(super) fn poll_permits(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        let this = self.project();
        poll_permits(this.chan, *this.wanted, this.waiter, cx)
    }
}

/// Ready with true when the caller has its permits, with false when the channel is closed.
pub(super) fn poll_permits<T>(
    chan: &Chan<T>,
    wanted: usize,
    waiter: Pin<&mut Waiter<'_, Request>>,
    cx: &mut Context<'_>,
) -> Poll<bool> {
    if waiter.stage() == Stage::Rest {
        return reserve_or_wait(chan, wanted, waiter, cx);
    }
    let answer = ready!(waiter.poll_served(cx));
    Poll::Ready(answer == Request::Granted)
}

fn reserve_or_wait<T>(
    chan: &Chan<T>,
    wanted: usize,
    mut waiter: Pin<&mut Waiter<'_, Request>>,
    cx: &Context<'_>,
) -> Poll<bool> {
    if !chan.may_wait() {
        match chan.reserve(wanted) {
            Ok(()) => return Poll::Ready(true),
            Err(Refused::Closed) => return Poll::Ready(false),
            Err(Refused::Full) => {}
        }
    }
    waiter.as_mut().prepare(Request::Wants(wanted), cx);
    let mut waiting = chan.waiting.lock();
    let is_first = waiting.is_empty();
    chan.announce_wait();
    // Who is not the first must not take room that was just made for the first.
    let refused = match is_first {
        true => chan.reserve(wanted).err(),
        false if chan.is_closed() => Some(Refused::Closed),
        false => Some(Refused::Full),
    };
    if refused == Some(Refused::Full) {
        waiting.push(waiter.as_ref());
        return Poll::Pending;
    }
    if is_first {
        chan.retract_wait();
    }
    Poll::Ready(refused.is_none())
}

/// Leaves those who wait; permits that it was given go to the next.
pub(super) fn give_up<T>(chan: &Chan<T>, wanted: usize, waiter: Pin<&mut Waiter<'_, Request>>) {
    if waiter.stage() == Stage::Rest {
        return;
    }
    let mut waiting = chan.waiting.lock();
    if waiting.withdraw(waiter.as_ref().get_ref()) {
        if !mutant!("mpsc.withdraw_keeps_room") {
            // Those behind may do with the room that was too little for this one.
            chan.give_room(waiting);
        }
        return;
    }
    drop(waiting);
    if waiter.take_served() == Some(Request::Granted) {
        chan.give_back(wanted);
    }
}
