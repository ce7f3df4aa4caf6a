//! Room in a channel that is kept for a value to come.

use super::chan::{Chan, UNBOUNDED};
use super::sender::Sender;
use super::tail::Claim;
use std::fmt;

/// Room for one value, made by [`Sender::reserve`]; sending with it neither waits nor fails.
///
/// Dropped unused, it gives the room to the next sender that waits.
#[must_use = "dropping a permit gives its room back"]
pub struct Permit<'a, T> {
    chan: &'a Chan<T>,
}

impl<'a, T> Permit<'a, T> {
    /// For a caller who has reserved.
    pub(super) fn new(chan: &'a Chan<T>) -> Self {
        debug_assert!(chan.capacity_max() != UNBOUNDED, "only bounded channels have permits");
        Permit { chan }
    }

    /// Sends `value`.
    ///
    /// If the receiver is gone, the value is dropped with the channel.
    pub fn send(self, value: T) {
        let chan = self.chan;
        std::mem::forget(self);
        send_reserved(chan, value);
    }
}

/// Sends with a permit, which is used up.
pub(super) fn send_reserved<T>(chan: &Chan<T>, value: T) {
    let sent = chan.send(Claim::SlotOfPermit, value);
    assert!(sent.is_ok(), "a permit is not refused");
}

impl<T> Drop for Permit<'_, T> {
    fn drop(&mut self) {
        self.chan.give_back();
    }
}

impl<T> fmt::Debug for Permit<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}

/// Room for one value, and the sender it belongs to: made by [`Sender::reserve_owned`].
#[must_use = "dropping a permit gives its room back"]
pub struct OwnedPermit<T> {
    /// `None` only within `send`, `release` and `drop`.
    sender: Option<Sender<T>>,
}

impl<T> OwnedPermit<T> {
    /// For a caller who has reserved.
    pub(super) fn new(sender: Sender<T>) -> Self {
        OwnedPermit { sender: Some(sender) }
    }

    /// Sends `value`, and returns the sender.
    ///
    /// If the receiver is gone, the value is dropped with the channel.
    pub fn send(mut self, value: T) -> Sender<T> {
        let sender = self.take();
        send_reserved(sender.chan(), value);
        sender
    }

    /// Gives the room back, and returns the sender.
    pub fn release(mut self) -> Sender<T> {
        let sender = self.take();
        sender.chan().give_back();
        sender
    }

    fn take(&mut self) -> Sender<T> {
        self.sender.take().expect("a permit has its sender until it ends")
    }
}

impl<T> Drop for OwnedPermit<T> {
    fn drop(&mut self) {
        if let Some(sender) = &self.sender {
            sender.chan().give_back();
        }
    }
}

impl<T> fmt::Debug for OwnedPermit<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedPermit").field("sender", &self.sender).finish()
    }
}
