//! What a queue says instead of doing what was asked.

use std::error::Error;
use std::fmt;

/// The item was not put in, because the queue was shut down; it is in here.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_sync::queue::Queue;
///
/// let queue = Queue::unbounded();
/// queue.shutdown();
/// assert_eq!(queue.put(7).await.unwrap_err().into_inner(), 7);
/// # });
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PutError<T>(pub T);

/// The item was not put in; it is in here.
///
/// ```
/// use rt_sync::queue::{Queue, TryPutError};
///
/// let queue = Queue::bounded(1);
/// queue.try_put(1).unwrap();
/// assert_eq!(queue.try_put(2), Err(TryPutError::Full(2)));
/// queue.shutdown();
/// assert_eq!(queue.try_put(3), Err(TryPutError::ShutDown(3)));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TryPutError<T> {
    /// There is no room, or others wait for it.
    Full(T),
    /// The queue was shut down.
    ShutDown(T),
}

/// The queue was shut down and has no item left.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_sync::queue::{Queue, ShutDown};
///
/// let queue = Queue::<u8>::unbounded();
/// queue.shutdown();
/// assert_eq!(queue.get().await, Err(ShutDown));
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShutDown;

/// There is no item to get now.
///
/// ```
/// use rt_sync::queue::{Queue, TryGetError};
///
/// let queue = Queue::<u8>::unbounded();
/// assert_eq!(queue.try_get(), Err(TryGetError::Empty));
/// queue.shutdown();
/// assert_eq!(queue.try_get(), Err(TryGetError::ShutDown));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TryGetError {
    /// There is none, or others wait for it.
    Empty,
    /// The queue was shut down and has no item left.
    ShutDown,
}

/// Every item that was taken is done already.
///
/// ```
/// use rt_sync::queue::{Queue, TooManyDone};
///
/// let queue = Queue::unbounded();
/// queue.try_put(1).unwrap();
/// queue.try_get().unwrap();
/// assert_eq!(queue.task_done(), Ok(()));
/// assert_eq!(queue.task_done(), Err(TooManyDone));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyDone;

impl<T> PutError<T> {
    /// The item.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let queue = rt_sync::queue::Queue::unbounded();
    /// queue.shutdown();
    /// assert_eq!(queue.put("tea").await.unwrap_err().into_inner(), "tea");
    /// # });
    /// ```
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> TryPutError<T> {
    /// The item.
    ///
    /// ```
    /// let queue = rt_sync::queue::Queue::unbounded();
    /// queue.shutdown();
    /// assert_eq!(queue.try_put("tea").unwrap_err().into_inner(), "tea");
    /// ```
    pub fn into_inner(self) -> T {
        match self {
            TryPutError::Full(item) | TryPutError::ShutDown(item) => item,
        }
    }

    /// True when it is worth another try.
    ///
    /// ```
    /// let queue = rt_sync::queue::Queue::bounded(1);
    /// queue.try_put("tea").unwrap();
    /// assert!(queue.try_put("milk").unwrap_err().is_full());
    /// ```
    pub fn is_full(&self) -> bool {
        matches!(self, TryPutError::Full(_))
    }
}

const SHUT_DOWN: &str = "the queue was shut down";

impl<T> fmt::Display for PutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SHUT_DOWN}; the item is in the error")
    }
}

impl<T> fmt::Display for TryPutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TryPutError::Full(_) => {
                f.write_str("the queue is full; await `put`, or take the item from the error")
            }
            TryPutError::ShutDown(_) => write!(f, "{SHUT_DOWN}; the item is in the error"),
        }
    }
}

impl fmt::Display for ShutDown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SHUT_DOWN} and has no item left")
    }
}

impl fmt::Display for TryGetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TryGetError::Empty => f.write_str("the queue has no item now; await `get`"),
            TryGetError::ShutDown => ShutDown.fmt(f),
        }
    }
}

impl fmt::Display for TooManyDone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "every item that was taken is done already; call `task_done` once for each `get`",
        )
    }
}

impl<T> fmt::Debug for PutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PutError(..)")
    }
}

impl<T> fmt::Debug for TryPutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TryPutError::Full(_) => "Full(..)",
            TryPutError::ShutDown(_) => "ShutDown(..)",
        })
    }
}

impl<T> Error for PutError<T> {}
impl<T> Error for TryPutError<T> {}
impl Error for ShutDown {}
impl Error for TryGetError {}
impl Error for TooManyDone {}
