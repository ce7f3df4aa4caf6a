//! The receiving ends of a watch.

use super::cell::{Ref, WatchCell};
use super::changed::{Changed, WaitingFor};
use super::error::RecvError;
use rt_primitive::sync::Arc;
use std::fmt;
use std::panic::Location;

/// Looks at the value and waits for changes; may be cloned.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// let (sender, mut receiver) = rt_sync::watch::channel(0);
/// sender.send(1).unwrap();
/// sender.send(2).unwrap();
/// receiver.changed().await.unwrap();
/// assert_eq!(*receiver.borrow_and_update(), 2); // the last one, not each
/// assert_eq!(receiver.has_changed(), Ok(false));
/// # });
/// ```
pub struct Receiver<T> {
    cell: Arc<WatchCell<T>>,
    /// The version that counts as seen.
    seen: u64,
}

impl<T> Receiver<T> {
    /// For a caller who has counted it.
    pub(super) fn new(cell: Arc<WatchCell<T>>, seen: u64) -> Self {
        Receiver { cell, seen }
    }

    /// Looks at the value, which does not count as seen by it.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::watch::channel(1);
    /// sender.send(2).unwrap();
    /// assert_eq!(*receiver.borrow(), 2);
    /// assert_eq!(receiver.has_changed(), Ok(true)); // it counts as not seen
    /// ```
    pub fn borrow(&self) -> Ref<'_, T> {
        self.cell.read(self.seen).0
    }

    /// Looks at the value, which counts as seen.
    ///
    /// ```
    /// let (sender, mut receiver) = rt_sync::watch::channel(1);
    /// sender.send(2).unwrap();
    /// assert_eq!(*receiver.borrow_and_update(), 2);
    /// assert_eq!(receiver.has_changed(), Ok(false));
    /// ```
    pub fn borrow_and_update(&mut self) -> Ref<'_, T> {
        let (value, number) = self.cell.read(self.seen);
        self.seen = number;
        value
    }

    /// Waits until there is a value that does not count as seen; then it does.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (sender, mut receiver) = rt_sync::watch::channel(1);
    /// let (changed, sent) = futures::join!(receiver.changed(), async { sender.send(2) });
    /// assert!(changed.is_ok() && sent.is_ok());
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// [`RecvError`] when every sender is gone and the last value was seen.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it counts nothing as seen.
    #[track_caller]
    pub fn changed(&mut self) -> Changed<'_, T> {
        Changed::new(&self.cell, &mut self.seen, Location::caller())
    }

    /// Waits until `is_it` says so of the value, which is looked at first as it is; then looks at
    /// that value.
    ///
    /// ```
    /// # let executor = rt_core::Executor::start(
    /// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let (sender, mut receiver) = rt_sync::watch::channel(0);
    /// drop(rt_core::spawn(async move { sender.send(7) }));
    /// assert_eq!(*receiver.wait_for(|&number| number > 5).await.unwrap(), 7);
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// [`RecvError`] when every sender is gone and it is not so of the last value.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when it is dropped; values that it looked at count as seen.
    #[track_caller]
    pub fn wait_for<F>(&mut self, is_it: F) -> WaitingFor<'_, T, F>
    where
        F: FnMut(&T) -> bool,
    {
        WaitingFor::new(&self.cell, &mut self.seen, is_it, Location::caller())
    }

    /// True when there is a value that does not count as seen.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::watch::channel(1);
    /// assert_eq!(receiver.has_changed(), Ok(false));
    /// sender.send(2).unwrap();
    /// assert_eq!(receiver.has_changed(), Ok(true));
    /// ```
    ///
    /// # Errors
    ///
    /// [`RecvError`] when every sender is gone.
    pub fn has_changed(&self) -> Result<bool, RecvError> {
        let version = self.cell.version();
        if version.is_closed { Err(RecvError(())) } else { Ok(version.number != self.seen) }
    }

    /// True when every sender is gone: the value will not change any more.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::watch::channel(1);
    /// assert!(!receiver.is_closed());
    /// drop(sender);
    /// assert!(receiver.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.cell.version().is_closed
    }

    /// Counts the present value as not seen, so that [`changed`](Self::changed) returns at once.
    ///
    /// ```
    /// let (_sender, mut receiver) = rt_sync::watch::channel(1);
    /// receiver.mark_changed();
    /// assert_eq!(receiver.has_changed(), Ok(true));
    /// ```
    pub fn mark_changed(&mut self) {
        // No version is this one again: they are counted up.
        self.seen = self.cell.version().number.wrapping_sub(1);
    }

    /// Counts the present value as seen.
    ///
    /// ```
    /// let (sender, mut receiver) = rt_sync::watch::channel(1);
    /// sender.send(2).unwrap();
    /// receiver.mark_unchanged();
    /// assert_eq!(receiver.has_changed(), Ok(false));
    /// ```
    pub fn mark_unchanged(&mut self) {
        self.seen = self.cell.version().number;
    }

    /// True when both look at the same value.
    ///
    /// ```
    /// let (sender, receiver) = rt_sync::watch::channel(1);
    /// assert!(receiver.same_channel(&sender.subscribe()));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.cell, &other.cell)
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        self.cell.add_receiver();
        Receiver { cell: self.cell.clone(), seen: self.seen }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.cell.remove_receiver();
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("has_changed", &self.has_changed()).finish_non_exhaustive()
    }
}
