//! One value from one task to another, in one allocation.
//!
//! smol uses this one, since it brings none of its own. It is deliberately plain: a slot behind a
//! lock that is nearly always free.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use rt_primitive::sync::TryLock;

/// The sending half. Unlike a real channel it cannot tell the receiver that it was dropped.
pub(crate) struct Sender<T> {
    // [C] Shared with the receiver.
    slot: Arc<TryLock<Slot<T>>>,
}

/// The receiving half: a future of the value.
pub(crate) struct Receiver<T> {
    // [C] Shared with the sender.
    slot: Arc<TryLock<Slot<T>>>,
}

/// What has been left for the other half.
enum Slot<T> {
    Empty,
    Waiting(Waker),
    Full(T),
}

pub(crate) fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let slot = Arc::new(TryLock::new(Slot::Empty));
    (Sender { slot: slot.clone() }, Receiver { slot })
}

impl<T> Sender<T> {
    pub(crate) fn send(self, value: T) {
        let mut slot = self.slot.lock();
        let before = std::mem::replace(&mut *slot, Slot::Full(value));
        // The wake is outside the lock: the receiver may run before it returns.
        drop(slot);
        if let Slot::Waiting(waker) = before {
            waker.wake();
        }
    }
}

impl<T> Future for Receiver<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let mut slot = self.slot.lock();
        match std::mem::replace(&mut *slot, Slot::Empty) {
            Slot::Full(value) => Poll::Ready(value),
            Slot::Waiting(waker) if waker.will_wake(cx.waker()) => {
                *slot = Slot::Waiting(waker);
                Poll::Pending
            }
            Slot::Empty | Slot::Waiting(_) => {
                *slot = Slot::Waiting(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}
