//! A wake-up from outside, as often as wanted.

use std::{
    future::poll_fn,
    sync::{Arc, Mutex, PoisonError},
    task::{Poll, Waker},
};

/// Rung by a thread, waited for by one task.
#[derive(Default)]
pub(crate) struct Doorbell {
    // [L] Rings so far, and the task that waits for the next.
    rings: Mutex<Rings>,
}

#[derive(Default)]
struct Rings {
    count: usize,
    waiter: Option<Waker>,
}

impl Doorbell {
    pub(crate) fn new() -> Arc<Doorbell> {
        Arc::new(Doorbell::default())
    }

    pub(crate) fn ring(&self) {
        let mut rings = self.rings.lock().unwrap_or_else(PoisonError::into_inner);
        rings.count += 1;
        let waiter = rings.waiter.take();
        drop(rings);
        if let Some(waker) = waiter {
            waker.wake();
        }
    }

    /// Waits until the bell has rung more than `heard` times; returns how often it has.
    pub(crate) async fn next(&self, heard: usize) -> usize {
        poll_fn(|cx| {
            let mut rings = self.rings.lock().unwrap_or_else(PoisonError::into_inner);
            if rings.count > heard {
                return Poll::Ready(rings.count);
            }
            rings.waiter = Some(cx.waker().clone());
            Poll::Pending
        })
        .await
    }
}
