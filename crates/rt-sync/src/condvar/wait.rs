//! One wait: unlock, be notified, lock.

use super::{Condvar, Notice};
use crate::mutex::{Lock, Mutex, MutexGuard};
use crate::waiters::{Stage, Waiter};
use pin_project_lite::pin_project;
use rt_core::{WaitKind, note_wait, poll_budget};
use rt_primitive::mutant;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// The future of [`Condvar::wait`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::{Condvar, Mutex, futures::CondvarWait};
    ///
    /// let (lock, changed) = (Mutex::new(7), Condvar::new());
    /// let wait: CondvarWait<'_, i32> = changed.wait(lock.lock().await);
    /// let (guard, ()) = futures::join!(wait, async { changed.notify_one() });
    /// assert_eq!(*guard, 7);
    /// # });
    /// ```
    #[must_use = "a wait does nothing unless it is awaited or polled"]
    pub struct CondvarWait<'a, T: ?Sized> {
        condvar: &'a Condvar,
        mutex: &'a Mutex<T>,
        // Until the first poll.
        guard: Option<MutexGuard<'a, T>>,
        // What it was given and has not reported.
        notice: Notice,
        site: &'static Location<'static>,
        #[pin]
        waiter: Waiter<'a, Notice>,
        // Once it was notified.
        #[pin]
        lock: Option<Lock<'a, T>>,
    }

    impl<'a, T: ?Sized> PinnedDrop for CondvarWait<'a, T> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            let is_queued = this.waiter.stage() == Stage::Queued;
            if is_queued && this.condvar.queue.lock().withdraw(&this.waiter) {
                return;
            }
            let notice = this.waiter.take_served().unwrap_or(*this.notice);
            if notice == Notice::One && !mutant!("condvar.keep_given") {
                this.condvar.notify_one();
            }
        }
    }
}

impl<'a, T: ?Sized> CondvarWait<'a, T> {
    pub(super) fn new(
        condvar: &'a Condvar,
        guard: MutexGuard<'a, T>,
        site: &'static Location<'static>,
    ) -> Self {
        CondvarWait {
            condvar,
            mutex: MutexGuard::mutex(&guard),
            guard: Some(guard),
            notice: Notice::None,
            site,
            waiter: Waiter::new(&condvar.queue),
            lock: None,
        }
    }
}

impl<'a, T: ?Sized> Future for CondvarWait<'a, T> {
    type Output = MutexGuard<'a, T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if this.guard.is_some() {
            ready!(poll_budget(cx));
            this.waiter.as_mut().prepare(Notice::None, cx);
            if mutant!("condvar.unlock_first") {
                *this.guard = None;
            }
            this.condvar.queue.lock().push(this.waiter.as_ref());
            // Only now: whoever notifies with the lock finds this in the queue.
            *this.guard = None;
            note_wait(WaitKind::Signal, this.site, 0);
            return Poll::Pending;
        }
        if this.lock.is_none() {
            let Poll::Ready(notice) = this.waiter.as_mut().poll_served(cx) else {
                note_wait(WaitKind::Signal, this.site, 0);
                return Poll::Pending;
            };
            *this.notice = notice;
            this.lock.set(Some(Lock::at(this.mutex, this.site)));
        }
        let guard = ready!(this.lock.as_pin_mut().expect("set above").poll(cx));
        *this.notice = Notice::None;
        Poll::Ready(guard)
    }
}

impl<T: ?Sized> fmt::Debug for CondvarWait<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CondvarWait").field("made_at", self.site).finish_non_exhaustive()
    }
}
