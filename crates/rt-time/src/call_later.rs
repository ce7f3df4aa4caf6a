//! Calls a function when a while has passed.
//!
//! # Protocol
//!
//! Who sets `is_claimed` first has the function: the task that calls it, or who cancels it.
//!
//! # Invariants
//!
//! - I1: the function is called by who found `is_claimed` clear, or by nobody.
//!
//! Model: `a_call_is_made_or_cancelled`

use crate::sleep::sleep;
use rt_core::{AbortHandle, spawn};
use rt_primitive::atomic::{AtomicBool, Ordering};
use rt_primitive::mutant;
use rt_primitive::sync::Arc;
use std::time::Duration;

/// Calls `call` once `duration` has passed, in a task of its own.
///
/// The task is spawned on the current runtime. Its call is not to block; and a panic in it is that
/// task's. asyncio: `loop.call_later()`.
///
/// ```
/// # use rt_core::{Config, Executor, GUESTS};
/// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
/// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
/// # executor.block_on(async {
/// use rt_time::{call_later, sleep};
/// use std::time::Duration;
///
/// call_later(Duration::from_millis(1), || println!("time is up"));
/// let never = call_later(Duration::from_millis(2), || unreachable!());
/// assert!(never.cancel());
/// sleep(Duration::from_millis(5)).await;
/// # });
/// ```
///
/// # Panics
///
/// Outside a runtime.
#[doc(alias = "loop.call_later")]
#[track_caller]
pub fn call_later(duration: Duration, call: impl FnOnce() + Send + 'static) -> TimerHandle {
    let claim = Claim::new();
    let due = sleep(duration);
    let task = spawn({
        let claim = claim.clone();
        async move {
            due.await;
            if claim.take() {
                call();
            }
        }
    });
    TimerHandle { claim, task: task.abort_handle() }
}

/// Cancels what [`call_later()`] is to call. Dropping it changes nothing.
///
/// ```
/// # use rt_core::{Config, Executor, GUESTS};
/// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
/// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
/// # executor.block_on(async {
/// use rt_time::{TimerHandle, call_later};
/// use std::time::Duration;
///
/// let later: TimerHandle = call_later(Duration::from_secs(60), || println!("a minute is over"));
/// assert!(!later.is_finished());
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct TimerHandle {
    claim: Claim,
    task: AbortHandle,
}

impl TimerHandle {
    /// Sees to it that the call is not made; false when it has been made, or is being made, or was
    /// cancelled before.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, GUESTS};
    /// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
    /// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
    /// # executor.block_on(async {
    /// use rt_time::call_later;
    /// use std::time::Duration;
    ///
    /// let alarm = call_later(Duration::from_secs(60), || println!("too late"));
    /// assert!(alarm.cancel());
    /// assert!(!alarm.cancel()); // it was before
    /// # });
    /// ```
    pub fn cancel(&self) -> bool {
        let is_ours = self.claim.take();
        if is_ours {
            self.task.abort();
        }
        is_ours
    }

    /// True when the call has been made or cancelled.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, GUESTS};
    /// # let timers = std::sync::Arc::new(rt_time::Timers::new(1 + GUESTS));
    /// # let executor = Executor::start(Config::current_thread(), timers).unwrap();
    /// # executor.block_on(async {
    /// use rt_time::{call_later, sleep};
    /// use std::time::Duration;
    ///
    /// let soon = call_later(Duration::from_millis(1), || ());
    /// while !soon.is_finished() {
    ///     sleep(Duration::from_millis(1)).await;
    /// }
    /// assert!(!soon.cancel()); // the call was made
    /// # });
    /// ```
    pub fn is_finished(&self) -> bool {
        self.task.is_finished()
    }
}

/// The right to make a call, or to see that nobody does.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    // [A] Somebody has it (I1).
    is_claimed: Arc<AtomicBool>,
}

impl Claim {
    pub(crate) fn new() -> Claim {
        Claim { is_claimed: Arc::new(AtomicBool::new(false)) }
    }

    /// Takes it; false if somebody has.
    pub(crate) fn take(&self) -> bool {
        if mutant!("time.claim_twice") {
            // ORDERING: Relaxed; only the seeded bug looks before it takes.
            let is_claimed = self.is_claimed.load(Ordering::Relaxed);
            // ORDERING: Relaxed; as above.
            self.is_claimed.store(true, Ordering::Relaxed);
            return !is_claimed;
        }
        // ORDERING: AcqRel; pairs with itself: who cancels sees what came before the call.
        !self.is_claimed.swap(true, Ordering::AcqRel)
    }
}
