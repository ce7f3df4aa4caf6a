//! A value that is set once, and waited for.

use crate::waiters::{WaitQueue, Waiter};
use pin_project_lite::pin_project;
use rt_core::{WaitKind, note_wait, poll_budget};
use rt_primitive::mutant;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll, ready};

/// A place for a value that somebody sets once, while others wait for it.
///
/// Where those who need the value make it, use an [`OnceCell`](crate::OnceCell); where only one
/// task waits for it, a [`oneshot`](crate::oneshot).
///
/// ```
/// use rt_sync::SetOnce;
///
/// static PORT: SetOnce<u16> = SetOnce::new();
///
/// # futures::executor::block_on(async {
/// std::thread::spawn(|| PORT.set(8080));
/// assert_eq!(PORT.wait().await, &8080);
/// assert!(PORT.set(80).is_err());
/// # });
/// ```
pub struct SetOnce<T> {
    value: OnceLock<T>,
    queue: WaitQueue<()>,
}

/// There is a value already; the one that was not set is in here.
///
/// ```
/// let cell = rt_sync::SetOnce::from(1);
/// assert_eq!(cell.set(2).unwrap_err().0, 2);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SetOnceError<T>(pub T);

impl<T> SetOnce<T> {
    rt_primitive::const_fn! {
        /// Without a value.
        ///
        /// ```
        /// let cell = rt_sync::SetOnce::new();
        /// cell.set(1).unwrap();
        /// assert_eq!(cell.get(), Some(&1));
        /// ```
        #[doc(alias = "const_new")]
        pub fn new() -> Self {
            SetOnce { value: OnceLock::new(), queue: WaitQueue::new(()) }
        }
    }

    /// With a value, or without one.
    ///
    /// ```
    /// assert_eq!(rt_sync::SetOnce::new_with(Some(1)).get(), Some(&1));
    /// ```
    pub fn new_with(value: Option<T>) -> Self {
        value.map_or_else(SetOnce::new, SetOnce::from)
    }

    /// The value, if it is there.
    ///
    /// ```
    /// assert_eq!(rt_sync::SetOnce::<u8>::new().get(), None);
    /// ```
    pub fn get(&self) -> Option<&T> {
        self.value.get()
    }

    /// Takes the value out.
    ///
    /// ```
    /// assert_eq!(rt_sync::SetOnce::from(1).into_inner(), Some(1));
    /// ```
    pub fn into_inner(self) -> Option<T> {
        self.value.into_inner()
    }

    /// True when the value is there.
    ///
    /// ```
    /// assert!(rt_sync::SetOnce::from(1).initialized());
    /// ```
    pub fn initialized(&self) -> bool {
        self.get().is_some()
    }

    /// Sets the value, and wakes all who wait for it.
    ///
    /// ```
    /// let cell = rt_sync::SetOnce::new();
    /// assert!(cell.set(1).is_ok() && cell.set(2).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// When there is one. The value comes back in the error.
    pub fn set(&self, value: T) -> Result<(), SetOnceError<T>> {
        self.value.set(value).map_err(SetOnceError)?;
        if !mutant!("set_once.untold") {
            self.queue.lock().serve_all(|(), ()| (), |_| ());
        }
        Ok(())
    }

    /// Waits until the value is there.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let cell = rt_sync::SetOnce::from(1);
    /// assert_eq!(cell.wait().await, &1);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when it is dropped.
    #[track_caller]
    pub fn wait(&self) -> SetOnceWait<'_, T> {
        SetOnceWait { cell: self, site: Location::caller(), waiter: Waiter::new(&self.queue) }
    }
}

impl<T> Default for SetOnce<T> {
    fn default() -> Self {
        SetOnce::new()
    }
}

impl<T> From<T> for SetOnce<T> {
    fn from(value: T) -> Self {
        SetOnce { value: OnceLock::from(value), queue: WaitQueue::new(()) }
    }
}

impl<T: fmt::Debug> fmt::Debug for SetOnce<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SetOnce").field(&self.get()).finish()
    }
}

impl<T> fmt::Debug for SetOnceError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SetOnceError(..)")
    }
}

impl<T> fmt::Display for SetOnceError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value was set already; the second one is in the error")
    }
}

impl<T> Error for SetOnceError<T> {}

pin_project! {
    /// The future of [`SetOnce::wait`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let cell = rt_sync::SetOnce::from(1);
    /// let wait: rt_sync::futures::SetOnceWait<'_, i32> = cell.wait();
    /// assert_eq!(wait.await, &1);
    /// # });
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    pub struct SetOnceWait<'a, T> {
        cell: &'a SetOnce<T>,
        site: &'static Location<'static>,
        #[pin]
        waiter: Waiter<'a, ()>,
    }
}

impl<'a, T> Future for SetOnceWait<'a, T> {
    type Output = &'a T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<&'a T> {
        ready!(poll_budget(cx));
        let this = self.project();
        let cell = *this.cell;
        let polled = this.waiter.poll_look(cx, || cell.get());
        if polled.is_pending() {
            note_wait(WaitKind::Signal, this.site, 0);
        }
        polled
    }
}

impl<T> fmt::Debug for SetOnceWait<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetOnceWait").field("made_at", self.site).finish_non_exhaustive()
    }
}
