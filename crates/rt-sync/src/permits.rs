//! A number of permits and those who wait for them: the inside of semaphore and locks.
//!
//! Claims are served in the order in which they came, and a claim of many permits at the head holds
//! back small ones behind it: so it does get its permits. When permits come back while somebody
//! waits, they are handed to the oldest claim directly, and nobody can take them in between.
//! `state.rs` has the protocol.

mod claim;
mod owned_claim;
mod state;

use crate::waiters::{QueueGuard, WaitQueue};
use rt_primitive::mutant;
use state::{Given, PermitState};
use std::cell::Cell;

pub(crate) use claim::{Claim, Closed};
pub(crate) use owned_claim::OwnedClaim;
pub(crate) use state::{PERMITS_MAX, Taken};

/// Permits, and who waits for them.
pub(crate) struct Permits {
    state: PermitState,
    queue: WaitQueue<Request>,
}

/// What a waiter asks for, and what it got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// This many permits.
    Wants(usize),
    /// It has its permits.
    Granted,
    /// No more are given out.
    Refused,
}

impl Permits {
    rt_primitive::const_fn! {
        /// This many permits, and nobody who waits.
        pub(crate) fn new(permits: usize) -> Self {
            Permits { state: PermitState::new(permits), queue: WaitQueue::new(()) }
        }
    }

    /// The permits that nobody has; a number to look at.
    pub(crate) fn available(&self) -> usize {
        self.state.permits()
    }

    /// True when no more permits are given out.
    pub(crate) fn is_closed(&self) -> bool {
        self.state.is_closed()
    }

    /// Takes `wanted` permits, if there are as many and nobody waits.
    #[inline]
    pub(crate) fn try_take(&self, wanted: usize) -> Taken {
        self.state.take(wanted)
    }

    /// Takes `wanted` permits, if there are as many, whoever waits.
    pub(crate) fn try_take_in_front(&self, wanted: usize) -> bool {
        if self.try_take(wanted) == Taken::Yes {
            return true;
        }
        let queue = self.queue.lock();
        if queue.is_empty() {
            return self.try_take(wanted) == Taken::Yes;
        }
        let left = self.state.permits().checked_sub(wanted);
        if let Some(left) = left {
            self.state.settle(left, true);
        }
        left.is_some()
    }

    /// A claim of `wanted` permits; it stands in the queue from its first poll.
    #[inline]
    pub(crate) fn claim(&self, wanted: usize) -> Claim<'_> {
        Claim::new(self, wanted, false)
    }

    /// A claim that goes in front of all others. At most one of them is there at a time.
    pub(crate) fn claim_in_front(&self, wanted: usize) -> Claim<'_> {
        Claim::new(self, wanted, true)
    }

    /// Gives back, or adds, so many permits.
    ///
    /// # Panics
    ///
    /// When there are more than [`PERMITS_MAX`] then.
    #[inline]
    pub(crate) fn give(&self, permits: usize) {
        self.give_after(permits, || ());
    }

    /// As [`give`](Self::give), and calls `prepare` before it hands them to who waits.
    #[inline]
    pub(crate) fn give_after(&self, permits: usize, prepare: impl FnOnce()) {
        if self.state.give(permits, PERMITS_MAX) != Given::Yes {
            prepare();
            self.give_to_waiters(permits);
        }
    }

    #[cold]
    fn give_to_waiters(&self, permits: usize) {
        let given = self.try_give(permits, PERMITS_MAX);
        assert!(given, "{permits} more permits are too many; {PERMITS_MAX} is the most");
    }

    /// Adds so many permits, unless nobody waits and there would be more than `most`.
    #[must_use]
    pub(crate) fn try_give(&self, permits: usize, most: usize) -> bool {
        loop {
            match self.state.give(permits, most) {
                Given::Yes => return true,
                Given::TooMany => return false,
                Given::Wanted => {}
            }
            let queue = self.queue.lock();
            // Else whoever waited has given up; each round more means that another came and went.
            if !queue.is_empty() {
                let Some(in_hand) = self.state.permits().checked_add(permits) else { return false };
                if in_hand > most {
                    return false;
                }
                self.serve(queue, in_hand);
                return true;
            }
        }
    }

    /// Hands `in_hand` permits, which are all there are, to the oldest claims. Somebody waits, or
    /// has waited until now under this same lock.
    fn serve(&self, queue: QueueGuard<'_, Request, ()>, in_hand: usize) {
        // Read anew for each batch: while the lock was released, permits may have come and gone.
        let spare = Cell::new(Some(in_hand));
        queue.serve_while(
            |request, ()| {
                let permits = spare.take().unwrap_or_else(|| self.state.permits());
                let left = request.grant(permits);
                spare.set(Some(left.unwrap_or(permits)));
                left.is_some()
            },
            |queue| {
                if let Some(permits) = spare.take() {
                    self.state.settle(permits, !queue.is_empty());
                }
            },
        );
    }

    /// Gives no more permits out, and refuses all who wait.
    pub(crate) fn close(&self) {
        let queue = self.queue.lock();
        self.state.close();
        if mutant!("permits.close_tells_nobody") {
            return;
        }
        queue.serve_all(
            |request, ()| *request = Request::Refused,
            |queue| {
                if queue.is_empty() {
                    self.state.clear_waiters();
                }
            },
        );
    }

    /// Takes up to `most` permits away for good; returns how many there were to take.
    pub(crate) fn forget(&self, most: usize) -> usize {
        let queue = self.queue.lock();
        if queue.is_empty() {
            return self.state.forget(most);
        }
        let available = self.state.permits();
        let forgotten = most.min(available);
        self.state.settle(available - forgotten, true);
        forgotten
    }

    /// True when somebody waits; a fact to look at.
    pub(crate) fn has_waiters(&self) -> bool {
        self.state.has_waiters()
    }
}

impl Request {
    /// How many it wants. It is in the queue, so it was not served yet.
    pub(crate) fn wanted(self) -> usize {
        let Request::Wants(wanted) = self else {
            unreachable!("a served claim is not in the queue: {self:?}");
        };
        wanted
    }

    /// Grants it from so many permits; what is left then, or `None` when they are too few.
    fn grant(&mut self, permits: usize) -> Option<usize> {
        let left = permits.checked_sub(self.wanted())?;
        *self = Request::Granted;
        Some(left)
    }
}
