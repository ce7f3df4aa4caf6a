//! A place where tasks wait for each other.

mod wait;

use crate::waiters::{QueueGuard, WaitQueue};
use std::error::Error;
use std::fmt;

pub use wait::BarrierWait;

/// Lets a number of tasks wait until all of them have come, then all go on; again and again.
///
/// asyncio: `asyncio.Barrier`.
///
/// ```
/// use rt_sync::Barrier;
///
/// # futures::executor::block_on(async {
/// let barrier = Barrier::new(2);
/// let (one, two) = futures::join!(barrier.wait(), barrier.wait());
/// assert!(one.unwrap().is_leader() != two.unwrap().is_leader());
/// # });
/// ```
#[doc(alias = "asyncio.Barrier")]
pub struct Barrier {
    parties: usize,
    queue: BarrierQueue,
}

type BarrierQueue = WaitQueue<Place, Round>;

/// What a waiter has in the queue.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// The round it came in.
    round: u64,
    /// Its number among those of its round, or that the barrier broke.
    end: Result<usize, BarrierBroken>,
}

/// What the lock guards.
struct Round {
    number: u64,
    /// Those who came in this round.
    arrived: usize,
    is_broken: bool,
    /// The round whose tasks were told last, and how many of them.
    told: (u64, usize),
}

/// What a task is told when all have come.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_sync::Barrier;
///
/// let told = Barrier::new(1).wait().await.unwrap();
/// assert_eq!(told.index(), 0);
/// assert!(told.is_leader()); // one of those who came
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BarrierWaitResult {
    index: usize,
    parties: usize,
}

/// The barrier was [aborted](Barrier::abort), or [reset](Barrier::reset) while the task waited.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_sync::{Barrier, BarrierBroken};
///
/// let barrier = Barrier::new(2);
/// barrier.abort();
/// let BarrierBroken { .. } = barrier.wait().await.unwrap_err();
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BarrierBroken;

impl Barrier {
    rt_primitive::const_fn! {
        /// A barrier for so many tasks.
        ///
        /// ```
        /// let pair = rt_sync::Barrier::new(2);
        /// assert_eq!(pair.parties(), 2);
        /// ```
        ///
        /// # Panics
        ///
        /// When they are 0.
        pub fn new(parties: usize) -> Barrier {
            assert!(parties > 0, "cannot make a barrier for 0 tasks; ask for 1 or more");
            let round = Round { number: 0, arrived: 0, is_broken: false, told: (0, 0) };
            Barrier { parties, queue: WaitQueue::new(round) }
        }
    }

    /// Waits until as many tasks wait as the barrier is for. A task counts from its first poll.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let pair = rt_sync::Barrier::new(2);
    /// let (first, second) = futures::join!(pair.wait(), pair.wait());
    /// assert_eq!((first.unwrap().index(), second.unwrap().index()), (0, 1));
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// When the barrier is aborted, or is reset while the task waits.
    ///
    /// # Cancel safety
    ///
    /// Who is dropped does not count any more, and the barrier does not break.
    #[track_caller]
    pub fn wait(&self) -> BarrierWait<'_> {
        BarrierWait::new(self)
    }

    /// Breaks the barrier: all who wait get an error, and so does who comes, until it is
    /// [reset](Self::reset).
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let pair = rt_sync::Barrier::new(2);
    /// pair.abort();
    /// assert!(pair.wait().await.is_err());
    /// # });
    /// ```
    pub fn abort(&self) {
        self.end_round(true);
    }

    /// Begins anew: all who wait get an error, and who comes counts again. It mends a barrier that
    /// was [aborted](Self::abort).
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let pair = rt_sync::Barrier::new(2);
    /// pair.abort();
    /// pair.reset();
    /// let (first, second) = futures::join!(pair.wait(), pair.wait());
    /// assert!(first.is_ok() && second.is_ok());
    /// # });
    /// ```
    pub fn reset(&self) {
        self.end_round(false);
    }

    /// True from [`abort`](Self::abort) to [`reset`](Self::reset).
    ///
    /// ```
    /// let pair = rt_sync::Barrier::new(2);
    /// pair.abort();
    /// assert!(pair.is_broken());
    /// ```
    #[doc(alias = "broken")]
    pub fn is_broken(&self) -> bool {
        self.queue.lock().is_broken
    }

    /// How many tasks it is for.
    ///
    /// ```
    /// assert_eq!(rt_sync::Barrier::new(3).parties(), 3);
    /// ```
    pub fn parties(&self) -> usize {
        self.parties
    }

    /// How many wait in this round.
    ///
    /// ```
    /// assert_eq!(rt_sync::Barrier::new(3).waiting(), 0);
    /// ```
    #[doc(alias = "n_waiting")]
    pub fn waiting(&self) -> usize {
        self.queue.lock().arrived
    }

    fn end_round(&self, is_broken: bool) {
        let mut queue = self.queue.lock();
        queue.is_broken = is_broken;
        let ended = queue.begin_round();
        release(queue, |place, round| {
            // Those of an earlier round had all come, and are being told so.
            place.end =
                if place.round == ended { Err(BarrierBroken) } else { Ok(round.next_index(place)) };
        });
    }
}

/// Lets all go who wait, in the order in which they came.
fn release(queue: QueueGuard<'_, Place, Round>, tell: impl FnMut(&mut Place, &mut Round)) {
    queue.serve_all(tell, |_| ());
}

impl Round {
    /// Begins the next round, in which nobody has come; returns the number of the one before.
    fn begin_round(&mut self) -> u64 {
        let ended = self.number;
        self.number += 1;
        self.arrived = 0;
        ended
    }

    /// The number of a task among those of its round. The lock may be released while those of a
    /// round are told, so others may go on with it; but all are told in the order of the queue.
    fn next_index(&mut self, place: &Place) -> usize {
        if self.told.0 != place.round {
            self.told = (place.round, 0);
        }
        let index = self.told.1;
        self.told.1 += 1;
        index
    }
}

impl BarrierWaitResult {
    /// A number below the number of tasks, another one for each task of a round, in the order in
    /// which they came.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let alone = rt_sync::Barrier::new(1);
    /// assert_eq!(alone.wait().await.unwrap().index(), 0);
    /// # });
    /// ```
    pub fn index(&self) -> usize {
        self.index
    }

    /// True for one task of each round: the one that came last.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let pair = rt_sync::Barrier::new(2);
    /// let (first, last) = futures::join!(pair.wait(), pair.wait());
    /// assert!(!first.unwrap().is_leader());
    /// assert!(last.unwrap().is_leader());
    /// # });
    /// ```
    pub fn is_leader(&self) -> bool {
        self.index + 1 == self.parties
    }
}

impl fmt::Debug for Barrier {
    /// Never waits: it shows what does not change.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Barrier").field("parties", &self.parties).finish_non_exhaustive()
    }
}

impl fmt::Display for BarrierBroken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the barrier was aborted or reset; `reset` makes it usable again")
    }
}

impl Error for BarrierBroken {}
