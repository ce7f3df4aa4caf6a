//! Tells when all tasks have done their part of a round.
//!
//! Without it a peer whose sender runs ahead would have less to do: its receivers would find
//! several values at once, and wait less often.
//!
//! # Protocol
//!
//! Each task counts down once a round. The one that takes the last count sets it anew and sends the
//! end; the next round begins when that was received.
//!
//! # Invariants
//!
//! * I1: within a round `left` is the number of tasks that are not done.
//!
//! Model: none; the count is one RMW, and the message is a peer's.

use std::sync::Arc;

use rt_primitive::atomic::{AtomicUsize, Ordering};

use crate::peer::Peer;

/// See the head of the file.
pub(crate) struct Round<P: Peer> {
    // [C] How many take part.
    tasks: usize,
    // [A] See I1.
    left: AtomicUsize,
    // [C] Where the end of a round is sent to.
    end: P::QueueSender<()>,
}

impl<P: Peer> Round<P> {
    /// Rounds of so many tasks, and what receives their ends.
    pub(crate) fn new(tasks: usize) -> (Arc<Round<P>>, P::QueueReceiver<()>) {
        let (end, ended) = P::queue(1);
        (Arc::new(Round { tasks, left: AtomicUsize::new(tasks), end }), ended)
    }

    pub(crate) async fn is_done_by_one(&self) {
        // ORDERING: AcqRel; pairs with itself: the last one comes after all others.
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            // ORDERING: Relaxed; the next round begins after the message below.
            self.left.store(self.tasks, Ordering::Relaxed);
            P::put(&self.end, ()).await;
        }
    }
}
