//! Waking a task, now or as soon as it waits.

mod notified;
mod state;

use crate::waiters::{WaitQueue, wake};
use rt_primitive::mutant;
use state::{Call, NotifyState};
use std::fmt;
use std::sync::Arc;

pub use notified::{Notified, OwnedNotified};

/// Tells tasks that they should look again.
///
/// [`notify_one`](Notify::notify_one) wakes the oldest waiter. If nobody waits the notification is
/// kept for the next one who does; two that nobody took are one. It carries no value: guard what it
/// is about by an atomic or a lock.
///
/// # Fairness
///
/// The oldest waiter is notified first, unless [`notify_last`](Notify::notify_last) is used. A
/// notification given to a waiter that gives up goes to the next.
///
/// ```
/// use rt_sync::Notify;
///
/// static WORK: Notify = Notify::new();
///
/// # futures::executor::block_on(async {
/// WORK.notify_one(); // nobody waits: it is kept
/// WORK.notified().await;
/// # });
/// ```
pub struct Notify {
    state: NotifyState,
    queue: WaitQueue<Notice>,
}

/// How a waiter was notified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Notice {
    /// Not at all.
    None,
    /// By `notify_one`.
    Oldest,
    /// By `notify_last`.
    Youngest,
    /// With all others.
    All,
}

impl Notify {
    rt_primitive::const_fn! {
        /// Without a notification.
        ///
        /// ```
        /// static MORE: rt_sync::Notify = rt_sync::Notify::new();
        /// MORE.notify_one();
        /// ```
        #[doc(alias = "const_new")]
        pub fn new() -> Notify {
            Notify { state: NotifyState::new(), queue: WaitQueue::new(()) }
        }
    }

    /// Waits for a notification.
    ///
    /// The future takes part in [`notify_waiters`](Self::notify_waiters) from now on, and in
    /// [`notify_one`](Self::notify_one) from its first poll, or [`Notified::enable`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let more = rt_sync::Notify::new();
    /// futures::join!(more.notified(), async { more.notify_one() });
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// A drop gives the place in the queue up, and passes on what `notify_one` or `notify_last` had
    /// given it.
    #[track_caller]
    pub fn notified(&self) -> Notified<'_> {
        Notified::new(self)
    }

    /// As [`notified`](Self::notified), for a future that borrows nothing.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let more = std::sync::Arc::new(rt_sync::Notify::new());
    /// let notified = more.clone().notified_owned();
    /// more.notify_one();
    /// notified.await;
    /// # });
    /// ```
    #[track_caller]
    pub fn notified_owned(self: Arc<Self>) -> OwnedNotified {
        OwnedNotified::new(self)
    }

    /// Wakes the one who has waited longest, or keeps the notification for the next who waits.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let more = rt_sync::Notify::new();
    /// more.notify_one(); // nobody waits, so it is kept
    /// more.notified().await;
    /// # });
    /// ```
    pub fn notify_one(&self) {
        self.notify(Notice::Oldest);
    }

    /// Wakes the one who came last, or keeps the notification for the next who waits.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use futures::future::{Either, select};
    /// use std::pin::pin;
    ///
    /// let more = rt_sync::Notify::new();
    /// let (mut first, mut last) = (pin!(more.notified()), pin!(more.notified()));
    /// first.as_mut().enable();
    /// last.as_mut().enable();
    /// more.notify_last();
    /// assert!(matches!(select(first, last).await, Either::Right(_)));
    /// # });
    /// ```
    pub fn notify_last(&self) {
        self.notify(Notice::Youngest);
    }

    fn notify(&self, notice: Notice) {
        if self.state.keep() {
            return;
        }
        let mut queue = self.queue.lock();
        let give = |told: &mut Notice, _: &mut ()| {
            *told = notice;
            true
        };
        let waker = match notice {
            Notice::Youngest => queue.serve_youngest_if(give),
            _ => queue.serve_if(give),
        };
        if queue.is_empty() {
            self.state.clear_waiting();
        }
        if waker.is_none() {
            // Whoever waited has given up.
            self.state.keep();
        }
        drop(queue);
        waker.into_iter().for_each(wake);
    }

    /// Wakes all who wait now, also those whose future was made but not polled yet. Nothing is kept
    /// for those who come later.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let more = rt_sync::Notify::new();
    /// let (first, second) = (more.notified(), more.notified());
    /// more.notify_waiters();
    /// futures::join!(first, second);
    /// # });
    /// ```
    pub fn notify_waiters(&self) {
        let queue = self.queue.lock();
        if !mutant!("notify.broadcast_uncounted") {
            self.state.count_call();
        }
        queue.serve_all(
            |told, ()| *told = Notice::All,
            |queue| {
                if queue.is_empty() {
                    self.state.clear_waiting();
                }
            },
        );
    }

    /// The calls of `notify_waiters` so far.
    fn calls(&self) -> Call {
        self.state.calls()
    }
}

impl Default for Notify {
    fn default() -> Self {
        Notify::new()
    }
}

impl fmt::Debug for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notify").field("state", &self.state).finish_non_exhaustive()
    }
}
