//! A number of tokens, each lent to somebody known.

mod acquire;

use crate::waiters::{QueueGuard, WaitQueue};
use std::error::Error;
use std::fmt;

pub use acquire::AcquireCapacity;

/// Limits how many tasks do something at a time, and knows which ones.
///
/// It is a semaphore whose number can be changed while it is used, and which lends each borrower
/// one token at most: a task that asks for a second one would wait for itself, and gets an error.
/// trio and anyio: `CapacityLimiter`.
///
/// # Fairness
///
/// Tokens are lent in the order in which they were asked for, and nobody overtakes.
///
/// ```
/// use rt_sync::CapacityLimiter;
///
/// # futures::executor::block_on(async {
/// let limiter = CapacityLimiter::new(10);
/// let token = limiter.acquire_on_behalf_of(7).await.unwrap();
/// assert!(limiter.acquire_on_behalf_of(7).await.is_err(), "it has one");
/// assert_eq!(limiter.statistics().borrowed, 1);
/// limiter.set_total_tokens(20);
/// # });
/// ```
pub struct CapacityLimiter {
    queue: WaitQueue<Asks, Lent>,
}

/// What a waiter has in the queue.
struct Asks {
    borrower: Option<u64>,
    answer: Answer,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// There is no token.
    Wait,
    /// It is lent a token.
    Lent,
    /// The borrower has one.
    Refused,
}

/// What the lock guards.
struct Lent {
    total: usize,
    /// Who has a token; `None` for who is not known.
    borrowers: Vec<Option<u64>>,
}

/// A token of a [`CapacityLimiter`]; it goes back when this is dropped.
///
/// ```
/// # futures::executor::block_on(async {
/// use rt_sync::{CapacityLimiter, CapacityToken};
///
/// let limiter = CapacityLimiter::new(1);
/// let token: CapacityToken<'_> = limiter.acquire_on_behalf_of(7).await.unwrap();
/// assert_eq!(limiter.available_tokens(), 0);
/// drop(token);
/// assert_eq!(limiter.available_tokens(), 1);
/// # });
/// ```
#[must_use = "dropping the token gives it back at once"]
pub struct CapacityToken<'a> {
    limiter: &'a CapacityLimiter,
    borrower: Option<u64>,
}

/// What a [`CapacityLimiter`] has lent.
///
/// ```
/// # futures::executor::block_on(async {
/// let limiter = rt_sync::CapacityLimiter::new(2);
/// let _token = limiter.acquire_on_behalf_of(7).await.unwrap();
/// let seen = limiter.statistics();
/// assert_eq!((seen.total, seen.borrowed, seen.borrowers), (2, 1, vec![7]));
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CapacityStatistics {
    /// How many tokens there are.
    pub total: usize,
    /// How many of them are lent.
    pub borrowed: usize,
    /// To whom, for those who are known: the number of a task, or what was given to
    /// [`acquire_on_behalf_of`](CapacityLimiter::acquire_on_behalf_of).
    pub borrowers: Vec<u64>,
}

/// The borrower has a token already, and would wait for itself.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_sync::CapacityLimiter;
///
/// let limiter = CapacityLimiter::new(2);
/// let _token = limiter.acquire_on_behalf_of(7).await.unwrap();
/// assert!(limiter.acquire_on_behalf_of(7).await.is_err());
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AlreadyBorrowed {
    /// Who asked.
    pub borrower: u64,
}

impl CapacityLimiter {
    rt_primitive::const_fn! {
        /// A limiter of so many tokens; 0 lends none, until there are more.
        ///
        /// ```
        /// let limiter = rt_sync::CapacityLimiter::new(10);
        /// assert_eq!(limiter.total_tokens(), 10);
        /// ```
        pub fn new(total: usize) -> CapacityLimiter {
            CapacityLimiter { queue: WaitQueue::new(Lent { total, borrowers: Vec::new() }) }
        }
    }

    /// Borrows a token for the current task, once there is one and all who came before have theirs.
    /// Outside a task the borrower is not known, and may have several.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let limiter = rt_sync::CapacityLimiter::new(10);
    /// let token = limiter.acquire().await.unwrap();
    /// assert_eq!(limiter.borrowed_tokens(), 1);
    /// drop(token); // and it is given back
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// When the task has one already.
    ///
    /// # Cancel safety
    ///
    /// A drop gives the place in the queue up. A token that had been lent goes to the next.
    #[track_caller]
    pub fn acquire(&self) -> AcquireCapacity<'_> {
        let task = rt_core::current_task_number();
        AcquireCapacity::new(self, (task != 0).then_some(task))
    }

    /// As [`acquire`](Self::acquire), for a borrower with this number.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let limiter = rt_sync::CapacityLimiter::new(10);
    /// let _token = limiter.acquire_on_behalf_of(7).await.unwrap();
    /// // Whoever has one already would wait for itself.
    /// assert!(limiter.acquire_on_behalf_of(7).await.is_err());
    /// # });
    /// ```
    #[track_caller]
    pub fn acquire_on_behalf_of(&self, borrower: u64) -> AcquireCapacity<'_> {
        AcquireCapacity::new(self, Some(borrower))
    }

    /// How many tokens there are.
    ///
    /// ```
    /// assert_eq!(rt_sync::CapacityLimiter::new(10).total_tokens(), 10);
    /// ```
    pub fn total_tokens(&self) -> usize {
        self.queue.lock().total
    }

    /// Changes how many tokens there are. If they are more, those who wait get them; if they are
    /// fewer than are lent, nobody gets one until enough have come back.
    ///
    /// ```
    /// let limiter = rt_sync::CapacityLimiter::new(1);
    /// limiter.set_total_tokens(3);
    /// assert_eq!(limiter.available_tokens(), 3);
    /// ```
    pub fn set_total_tokens(&self, total: usize) {
        let mut queue = self.queue.lock();
        queue.total = total;
        lend(queue);
    }

    /// How many tokens are lent.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let limiter = rt_sync::CapacityLimiter::new(2);
    /// let _token = limiter.acquire().await.unwrap();
    /// assert_eq!(limiter.borrowed_tokens(), 1);
    /// # });
    /// ```
    pub fn borrowed_tokens(&self) -> usize {
        self.queue.lock().borrowers.len()
    }

    /// How many tokens could be lent now.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let limiter = rt_sync::CapacityLimiter::new(2);
    /// let _token = limiter.acquire().await.unwrap();
    /// assert_eq!(limiter.available_tokens(), 1);
    /// # });
    /// ```
    pub fn available_tokens(&self) -> usize {
        let lent = self.queue.lock();
        lent.total.saturating_sub(lent.borrowers.len())
    }

    /// What is lent, and to whom.
    ///
    /// ```
    /// let limiter = rt_sync::CapacityLimiter::new(2);
    /// assert!(limiter.statistics().borrowers.is_empty());
    /// ```
    pub fn statistics(&self) -> CapacityStatistics {
        let lent = self.queue.lock();
        CapacityStatistics {
            total: lent.total,
            borrowed: lent.borrowers.len(),
            borrowers: lent.borrowers.iter().flatten().copied().collect(),
        }
    }

    /// What a request was answered, for who made it.
    fn answer(
        &self,
        answer: Answer,
        borrower: Option<u64>,
    ) -> Result<CapacityToken<'_>, AlreadyBorrowed> {
        match answer {
            Answer::Refused => Err(AlreadyBorrowed { borrower: borrower.unwrap_or(0) }),
            Answer::Lent | Answer::Wait => Ok(CapacityToken { limiter: self, borrower }),
        }
    }

    /// Takes a token back from `borrower`.
    fn take_back(&self, borrower: Option<u64>) {
        let mut queue = self.queue.lock();
        let at = queue.borrowers.iter().position(|other| *other == borrower);
        queue.borrowers.swap_remove(at.expect("a token is lent once and taken back once"));
        lend(queue);
    }
}

/// Lends the tokens that are there to those who wait, and wakes them.
fn lend(queue: QueueGuard<'_, Asks, Lent>) {
    let give = |asks: &mut Asks, lent: &mut Lent| {
        asks.answer = lent.lend(asks.borrower);
        asks.answer != Answer::Wait
    };
    queue.serve_while(give, |_| ());
}

impl Lent {
    /// Lends a token to `borrower`, if there is one and the borrower has none.
    fn lend(&mut self, borrower: Option<u64>) -> Answer {
        if borrower.is_some() && self.borrowers.contains(&borrower) {
            return Answer::Refused;
        }
        if self.borrowers.len() >= self.total {
            return Answer::Wait;
        }
        self.borrowers.push(borrower);
        Answer::Lent
    }
}

impl Drop for CapacityToken<'_> {
    fn drop(&mut self) {
        self.limiter.take_back(self.borrower);
    }
}

impl fmt::Debug for CapacityLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CapacityLimiter").finish_non_exhaustive()
    }
}

impl fmt::Debug for CapacityToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CapacityToken").field("borrower", &self.borrower).finish_non_exhaustive()
    }
}

impl fmt::Display for AlreadyBorrowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let borrower = self.borrower;
        write!(f, "{borrower} has a token of the limiter already, and would wait for itself")
    }
}

impl Error for AlreadyBorrowed {}
