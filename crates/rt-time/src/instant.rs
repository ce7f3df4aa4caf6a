//! A moment on the runtime's clock.

use crate::clock::Clock;
use crate::timers::Timers;
use rt_core::try_with_driver;
use rt_primitive::MODEL;
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::sync::OnceLock;
use std::time::Duration;

/// A moment on the clock that [`sleep()`](crate::sleep()) and its kin wait for.
///
/// It does what [`std::time::Instant`] does, and converts from and to it. The moment stays the
/// same, so on a runtime whose clock is ahead of the system's, what [`std::time::Instant::now`]
/// says has passed. asyncio's name for the present one is `loop.time()`.
///
/// ```
/// use rt_time::Instant;
/// use std::time::Duration;
///
/// let start = Instant::now();
/// let deadline = start + Duration::from_millis(5);
/// assert_eq!(deadline - start, Duration::from_millis(5));
/// assert_eq!(start.saturating_duration_since(deadline), Duration::ZERO);
/// ```
#[doc(alias = "time")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(std::time::Instant);

/// What "for ever" is cut to when the sum of an instant and a duration does not fit: 30 years.
const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

impl Instant {
    /// The present moment, by the clock of the runtime that the calling thread is inside.
    ///
    /// That is the system's monotonic clock, unless the runtime's was stopped, as tests do with
    /// [`pause`](crate::pause).
    ///
    /// ```
    /// use rt_time::Instant;
    ///
    /// let earlier = Instant::now();
    /// assert!(earlier <= Instant::now()); // it never goes back
    /// ```
    #[inline]
    pub fn now() -> Instant {
        if Clock::is_any_stopped() { Instant::of_runtime() } else { Instant::of_system() }
    }

    /// The present moment by the system's clock, which stands still in a model: each execution must
    /// see the same.
    #[inline]
    pub(crate) fn of_system() -> Instant {
        static FIRST: OnceLock<std::time::Instant> = OnceLock::new();
        let now = std::time::Instant::now();
        Instant(if MODEL { *FIRST.get_or_init(|| now) } else { now })
    }

    #[cold]
    fn of_runtime() -> Instant {
        try_with_driver(|timers: &Timers| timers.now()).unwrap_or_else(Instant::of_system)
    }

    /// The moment that `instant` of the standard library is.
    ///
    /// ```
    /// let now = std::time::Instant::now();
    /// assert_eq!(rt_time::Instant::from_std(now).into_std(), now);
    /// ```
    pub fn from_std(instant: std::time::Instant) -> Instant {
        Instant(instant)
    }

    /// This moment for the standard library.
    ///
    /// ```
    /// use rt_time::Instant;
    ///
    /// let (earlier, later) = (std::time::Instant::now(), Instant::now());
    /// assert!(earlier <= later.into_std());
    /// ```
    pub fn into_std(self) -> std::time::Instant {
        self.0
    }

    /// The time from `earlier` to this moment; zero when that is negative.
    ///
    /// ```
    /// use rt_time::Instant;
    /// use std::time::Duration;
    ///
    /// let start = Instant::now();
    /// let end = start + Duration::from_secs(3);
    /// assert_eq!(end.duration_since(start), Duration::from_secs(3));
    /// ```
    pub fn duration_since(&self, earlier: Instant) -> Duration {
        self.0.duration_since(earlier.0)
    }

    /// The time from `earlier` to this moment, unless that is negative.
    ///
    /// ```
    /// use rt_time::Instant;
    /// use std::time::Duration;
    ///
    /// let start = Instant::now();
    /// let end = start + Duration::from_secs(3);
    /// assert_eq!(start.checked_duration_since(end), None);
    /// ```
    pub fn checked_duration_since(&self, earlier: Instant) -> Option<Duration> {
        self.0.checked_duration_since(earlier.0)
    }

    /// The time from `earlier` to this moment; zero when that is negative.
    ///
    /// ```
    /// use rt_time::Instant;
    /// use std::time::Duration;
    ///
    /// let start = Instant::now();
    /// let end = start + Duration::from_secs(3);
    /// assert_eq!(start.saturating_duration_since(end), Duration::ZERO);
    /// ```
    pub fn saturating_duration_since(&self, earlier: Instant) -> Duration {
        self.0.saturating_duration_since(earlier.0)
    }

    /// The time that has passed since this moment; zero when it is still to come.
    ///
    /// ```
    /// use rt_time::Instant;
    /// use std::time::Duration;
    ///
    /// let start = Instant::now();
    /// assert!(start.elapsed() < Duration::from_secs(60));
    /// ```
    pub fn elapsed(&self) -> Duration {
        Instant::now().saturating_duration_since(*self)
    }

    /// This moment and `duration`, unless the sum does not fit.
    ///
    /// ```
    /// use rt_time::Instant;
    /// use std::time::Duration;
    ///
    /// assert!(Instant::now().checked_add(Duration::from_secs(1)).is_some());
    /// assert_eq!(Instant::now().checked_add(Duration::MAX), None);
    /// ```
    pub fn checked_add(&self, duration: Duration) -> Option<Instant> {
        self.0.checked_add(duration).map(Instant)
    }

    /// This moment less `duration`, unless the result does not fit.
    ///
    /// ```
    /// use rt_time::Instant;
    /// use std::time::Duration;
    ///
    /// assert_eq!(Instant::now().checked_sub(Duration::MAX), None);
    /// ```
    pub fn checked_sub(&self, duration: Duration) -> Option<Instant> {
        self.0.checked_sub(duration).map(Instant)
    }

    /// This moment and `duration`, or a moment some 30 years away when the sum does not fit.
    pub(crate) fn add_or_far(self, duration: Duration) -> Instant {
        self.checked_add(duration).or_else(|| self.checked_add(FAR)).unwrap_or(self)
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;

    /// # Panics
    ///
    /// When the sum does not fit; [`Instant::checked_add`] does not.
    fn add(self, duration: Duration) -> Instant {
        Instant(self.0 + duration)
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

impl Sub<Duration> for Instant {
    type Output = Instant;

    /// # Panics
    ///
    /// When the result does not fit; [`Instant::checked_sub`] does not.
    fn sub(self, duration: Duration) -> Instant {
        Instant(self.0 - duration)
    }
}

impl SubAssign<Duration> for Instant {
    fn sub_assign(&mut self, duration: Duration) {
        *self = *self - duration;
    }
}

impl Sub<Instant> for Instant {
    type Output = Duration;

    fn sub(self, earlier: Instant) -> Duration {
        self.duration_since(earlier)
    }
}

impl From<std::time::Instant> for Instant {
    fn from(instant: std::time::Instant) -> Instant {
        Instant(instant)
    }
}

impl From<Instant> for std::time::Instant {
    fn from(instant: Instant) -> std::time::Instant {
        instant.0
    }
}
