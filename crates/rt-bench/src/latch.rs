//! A thread's wait for many tasks, at the price of one RMW a task.
//!
//! # Protocol
//!
//! Each task counts down once. The one that takes the last count hands the waiting thread its
//! token, and there is no other token.
//!
//! # Invariants
//!
//! * I1: `left` falls by one a task and never below zero.
//! * I2: `parker` gets one token, after the last count.
//!
//! Model: none; the count is one RMW, and the parker has its own model.

use std::sync::Arc;

use rt_primitive::{
    atomic::{AtomicUsize, Ordering},
    park::Parker,
};

use crate::measure::wrong;

/// Counts tasks down to zero, for one thread that waits.
pub(crate) struct Latch {
    // [A] How many tasks have yet to count down (I1).
    left: AtomicUsize,
    // [C] Where the thread sleeps.
    parker: Parker,
}

impl Latch {
    pub(crate) fn new(count: usize) -> Arc<Latch> {
        Arc::new(Latch { left: AtomicUsize::new(count), parker: Parker::new() })
    }

    pub(crate) fn count_down(&self) {
        // ORDERING: Release; pairs with Acquire in `wait`; what the task did is visible there.
        let before = self.left.fetch_sub(1, Ordering::Release);
        match before {
            0 => wrong("I1: more tasks counted down than were spawned"),
            1 => self.parker.unpark(),
            _ => {}
        }
    }

    /// Sleeps until the count is zero; for one thread, once.
    pub(crate) fn wait(&self) {
        self.parker.park();
        // ORDERING: Acquire; pairs with Release in `count_down`; all tasks' work is visible.
        if self.left.load(Ordering::Acquire) > 0 {
            wrong("I2: the latch opened before the last task counted down");
        }
    }
}
