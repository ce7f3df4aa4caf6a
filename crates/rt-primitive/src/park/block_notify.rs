//! Blocks a thread on a word inside a loom model.

use crate::atomic::AtomicU32;
use loom::sync::Notify;
use std::time::Instant;

/// Loom's own notification. It also wakes once without reason in each execution, which is how a
/// futex that returns early is modelled.
///
/// Unlike a futex it keeps a wake that comes before the sleep. That is a wake without reason, no
/// more: `unpark` writes the word first, and the sleeper looks at it again after each wake.
///
/// It also synchronises the two threads, which a futex does not promise. So on the path that has
/// blocked a weak ordering goes unseen; on the path that finds the token at once it is seen.
#[derive(Debug)]
pub(super) struct Blocker {
    notify: Notify,
}

impl Blocker {
    pub(super) fn new() -> Self {
        Self { notify: Notify::new() }
    }

    /// Blocks until `unblock`, or by chance not; true at once when there is a deadline.
    ///
    /// A thread may stand still for any time before its next step, so "blocked until the deadline"
    /// and "arrives when the deadline has passed" are the same set of interleavings.
    pub(super) fn block_while(
        &self,
        _word: &AtomicU32,
        _value: u32,
        deadline: Option<Instant>,
    ) -> bool {
        if deadline.is_some() {
            return true;
        }
        self.notify.wait();
        false
    }

    /// Wakes the thread that blocks.
    pub(super) fn unblock(&self, _word: &AtomicU32) {
        self.notify.notify();
    }
}

/// Cannot be asked for here.
pub(super) fn meet_deadlines_closely() {}
