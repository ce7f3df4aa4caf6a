//! The sending ends of a broadcast.

use super::error::SendError;
use super::receiver::Receiver;
use super::ring::Ring;
use rt_primitive::sync::Arc;
use std::fmt;

/// Sends to every receiver; may be cloned.
///
/// ```
/// use rt_sync::broadcast;
///
/// let (sender, mut one) = broadcast::channel(4);
/// let mut two = sender.subscribe();
/// assert_eq!(sender.send("news"), Ok(2));
/// assert_eq!((one.try_recv(), two.try_recv()), (Ok("news"), Ok("news")));
/// ```
pub struct Sender<T> {
    ring: Arc<Ring<T>>,
}

impl<T> Sender<T> {
    pub(super) fn new(ring: Arc<Ring<T>>) -> Self {
        Sender { ring }
    }

    /// Sends `value` to every receiver there is, and returns how many. It never waits.
    ///
    /// # Errors
    ///
    /// [`SendError`] with the value when there is no receiver.
    pub fn send(&self, value: T) -> Result<usize, SendError<T>> {
        self.ring.send(value).map_err(SendError)
    }

    /// One more receiver, of the values that are sent from now on.
    pub fn subscribe(&self) -> Receiver<T> {
        let next = self.ring.add_receiver();
        Receiver::new(self.ring.clone(), next)
    }

    /// How many receivers there are now.
    pub fn receiver_count(&self) -> usize {
        self.ring.waiting.lock().receivers
    }

    /// True when both send to the same receivers.
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.ring, &other.ring)
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.ring.add_sender();
        Sender { ring: self.ring.clone() }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.ring.remove_sender();
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("receivers", &self.receiver_count()).finish_non_exhaustive()
    }
}
