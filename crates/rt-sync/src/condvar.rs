//! Waiting until something has become true of a value under a lock.

mod wait;
mod wait_while;

use crate::mutex::MutexGuard;
use crate::waiters::{WaitQueue, wake};
use std::fmt;
use std::panic::Location;

pub use wait::CondvarWait;
pub use wait_while::CondvarWaitWhile;

/// Lets tasks wait for a change of a value that a [`Mutex`](crate::Mutex) guards.
///
/// [`wait`](Condvar::wait) unlocks, waits to be notified, and locks again. It is in the queue
/// before it unlocks, so a notification by who locks next is never missed. Look at the value again
/// after a wait, or use [`wait_while`](Condvar::wait_while). asyncio: `asyncio.Condition`.
///
/// # Fairness
///
/// The oldest waiter is notified first. A notification given to a waiter that gives up goes to the
/// next. A notified task then stands in the queue of the lock like any other.
///
/// ```
/// use rt_sync::{Condvar, Mutex};
///
/// static JOBS: Mutex<Vec<u32>> = Mutex::new(Vec::new());
/// static MORE: Condvar = Condvar::new();
///
/// async fn take() -> u32 {
///     let jobs = JOBS.lock().await;
///     let mut jobs = MORE.wait_while(jobs, |jobs| jobs.is_empty()).await;
///     jobs.pop().unwrap()
/// }
///
/// async fn put(job: u32) {
///     JOBS.lock().await.push(job);
///     MORE.notify_one();
/// }
/// # futures::executor::block_on(async { assert_eq!(futures::join!(take(), put(7)).0, 7) });
/// ```
#[doc(alias = "asyncio.Condition")]
pub struct Condvar {
    queue: WaitQueue<Notice>,
}

/// How a waiter was notified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Notice {
    /// Not at all.
    None,
    /// As one of so many; if it gives up, another is to be notified.
    One,
    /// With all others.
    All,
}

impl Condvar {
    rt_primitive::const_fn! {
        /// A condition variable for which nobody waits.
        ///
        /// ```
        /// static CHANGED: rt_sync::Condvar = rt_sync::Condvar::new();
        /// CHANGED.notify_all(); // nobody waits
        /// ```
        pub fn new() -> Condvar {
            Condvar { queue: WaitQueue::new(()) }
        }
    }

    /// Unlocks, waits until it is notified, and locks again.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::{Condvar, Mutex};
    ///
    /// let (ready, changed) = (Mutex::new(false), Condvar::new());
    /// let waits = async {
    ///     let mut guard = ready.lock().await;
    ///     while !*guard {
    ///         guard = changed.wait(guard).await;
    ///     }
    /// };
    /// let tells = async {
    ///     *ready.lock().await = true;
    ///     changed.notify_one();
    /// };
    /// futures::join!(waits, tells);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// A drop gives the place in the queue up, and passes the notification on if it had been given
    /// one. The lock is not taken again: the guard was given away, so nothing can rely on it. In
    /// asyncio a cancelled `wait()` takes it again.
    #[track_caller]
    pub fn wait<'a, T: ?Sized>(&'a self, guard: MutexGuard<'a, T>) -> CondvarWait<'a, T> {
        CondvarWait::new(self, guard, Location::caller())
    }

    /// Waits for as long as `condition` is true of the value; it is looked at under the lock, first
    /// before any wait. asyncio: `Condition.wait_for()`, which waits until its condition is true.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::{Condvar, Mutex};
    ///
    /// let (left, changed) = (Mutex::new(1), Condvar::new());
    /// let waits = async { *changed.wait_while(left.lock().await, |left| *left > 0).await };
    /// let works = async {
    ///     *left.lock().await -= 1;
    ///     changed.notify_one();
    /// };
    /// assert_eq!(futures::join!(waits, works).0, 0);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// As [`wait`](Self::wait).
    #[doc(alias = "wait_for")]
    #[track_caller]
    pub fn wait_while<'a, T: ?Sized, F>(
        &'a self,
        guard: MutexGuard<'a, T>,
        condition: F,
    ) -> CondvarWaitWhile<'a, T, F>
    where
        F: FnMut(&mut T) -> bool,
    {
        CondvarWaitWhile::new(self, guard, condition, Location::caller())
    }

    /// Notifies the one who has waited longest; nobody if nobody waits.
    ///
    /// Hold the lock or not, as you like; without it the notified task finds it free.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::{Condvar, Mutex};
    ///
    /// let (lock, changed) = (Mutex::new(()), Condvar::new());
    /// let waits = async { drop(changed.wait(lock.lock().await).await) };
    /// let tells = async { changed.notify_one() };
    /// futures::join!(waits, tells); // polled in this order, so somebody waits
    /// # });
    /// ```
    pub fn notify_one(&self) {
        let waker = self.queue.lock().serve_if(|told, ()| {
            *told = Notice::One;
            true
        });
        waker.into_iter().for_each(wake);
    }

    /// Notifies the `count` who have waited longest; all if fewer wait.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::{Condvar, Mutex};
    ///
    /// let (lock, changed) = (Mutex::new(()), Condvar::new());
    /// let wait = async || drop(changed.wait(lock.lock().await).await);
    /// futures::join!(wait(), wait(), async { changed.notify_many(2) });
    /// # });
    /// ```
    #[doc(alias = "notify")]
    pub fn notify_many(&self, count: usize) {
        let mut left = count;
        let give = |told: &mut Notice, _: &mut ()| {
            if left == 0 {
                return false;
            }
            left -= 1;
            *told = Notice::One;
            true
        };
        self.queue.lock().serve_while(give, |_| ());
    }

    /// Notifies all who wait now.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::{Condvar, Mutex};
    ///
    /// let (lock, changed) = (Mutex::new(()), Condvar::new());
    /// let wait = async || drop(changed.wait(lock.lock().await).await);
    /// futures::join!(wait(), wait(), wait(), async { changed.notify_all() });
    /// # });
    /// ```
    pub fn notify_all(&self) {
        self.queue.lock().serve_all(|told, ()| *told = Notice::All, |_| ());
    }
}

impl Default for Condvar {
    fn default() -> Self {
        Condvar::new()
    }
}

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condvar").finish_non_exhaustive()
    }
}
