//! A sender that does not keep the channel from its end.

use super::chan::Chan;
use super::sender::Sender;
use rt_primitive::sync::Arc;
use std::fmt;

/// Becomes a [`Sender`] as long as there is one: made by [`Sender::downgrade`].
///
/// ```
/// use rt_sync::mpsc::{WeakSender, channel};
///
/// let (sender, _receiver) = channel(1);
/// let weak: WeakSender<u32> = sender.downgrade();
/// assert!(weak.upgrade().is_some());
/// ```
pub struct WeakSender<T> {
    chan: Arc<Chan<T>>,
}

impl<T> WeakSender<T> {
    pub(super) fn new(chan: Arc<Chan<T>>) -> Self {
        chan.senders().add_weak();
        WeakSender { chan }
    }

    /// A sender; `None` when all are gone.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::mpsc::channel::<u32>(1);
    /// let weak = sender.downgrade();
    /// drop(sender);
    /// assert!(weak.upgrade().is_none());
    /// ```
    pub fn upgrade(&self) -> Option<Sender<T>> {
        self.chan.senders().revive().then(|| Sender::new(self.chan.clone()))
    }

    /// How many senders there are, weak ones left out.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::mpsc::channel::<u32>(1);
    /// let weak = sender.downgrade();
    /// drop(sender);
    /// assert_eq!(weak.strong_count(), 0);
    /// ```
    pub fn strong_count(&self) -> usize {
        self.chan.senders().get()
    }

    /// How many weak senders there are.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::mpsc::channel::<u32>(1);
    /// assert_eq!(sender.downgrade().weak_count(), 1);
    /// ```
    pub fn weak_count(&self) -> usize {
        self.chan.senders().weak()
    }
}

impl<T> Clone for WeakSender<T> {
    fn clone(&self) -> Self {
        WeakSender::new(self.chan.clone())
    }
}

impl<T> Drop for WeakSender<T> {
    fn drop(&mut self) {
        self.chan.senders().remove_weak();
    }
}

impl<T> fmt::Debug for WeakSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakSender").field("strong_count", &self.strong_count()).finish()
    }
}
