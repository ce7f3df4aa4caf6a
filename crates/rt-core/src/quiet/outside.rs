//! Work that goes on outside the executor, and for which a clock that stands still has to wait.

use std::fmt;

use rt_primitive::atomic::Ordering;
use rt_primitive::sync::Arc;

use crate::handle::ExecutorHandle;
use crate::quiet::{COUNTING, ONE};
use crate::shared::ExecutorShared;

/// Says that a thread outside the current runtime is at work; see [`OutsideWork`].
///
/// # Panics
///
/// Outside a runtime; there, use `ExecutorHandle::external`.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     let working = rt_core::external();
///     let (tell, told) = std::sync::mpsc::channel();
///     std::thread::spawn(move || {
///         tell.send(6 * 7).unwrap();
///         drop(working); // the clock may jump again
///     });
///     assert_eq!(told.recv(), Ok(42));
/// });
/// ```
#[track_caller]
pub fn external() -> OutsideWork {
    ExecutorHandle::current().external()
}

/// Holds up a clock that stands still: while one lives, time does not jump to the next deadline.
///
/// Whoever works outside the runtime drops it last, after it has handed over its result and woken
/// who waits for it. While the clock runs by itself it has no effect.
///
/// [`external`] gives one.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::{OutsideWork, external};
///
/// let work: OutsideWork = external();
/// let thread = std::thread::spawn(move || {
///     let _work = work; // while this lives, a clock that stands still does not jump
///     42
/// });
/// assert_eq!(thread.join().unwrap(), 42);
/// # });
/// ```
pub struct OutsideWork {
    // [C]
    shared: Arc<ExecutorShared>,
}

impl ExecutorHandle {
    /// Says that a thread outside this executor is at work; see [`OutsideWork`].
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// let work = executor.handle().external();
    /// drop(work); // what went on outside is over
    /// ```
    pub fn external(&self) -> OutsideWork {
        let shared = self.shared().clone();
        shared.begin_outside();
        OutsideWork { shared }
    }
}

impl ExecutorShared {
    /// A piece of outside work begins.
    pub(crate) fn begin_outside(&self) {
        // ORDERING: Relaxed; a jump that does not see it yet is over before `pass` returns.
        self.quiet.word.fetch_add(ONE, Ordering::Relaxed);
        self.quiet.pass();
    }

    /// A piece of outside work has ended; what it made ready is queued, and its waker called.
    pub(crate) fn end_outside(&self) {
        // ORDERING: AcqRel; pairs with the Acquire in `look_around`: who finds no work outside
        // finds what this one made ready.
        let before = self.quiet.word.fetch_sub(ONE, Ordering::AcqRel);
        if before == ONE | COUNTING {
            self.nudge();
        }
    }
}

impl Drop for OutsideWork {
    fn drop(&mut self) {
        self.shared.end_outside();
    }
}

impl fmt::Debug for OutsideWork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OutsideWork")
    }
}
