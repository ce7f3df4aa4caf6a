//! A flag that tasks wait for.
//!
//! # Protocol
//!
//! Who has to wait sets `WAITERS` by an exchange under the lock of the queue, which fails when
//! `SET` has come; so either it sees the event set, or `set` sees `WAITERS` and serves it.
//!
//! # Invariants
//!
//! - I1: under the lock, `WAITERS` is set if the queue has somebody in it.
//! - I2: `WAITERS` is changed only under the lock.
//!
//! Model: `a_set_meets_a_wait`

use crate::waiters::{Stage, WaitQueue, Waiter};
use pin_project_lite::pin_project;
use rt_core::{WaitKind, note_wait, poll_budget};
use rt_primitive::atomic::{AtomicU8, Ordering};
use rt_primitive::mutant;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// The event has happened.
const SET: u8 = 1;
/// Somebody waits for it.
const WAITERS: u8 = 2;

/// Something that happens, and that any number of tasks wait for.
///
/// [`set`](Event::set) wakes all who wait, and whoever waits later goes on at once, until
/// [`clear`](Event::clear). Who waited when it was set is woken even if it is cleared right after.
/// asyncio: `asyncio.Event`.
///
/// ```
/// use rt_sync::Event;
///
/// static READY: Event = Event::new();
///
/// # futures::executor::block_on(async {
/// let waits = async {
///     READY.wait().await;
///     "go"
/// };
/// let sets = async { READY.set() };
/// assert_eq!(futures::join!(waits, sets).0, "go");
/// # });
/// ```
#[doc(alias = "asyncio.Event")]
pub struct Event {
    // [A] `SET` and `WAITERS` (I1, I2).
    state: AtomicU8,
    // [C] Who waits.
    queue: WaitQueue<()>,
}

pin_project! {
    /// The future of [`Event::wait`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::{Event, futures::EventWait};
    ///
    /// let started = Event::new();
    /// let wait: EventWait<'_> = started.wait();
    /// started.set();
    /// wait.await;
    /// # });
    /// ```
    #[must_use = "a wait does nothing unless it is awaited or polled"]
    pub struct EventWait<'a> {
        event: &'a Event,
        site: &'static Location<'static>,
        #[pin]
        waiter: Waiter<'a, ()>,
    }

    impl PinnedDrop for EventWait<'_> {
        fn drop(this: Pin<&mut Self>) {
            if this.waiter.stage() == Stage::Queued {
                let mut queue = this.event.queue.lock();
                queue.withdraw(&this.waiter);
                if queue.is_empty() {
                    this.event.clear_waiters();
                }
            }
        }
    }
}

impl Event {
    rt_primitive::const_fn! {
        /// An event that has not happened.
        ///
        /// ```
        /// static STARTED: rt_sync::Event = rt_sync::Event::new();
        /// assert!(!STARTED.is_set());
        /// ```
        pub fn new() -> Event {
            Event { state: AtomicU8::new(0), queue: WaitQueue::new(()) }
        }
    }

    /// Lets it happen: wakes all who wait, the oldest first.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let started = rt_sync::Event::new();
    /// futures::join!(started.wait(), started.wait(), async { started.set() });
    /// # });
    /// ```
    pub fn set(&self) {
        // ORDERING: Release; pairs with Acquire in `is_set`; what came before the event is visible
        // to who sees it. Acquire, so that who clears and sets again passes on what it saw.
        if self.state.fetch_or(SET, Ordering::AcqRel) & WAITERS == 0 {
            return;
        }
        self.queue.lock().serve_all(
            |(), ()| {},
            |queue| {
                if queue.is_empty() {
                    self.clear_waiters();
                }
            },
        );
    }

    /// Lets it not have happened: who comes now waits for the next [`set`](Event::set).
    ///
    /// ```
    /// let open = rt_sync::Event::new();
    /// open.set();
    /// open.clear();
    /// assert!(!open.is_set());
    /// ```
    pub fn clear(&self) {
        // ORDERING: AcqRel; pairs with Acquire in `is_set`, as `set` does.
        self.state.fetch_and(!SET, Ordering::AcqRel);
    }

    /// True when it has happened.
    ///
    /// ```
    /// let open = rt_sync::Event::new();
    /// assert!(!open.is_set());
    /// open.set();
    /// assert!(open.is_set());
    /// ```
    pub fn is_set(&self) -> bool {
        // ORDERING: Acquire; pairs with Release in `set`.
        self.state.load(Ordering::Acquire) & SET != 0
    }

    /// Waits until it has happened; goes on at once if it has.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let started = rt_sync::Event::new();
    /// started.set();
    /// started.wait().await; // it has happened, so this does not wait
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// A drop loses nothing.
    #[track_caller]
    pub fn wait(&self) -> EventWait<'_> {
        EventWait { event: self, site: Location::caller(), waiter: Waiter::new(&self.queue) }
    }

    /// True when the caller, who holds the lock, has to wait; then it has been noted that one does.
    fn must_wait(&self) -> bool {
        // ORDERING: Acquire; pairs with Release in `set`.
        let mut state = self.state.load(Ordering::Acquire);
        loop {
            if state & SET != 0 {
                return false;
            }
            // ORDERING: Relaxed if it succeeds; `set` takes the lock when it sees the flag, and so
            // sees the queue. Acquire if it fails; pairs with Release in `set`.
            let marked = self.state.compare_exchange(
                state,
                state | WAITERS,
                Ordering::Relaxed,
                Ordering::Acquire,
            );
            match marked {
                Ok(_) => return true,
                Err(_) if mutant!("event.wait_without_a_look") => return true,
                Err(now) => state = now,
            }
        }
    }

    /// Notes that nobody waits. The caller holds the lock.
    fn clear_waiters(&self) {
        // ORDERING: Relaxed; it says only that `set` need not take the lock.
        self.state.fetch_and(!WAITERS, Ordering::Relaxed);
    }
}

impl Default for Event {
    fn default() -> Self {
        Event::new()
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event").field("is_set", &self.is_set()).finish_non_exhaustive()
    }
}

impl Future for EventWait<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let mut waiter = this.waiter;
        if waiter.stage() == Stage::Rest {
            ready!(poll_budget(cx));
            if this.event.is_set() {
                return Poll::Ready(());
            }
            waiter.as_mut().prepare((), cx);
            let mut queue = this.event.queue.lock();
            if !this.event.must_wait() {
                return Poll::Ready(());
            }
            queue.push(waiter.as_ref());
        } else if waiter.poll_served(cx).is_ready() {
            return Poll::Ready(());
        }
        note_wait(WaitKind::Signal, this.site, 0);
        Poll::Pending
    }
}

impl fmt::Debug for EventWait<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventWait").field("made_at", self.site).finish_non_exhaustive()
    }
}
