//! Waiting for a notification.
//!
//! # Invariants
//!
//! - I1: `notified` of an [`OwnedNotified`] refers into the value of `_keep`, and is declared
//!   before it, so it is dropped before it.

use super::state::{Call, Found};
use super::{Notice, Notify};
use crate::waiters::{Stage, Waiter};
use pin_project_lite::pin_project;
use rt_core::{WaitKind, note_wait, poll_budget};
use rt_primitive::mutant;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

pin_project! {
    /// The future of [`Notify::notified`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::{Notify, futures::Notified};
    ///
    /// let more = Notify::new();
    /// let notified: Notified<'_> = more.notified();
    /// more.notify_waiters(); // it counts from when the future was made
    /// notified.await;
    /// # });
    /// ```
    #[must_use = "a wait does nothing unless it is awaited or polled"]
    pub struct Notified<'a> {
        notify: &'a Notify,
        // The broadcasts before this was made.
        call: Call,
        is_done: bool,
        site: &'static Location<'static>,
        #[pin]
        waiter: Waiter<'a, Notice>,
    }

    impl PinnedDrop for Notified<'_> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            withdraw(this.notify, this.waiter);
        }
    }
}

pin_project! {
    /// The future of [`Notify::notified_owned`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::{Notify, futures::OwnedNotified};
    ///
    /// let more = std::sync::Arc::new(Notify::new());
    /// let notified: OwnedNotified = more.clone().notified_owned();
    /// more.notify_waiters();
    /// notified.await;
    /// # });
    /// ```
    #[must_use = "a wait does nothing unless it is awaited or polled"]
    pub struct OwnedNotified {
        #[pin]
        notified: Notified<'static>,
        _keep: Arc<Notify>,
    }
}

impl<'a> Notified<'a> {
    #[track_caller]
    pub(super) fn new(notify: &'a Notify) -> Self {
        Notified {
            notify,
            call: notify.calls(),
            is_done: false,
            site: Location::caller(),
            waiter: Waiter::new(&notify.queue),
        }
    }

    /// Takes its place in the queue now, before the first poll. True if it has been notified.
    ///
    /// For code that looks at something else after this and before it awaits: a notification in
    /// between is not lost.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let more = rt_sync::Notify::new();
    /// let mut notified = std::pin::pin!(more.notified());
    /// assert!(!notified.as_mut().enable());
    /// more.notify_one(); // so this is for it, and is not kept
    /// notified.await;
    /// # });
    /// ```
    pub fn enable(mut self: Pin<&mut Self>) -> bool {
        self.as_mut().poll_notice(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    fn poll_notice(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        if *this.is_done {
            return Poll::Ready(());
        }
        let mut waiter = this.waiter;
        if waiter.stage() == Stage::Rest {
            *this.is_done = this.notify.state.take(*this.call) == Found::Notification;
            if !*this.is_done {
                waiter.as_mut().prepare(Notice::None, cx);
                let mut queue = this.notify.queue.lock();
                if this.notify.state.take_or_wait(*this.call) == Found::Nothing {
                    queue.push(waiter.as_ref());
                    return Poll::Pending;
                }
            }
        } else {
            ready!(waiter.poll_served(cx));
        }
        *this.is_done = true;
        Poll::Ready(())
    }
}

impl Future for Notified<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.waiter.stage() == Stage::Rest {
            ready!(poll_budget(cx));
        }
        if self.as_mut().poll_notice(cx).is_pending() {
            note_wait(WaitKind::Signal, self.site, 0);
            return Poll::Pending;
        }
        Poll::Ready(())
    }
}

impl OwnedNotified {
    #[track_caller]
    pub(super) fn new(keep: Arc<Notify>) -> Self {
        let notify = Arc::as_ptr(&keep);
        // SAFETY: I1: it is used by `notified` only, which is dropped before `_keep`, and what an
        // `Arc` holds stays where it is.
        let notify: &'static Notify = unsafe { &*notify };
        OwnedNotified { notified: Notified::new(notify), _keep: keep }
    }

    /// As [`Notified::enable`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let more = std::sync::Arc::new(rt_sync::Notify::new());
    /// let mut notified = std::pin::pin!(more.clone().notified_owned());
    /// assert!(!notified.as_mut().enable());
    /// more.notify_one();
    /// notified.await;
    /// # });
    /// ```
    pub fn enable(self: Pin<&mut Self>) -> bool {
        self.project().notified.enable()
    }
}

impl Future for OwnedNotified {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().notified.poll(cx)
    }
}

/// Takes the place in the queue back, or passes on the notification that was given to it.
fn withdraw(notify: &Notify, waiter: Pin<&mut Waiter<'_, Notice>>) {
    if waiter.stage() == Stage::Queued {
        let mut queue = notify.queue.lock();
        if queue.withdraw(&waiter) {
            if queue.is_empty() {
                notify.state.clear_waiting();
            }
            return;
        }
    }
    match waiter.take_served() {
        Some(notice @ (Notice::Oldest | Notice::Youngest)) => {
            if !mutant!("notify.keep_given") {
                notify.notify(notice);
            }
        }
        Some(Notice::All | Notice::None) | None => {}
    }
}

impl fmt::Debug for Notified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notified").field("is_done", &self.is_done).finish_non_exhaustive()
    }
}

impl fmt::Debug for OwnedNotified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_done = self.notified.is_done;
        f.debug_struct("OwnedNotified").field("is_done", &is_done).finish_non_exhaustive()
    }
}
