//! Room in a channel that is kept for values to come.

use super::chan::{Chan, UNBOUNDED};
use super::sender::Sender;
use super::tail::Claim;
use rt_primitive::sync::Arc;
use std::fmt;
use std::iter::FusedIterator;

/// Room for one value, made by [`Sender::reserve`]; sending with it neither waits nor fails.
///
/// Dropped unused, it gives the room to the next sender that waits.
///
/// ```
/// # futures::executor::block_on(async {
/// use rt_sync::mpsc::{Permit, channel};
///
/// let (sender, mut receiver) = channel(1);
/// let permit: Permit<'_, u32> = sender.reserve().await.unwrap();
/// permit.send(7);
/// assert_eq!(receiver.try_recv(), Ok(7));
/// # });
/// ```
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
    ///
    /// ```
    /// let (sender, mut receiver) = rt_sync::mpsc::channel(1);
    /// sender.try_reserve().unwrap().send(7);
    /// assert_eq!(receiver.try_recv(), Ok(7));
    /// ```
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
        self.chan.give_back(1);
    }
}

impl<T> fmt::Debug for Permit<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}

/// Room for some values, a permit for each: made by [`Sender::reserve_many`].
///
/// Dropped before its end, it gives the rest of the room to the next sender that waits.
///
/// ```
/// # futures::executor::block_on(async {
/// use rt_sync::mpsc::{PermitIterator, channel};
///
/// let (sender, receiver) = channel(4);
/// let permits: PermitIterator<'_, u32> = sender.reserve_many(3).await.unwrap();
/// for (value, permit) in (0..).zip(permits) {
///     permit.send(value);
/// }
/// assert_eq!(receiver.len(), 3);
/// # });
/// ```
#[must_use = "dropping permits gives their room back"]
pub struct PermitIterator<'a, T> {
    chan: &'a Chan<T>,
    left: usize,
}

impl<'a, T> PermitIterator<'a, T> {
    /// For a caller who has reserved so many.
    pub(super) fn new(chan: &'a Chan<T>, left: usize) -> Self {
        PermitIterator { chan, left }
    }
}

impl<'a, T> Iterator for PermitIterator<'a, T> {
    type Item = Permit<'a, T>;

    fn next(&mut self) -> Option<Permit<'a, T>> {
        self.left = self.left.checked_sub(1)?;
        Some(Permit::new(self.chan))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T> ExactSizeIterator for PermitIterator<'_, T> {}
impl<T> FusedIterator for PermitIterator<'_, T> {}

impl<T> Drop for PermitIterator<'_, T> {
    fn drop(&mut self) {
        if self.left > 0 {
            self.chan.give_back(self.left);
        }
    }
}

impl<T> fmt::Debug for PermitIterator<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PermitIterator").field("left", &self.left).finish_non_exhaustive()
    }
}

/// Room for one value, and the sender it belongs to: made by [`Sender::reserve_owned`].
///
/// ```
/// # futures::executor::block_on(async {
/// use rt_sync::mpsc::{OwnedPermit, channel};
///
/// let (sender, mut receiver) = channel(1);
/// let permit: OwnedPermit<u32> = sender.reserve_owned().await.unwrap();
/// permit.send(7);
/// assert_eq!(receiver.try_recv(), Ok(7));
/// # });
/// ```
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
    ///
    /// ```
    /// let (sender, mut receiver) = rt_sync::mpsc::channel(2);
    /// let sender = sender.try_reserve_owned().unwrap().send(1);
    /// sender.try_send(2).unwrap();
    /// assert_eq!((receiver.try_recv(), receiver.try_recv()), (Ok(1), Ok(2)));
    /// ```
    pub fn send(mut self, value: T) -> Sender<T> {
        let sender = self.take();
        send_reserved(sender.chan(), value);
        sender
    }

    /// Gives the room back, and returns the sender.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::mpsc::channel::<u32>(1);
    /// let permit = sender.try_reserve_owned().unwrap();
    /// let sender = permit.release();
    /// assert_eq!(sender.capacity(), 1);
    /// ```
    pub fn release(mut self) -> Sender<T> {
        let sender = self.take();
        sender.chan().give_back(1);
        sender
    }

    /// True when both are permits of one channel.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::mpsc::channel::<u32>(2);
    /// let one = sender.clone().try_reserve_owned().unwrap();
    /// let two = sender.try_reserve_owned().unwrap();
    /// assert!(one.same_channel(&two));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(self.sender().chan(), other.sender().chan())
    }

    /// True when `sender` sends into the channel of this permit.
    ///
    /// ```
    /// let (sender, _receiver) = rt_sync::mpsc::channel::<u32>(1);
    /// let permit = sender.clone().try_reserve_owned().unwrap();
    /// assert!(permit.same_channel_as_sender(&sender));
    /// ```
    pub fn same_channel_as_sender(&self, sender: &Sender<T>) -> bool {
        self.sender().same_channel(sender)
    }

    fn sender(&self) -> &Sender<T> {
        self.sender.as_ref().expect("a permit has its sender until it ends")
    }

    fn take(&mut self) -> Sender<T> {
        self.sender.take().expect("a permit has its sender until it ends")
    }
}

impl<T> Drop for OwnedPermit<T> {
    fn drop(&mut self) {
        if let Some(sender) = &self.sender {
            sender.chan().give_back(1);
        }
    }
}

impl<T> fmt::Debug for OwnedPermit<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedPermit").field("sender", &self.sender).finish()
    }
}
