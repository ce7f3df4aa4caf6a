//! Wheels that no runtime uses, kept for the next one.
//!
//! An entry knows its wheel by address, and its owner may be about to lock that wheel while the
//! runtime goes away. So wheels are never freed: then an entry needs no counted reference to its
//! runtime, which would cost two atomic operations a sleep. There are at most as many wheels as
//! were ever in use at once.

use super::shared_wheel::SharedWheel;
use rt_primitive::{CachePadded, MODEL};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Closed wheels. Not for models: what these track does not outlive one execution.
static SPARE: Mutex<Vec<&'static SharedWheel>> = Mutex::new(Vec::new());

/// An open wheel that nobody else uses.
pub(super) fn take() -> &'static SharedWheel {
    let spare = if MODEL { None } else { lock().pop() };
    let wheel = spare.unwrap_or_else(make);
    wheel.open();
    wheel
}

/// Keeps `wheel`, which is closed, for the next [`take`].
pub(super) fn give_back(wheel: &'static SharedWheel) {
    if !MODEL {
        lock().push(wheel);
    }
}

/// One more wheel, on cache lines of its own.
fn make() -> &'static SharedWheel {
    let wheel: &'static CachePadded<SharedWheel> =
        Box::leak(Box::new(CachePadded::new(SharedWheel::new())));
    wheel
}

fn lock() -> MutexGuard<'static, Vec<&'static SharedWheel>> {
    SPARE.lock().unwrap_or_else(PoisonError::into_inner)
}
