//! What can be cancelled: a task, or a scope within one.
//!
//! # Protocol
//!
//! A request takes a number, larger than all before it, and puts it into the node under the lock;
//! then it wakes whoever polls the inside. That one has left its waker before it looked for a
//! number, so it sees the request or is woken. (A task leaves none: its own word wakes it.)
//!
//! A token counts at each node around the region it was delivered to. It goes up on the thread that
//! polls there, so that the scopes around it see it in the same poll. It goes down anywhere, and
//! the last thing a token does is a wake, after which the poll sees that it is gone.
//!
//! # Invariants
//!
//! - I1: `asked_at` is 0, or the number of the latest request; who withdraws the last one sets 0.
//! - I2: `tokens` is the number of tokens that count here.
//! - I3: a token that is no longer counted is followed by a wake.
//!
//! Models: `a_request_meets_a_look`, `a_dropped_token_meets_a_second_request`.

use std::fmt;
use std::task::Waker;

use rt_primitive::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use rt_primitive::sync::Mutex;
use rt_primitive::{Serial, mutant, perturb};

use crate::cancel::reason::Reason;
use rt_primitive::contain::{contain, discard};

/// The numbers of requests, over all tasks: so they compare wherever a future is moved.
static REQUESTS: Serial = Serial::new();

/// Where requests are kept.
pub(crate) struct ScopeNode {
    // [A] The number of the latest request, or 0 (I1).
    asked_at: AtomicU64,
    // [A] Live tokens (I2).
    tokens: AtomicUsize,
    // [A] Requests from outside wait until the inside has ended.
    is_shielded: AtomicBool,
    // [L]
    requests: Mutex<Requests>,
}

#[derive(Default)]
struct Requests {
    outstanding: usize,
    reason: Option<Reason>,
    waker: Option<Waker>,
}

impl ScopeNode {
    pub(crate) fn new() -> ScopeNode {
        ScopeNode {
            asked_at: AtomicU64::new(0),
            tokens: AtomicUsize::new(0),
            is_shielded: AtomicBool::new(false),
            requests: Mutex::new(Requests::default()),
        }
    }

    /// The number of the latest request; 0 if there is none.
    pub(crate) fn asked_at(&self) -> u64 {
        // ORDERING: Acquire; pairs with the Release in `put`: the reason is there.
        self.asked_at.load(Ordering::Acquire)
    }

    /// True while a token counts here.
    pub(crate) fn has_tokens(&self) -> bool {
        // ORDERING: Acquire; pairs with the Release in `remove_token`. A token that came is this
        // thread's own doing, and one that went is followed by a wake (I3).
        self.tokens.load(Ordering::Acquire) != 0
    }

    /// Counts one more request. The caller wakes the task.
    pub(crate) fn ask(&self, reason: Reason) {
        let old = self.put(&mut self.requests.lock(), reason);
        discard(old);
    }

    /// The one request to a scope, which wakes who polls it; false if there was one before.
    pub(crate) fn ask_once(&self, reason: Reason) -> bool {
        let mut requests = self.requests.lock();
        if requests.outstanding > 0 {
            return false;
        }
        let old = self.put(&mut requests, reason);
        let waker = requests.waker.take();
        drop(requests);
        discard(old);
        perturb!();
        if let Some(waker) = waker.filter(|_| !mutant!("cancel.scope_not_woken")) {
            contain(|| waker.wake());
        }
        true
    }

    /// Returns a reason that has no place: the first one stays.
    fn put(&self, requests: &mut Requests, reason: Reason) -> Option<Reason> {
        requests.outstanding += 1;
        // ORDERING: Release; pairs with the Acquire in `asked_at` (I1, under the lock).
        self.asked_at.store(REQUESTS.take(1), Ordering::Release);
        if requests.reason.is_some() {
            return Some(reason);
        }
        requests.reason = Some(reason);
        None
    }

    /// Takes one request back; returns how many are left (I1).
    pub(crate) fn withdraw(&self) -> usize {
        let mut requests = self.requests.lock();
        requests.outstanding = requests.outstanding.saturating_sub(1);
        if requests.outstanding > 0 && !mutant!("cancel.withdraws_all") {
            return requests.outstanding;
        }
        // ORDERING: Release; as in `put` (I1, under the lock).
        self.asked_at.store(0, Ordering::Release);
        let reason = requests.reason.take();
        drop(requests);
        discard(reason);
        0
    }

    /// How many requests are not withdrawn.
    pub(crate) fn outstanding(&self) -> usize {
        self.requests.lock().outstanding
    }

    /// Why the first of the requests was made.
    pub(crate) fn reason(&self) -> Option<Reason> {
        self.requests.lock().reason.clone()
    }

    /// Leaves the waker of who polls the inside; returns the number of the request, or 0.
    pub(crate) fn leave_waker(&self, waker: &Waker) -> u64 {
        let mut requests = self.requests.lock();
        if requests.waker.as_ref().is_some_and(|old| old.will_wake(waker)) {
            return self.asked_at();
        }
        let old = requests.waker.replace(waker.clone());
        let asked_at = self.asked_at();
        drop(requests);
        discard(old);
        asked_at
    }

    /// One more token, delivered by the thread that polls the inside.
    pub(crate) fn add_token(&self) {
        // ORDERING: Relaxed; the thread that polls is the one that looks.
        self.tokens.fetch_add(1, Ordering::Relaxed);
    }

    /// One token less. The caller wakes the task then (I3).
    pub(crate) fn remove_token(&self) {
        // ORDERING: Release; pairs with the Acquire in `has_tokens`: the clean-up is seen with it.
        let before = self.tokens.fetch_sub(1, Ordering::Release);
        assert!(before > 0, "I2: a token was dropped that was not counted");
    }

    pub(crate) fn is_shielded(&self) -> bool {
        // ORDERING: Relaxed; who clears it wakes the task then.
        self.is_shielded.load(Ordering::Relaxed)
    }

    /// Sets the shield, and lets who polls the inside have a look.
    pub(crate) fn set_shielded(&self, is_shielded: bool) {
        // ORDERING: Relaxed; the lock and the wake below publish it.
        self.is_shielded.store(is_shielded, Ordering::Relaxed);
        let waker = self.requests.lock().waker.take();
        if let Some(waker) = waker {
            contain(|| waker.wake());
        }
    }
}

impl Default for ScopeNode {
    fn default() -> ScopeNode {
        ScopeNode::new()
    }
}

impl fmt::Debug for ScopeNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopeNode")
            .field("asked_at", &self.asked_at())
            .field("tokens", &self.tokens)
            .finish_non_exhaustive()
    }
}
