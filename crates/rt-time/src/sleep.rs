//! Waiting until a moment has come.

use crate::entry::{Home, TimerEntry};
use crate::instant::Instant;
use crate::timers::Timers;
use crate::timers::shared_wheel::{Registered, replace_waker, withdraw};
use pin_project_lite::pin_project;
use rt_core::{Place, WaitKind, note_wait, poll_budget, with_driver, yield_now};
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

/// Waits for `duration`.
///
/// It never ends early. It ends at most one millisecond late, plus the time until the task gets its
/// turn. `sleep(Duration::ZERO)` lets the other tasks run once. A duration that is too long for the
/// clock is cut to some 30 years. asyncio: `asyncio.sleep()`.
///
/// ```
/// # use rt_core::{Config, Executor, GUESTS};
/// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
/// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
/// # executor.block_on(async {
/// use rt_time::{Instant, sleep};
/// use std::time::Duration;
///
/// let start = Instant::now();
/// sleep(Duration::from_millis(5)).await;
/// assert!(start.elapsed() >= Duration::from_millis(5));
/// # });
/// ```
///
/// # Panics
///
/// When it is polled outside a runtime with timers, or after its runtime was shut down. [`sleep()`]
/// itself never panics.
///
/// # Cancel safety
///
/// A drop takes the timer back at once. Nothing is lost.
#[doc(alias = "asyncio.sleep")]
#[track_caller]
pub fn sleep(duration: Duration) -> Sleep {
    let first_poll = if duration.is_zero() { FirstPoll::Yield } else { FirstPoll::Register };
    Sleep::new(Instant::now().add_or_far(duration), first_poll)
}

/// Waits until `deadline`. Ready at the first poll when it has passed. asyncio: `loop.call_at()`.
///
/// ```
/// # use rt_core::{Config, Executor, GUESTS};
/// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
/// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
/// # executor.block_on(async {
/// use rt_time::{Instant, sleep_until};
/// use std::time::Duration;
///
/// let deadline = Instant::now() + Duration::from_millis(5);
/// sleep_until(deadline).await;
/// sleep_until(deadline).await; // returns at once: it has passed
/// assert!(Instant::now() >= deadline);
/// # });
/// ```
///
/// # Panics
///
/// When it is polled outside a runtime with timers, or after its runtime was shut down.
/// [`sleep_until()`] itself never panics.
///
/// # Cancel safety
///
/// A drop takes the timer back at once. Nothing is lost.
#[doc(alias = "call_at")]
#[track_caller]
pub fn sleep_until(deadline: Instant) -> Sleep {
    Sleep::new(deadline, FirstPoll::CheckClock)
}

pin_project! {
    /// The future of [`sleep()`] and [`sleep_until()`].
    ///
    /// It can be used again: [`Sleep::reset`] gives it another deadline, and allocates nothing. Its
    /// timer belongs to the runtime in which it was polled first. A thread inside `block_on` keeps
    /// its timers when the runtime is shut down; elsewhere a poll then panics, and nobody waits for
    /// ever.
    ///
    /// ```
    /// use rt_time::{Instant, sleep};
    /// use std::{pin::pin, time::Duration};
    ///
    /// let mut idle = pin!(sleep(Duration::from_secs(30)));
    /// // Something came in: start to count anew.
    /// idle.as_mut().reset(Instant::now() + Duration::from_secs(30));
    /// assert!(!idle.is_elapsed());
    /// ```
    #[derive(Debug)]
    #[must_use = "a sleep does nothing unless it is awaited or polled"]
    pub struct Sleep {
        // [O] When it ends.
        deadline: Instant,
        // [O] What the next poll does if the entry is at rest.
        first_poll: FirstPoll,
        // [O] The waker in the entry, while that is in a wheel.
        waker_id: WakerId,
        // [C] Where it was made.
        made_at: &'static Location<'static>,
        // [A] Its place among the timers.
        #[pin]
        entry: TimerEntry,
    }
}

/// What the first poll of a [`Sleep`] does, and the first after a reset.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FirstPoll {
    /// Lets other tasks run once, and sets no timer.
    Yield,
    /// Looks at the clock: the deadline may have passed.
    CheckClock,
    /// Sets a timer: the deadline was made from the clock just now.
    Register,
}

/// Tells wakers apart without touching one, so that a poll with the same waker takes no lock. The
/// entry keeps the waker alive, so no other can have its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct WakerId {
    data: usize,
    vtable: usize,
}

impl Sleep {
    /// A sleep until `deadline`.
    #[track_caller]
    pub(crate) fn new(deadline: Instant, first_poll: FirstPoll) -> Sleep {
        Sleep { first_poll, ..Sleep::checked(deadline, Location::caller()) }
    }

    /// A sleep until `deadline`, which may have passed, for who made something at `made_at`.
    pub(crate) fn checked(deadline: Instant, made_at: &'static Location<'static>) -> Sleep {
        Sleep {
            deadline,
            first_poll: FirstPoll::CheckClock,
            waker_id: WakerId { data: 0, vtable: 0 },
            made_at,
            entry: TimerEntry::new(),
        }
    }

    /// The same, whose deadline is so long after a reading of the clock just now.
    pub(crate) fn just_made(self, duration: Duration) -> Sleep {
        if duration.is_zero() { self } else { Sleep { first_poll: FirstPoll::Register, ..self } }
    }

    /// When it ends.
    ///
    /// ```
    /// use rt_time::{Instant, sleep_until};
    ///
    /// let deadline = Instant::now();
    /// assert_eq!(sleep_until(deadline).deadline(), deadline);
    /// ```
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// True when it has ended: a poll would be ready. False until the first poll.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, GUESTS};
    /// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
    /// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
    /// # executor.block_on(async {
    /// use rt_time::sleep;
    /// use std::{pin::pin, time::Duration};
    ///
    /// let mut nap = pin!(sleep(Duration::from_millis(1)));
    /// assert!(!nap.is_elapsed());
    /// nap.as_mut().await;
    /// assert!(nap.is_elapsed());
    /// # });
    /// ```
    pub fn is_elapsed(&self) -> bool {
        matches!(self.entry.home(), Home::Fired)
    }

    /// Gives it another deadline, whether it has ended or not. Allocates nothing.
    ///
    /// If a task waits for it, that task is woken at the new deadline.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, GUESTS};
    /// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
    /// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
    /// # executor.block_on(async {
    /// use rt_time::{Instant, pause, sleep};
    /// use std::{pin::pin, time::Duration};
    ///
    /// pause();
    /// let start = Instant::now();
    /// let mut nap = pin!(sleep(Duration::from_secs(60)));
    /// nap.as_mut().reset(start + Duration::from_secs(1));
    /// nap.await;
    /// assert_eq!(start.elapsed(), Duration::from_secs(1));
    /// # });
    /// ```
    pub fn reset(self: Pin<&mut Self>, deadline: Instant) {
        let this = self.project();
        *this.deadline = deadline;
        *this.first_poll = FirstPoll::CheckClock;
        let entry = this.entry.as_ref();
        if let Home::Wheel(_) = entry.home() {
            let in_place = |timers: &Timers, place: Place<'_>| {
                timers.reset(place.slot(), entry, timers.tick_at(deadline), || place.unpark())
            };
            if with_driver(in_place) == Ok(true) {
                return;
            }
        }
        // It waits in the wheel of another worker, or not at all.
        let Some(waker) = withdraw(&entry) else {
            return entry.leave(false);
        };
        let mut waker = Some(waker);
        // Outside a runtime nobody can be asked to set the timer but the task: its waker is left.
        let _ = with_driver(|timers: &Timers, place| {
            let waiting = waker.take().expect("put there above");
            match register(timers, &place, entry, deadline, waiting) {
                Registered::Waiting { .. } => {}
                Registered::Due(refused) | Registered::Closed(refused) => waker = Some(refused),
            }
        });
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// What `poll` does, without a look at the task's budget and without a note: a timeout leaves
    /// the note of what it limits.
    pub(crate) fn poll_elapsed(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.entry.home() {
            Home::Fired => Poll::Ready(()),
            Home::Wheel(_) if self.waker_id == WakerId::of(cx.waker()) => Poll::Pending,
            Home::Wheel(_) => {
                // Refused when the wheel has let the entry go since; either way one waker is left
                // over.
                drop(replace_waker(&self.entry, cx.waker().clone()));
                let this = self.project();
                *this.waker_id = WakerId::of(cx.waker());
                let is_fired = matches!(this.entry.home(), Home::Fired);
                if is_fired { Poll::Ready(()) } else { Poll::Pending }
            }
            Home::Rest => self.poll_first(cx),
        }
    }

    /// A poll while the entry is at rest.
    fn poll_first(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        match this.first_poll {
            FirstPoll::Yield => {
                this.entry.leave(true);
                return Pin::new(&mut yield_now()).poll(cx);
            }
            FirstPoll::CheckClock if *this.deadline <= Instant::now() => {
                this.entry.leave(true);
                return Poll::Ready(());
            }
            FirstPoll::CheckClock | FirstPoll::Register => {}
        }
        let entry = this.entry.as_ref();
        let deadline = *this.deadline;
        let registered = with_driver(|timers: &Timers, place| {
            register(timers, &place, entry, deadline, cx.waker().clone())
        });
        *this.waker_id = WakerId::of(cx.waker());
        match registered {
            Ok(Registered::Due(_)) => Poll::Ready(()),
            Ok(Registered::Waiting { .. }) => Poll::Pending,
            // Its tasks are gone by then, so this is another thread's, which must not hang.
            Ok(Registered::Closed(_)) => stopped(this.made_at),
            Err(_) => no_timers(this.made_at),
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        ready!(poll_budget(cx));
        let made_at = self.made_at;
        let polled = self.poll_elapsed(cx);
        if polled.is_pending() {
            note_wait(WaitKind::Sleep, made_at, 0);
        }
        polled
    }
}

impl WakerId {
    fn of(waker: &Waker) -> Self {
        WakerId { data: waker.data().addr(), vtable: std::ptr::from_ref(waker.vtable()).addr() }
    }
}

/// Puts `entry` into the wheel of `place`.
fn register(
    timers: &Timers,
    place: &Place<'_>,
    entry: Pin<&TimerEntry>,
    deadline: Instant,
    waker: Waker,
) -> Registered {
    let tick = timers.tick_at(deadline);
    timers.register(place.slot(), entry, tick, waker, || place.unpark())
}

#[cold]
fn stopped(made_at: &Location<'_>) -> ! {
    panic!(
        "the sleep made at {made_at} cannot end: its runtime was shut down; \
         keep the runtime for as long as a thread waits in it"
    )
}

#[cold]
fn no_timers(made_at: &Location<'_>) -> ! {
    panic!(
        "the sleep made at {made_at} was polled where there is no runtime with timers; \
         await it in a task or in `block_on` of a runtime that has them"
    )
}
