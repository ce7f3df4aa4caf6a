//! A sender that does not keep a broadcast from its end.

use super::ring::Ring;
use super::sender::Sender;
use rt_primitive::sync::Arc;
use std::fmt;

/// Becomes a [`Sender`] as long as there is one: made by [`Sender::downgrade`].
///
/// ```
/// use rt_sync::broadcast::{WeakSender, channel};
///
/// let (sender, mut receiver) = channel(4);
/// let weak: WeakSender<u32> = sender.downgrade();
/// weak.upgrade().unwrap().send(7).unwrap();
/// assert_eq!(receiver.try_recv(), Ok(7));
/// ```
pub struct WeakSender<T> {
    ring: Arc<Ring<T>>,
}

impl<T> WeakSender<T> {
    pub(super) fn new(ring: Arc<Ring<T>>) -> Self {
        ring.senders().add_weak();
        WeakSender { ring }
    }

    /// A sender; `None` when all are gone.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::broadcast::channel::<u32>(1);
    /// let weak = sender.downgrade();
    /// assert!(weak.upgrade().is_some());
    /// drop(sender);
    /// assert!(weak.upgrade().is_none());
    /// ```
    pub fn upgrade(&self) -> Option<Sender<T>> {
        self.ring.senders().revive().then(|| Sender::of(self.ring.clone()))
    }

    /// How many senders there are, weak ones left out.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::broadcast::channel::<u32>(4);
    /// let weak = sender.downgrade();
    /// drop(sender);
    /// assert_eq!(weak.strong_count(), 0);
    /// ```
    pub fn strong_count(&self) -> usize {
        self.ring.senders().get()
    }

    /// How many weak senders there are.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::broadcast::channel::<u32>(4);
    /// let weak = sender.downgrade();
    /// assert_eq!(weak.weak_count(), 1);
    /// ```
    pub fn weak_count(&self) -> usize {
        self.ring.senders().weak()
    }
}

impl<T> Clone for WeakSender<T> {
    fn clone(&self) -> Self {
        WeakSender::new(self.ring.clone())
    }
}

impl<T> Drop for WeakSender<T> {
    fn drop(&mut self) {
        self.ring.senders().remove_weak();
    }
}

impl<T> fmt::Debug for WeakSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakSender").field("strong_count", &self.strong_count()).finish()
    }
}
