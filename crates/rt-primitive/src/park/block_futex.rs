//! Blocks a thread on a word by a futex (Linux).

use crate::atomic::AtomicU32;
use crate::count;
use rustix::thread::futex::{self, Flags, Timespec};
use std::num::NonZeroU64;
use std::time::Instant;

/// How late the system may wake the thread, in ns.
const SLACK_NS: u64 = 1_000;

/// The kernel keeps the sleepers, by the address of the word.
#[derive(Debug)]
pub(super) struct Blocker;

impl Blocker {
    pub(super) fn new() -> Self {
        Self
    }

    /// Blocks while `word` is `value`; true when `deadline` has passed. May return early.
    pub(super) fn block_while(
        &self,
        word: &AtomicU32,
        value: u32,
        deadline: Option<Instant>,
    ) -> bool {
        let timeout = match deadline {
            None => None,
            Some(deadline) => {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return true;
                }
                // A duration that the kernel cannot hold is no deadline: it is 292 billion years.
                Timespec::try_from(left).ok()
            }
        };
        count::park();
        let outcome = futex::wait(word, Flags::PRIVATE, value, timeout.as_ref());
        // All else (woken, a signal, the word has changed) goes back to the caller's loop.
        outcome == Err(rustix::io::Errno::TIMEDOUT)
    }

    /// Wakes the thread that blocks on `word`.
    pub(super) fn unblock(&self, word: &AtomicU32) {
        count::unpark();
        let woken = futex::wake(word, Flags::PRIVATE, 1);
        debug_assert!(woken.is_ok(), "futex wake failed: {woken:?}");
    }
}

/// See the function of the same name in `park`.
pub(super) fn meet_deadlines_closely() {
    // A system that refuses wakes later; nothing else depends on it.
    let _ = rustix::thread::set_current_timer_slack(NonZeroU64::new(SLACK_NS));
}
