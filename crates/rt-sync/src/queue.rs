//! Queues between tasks that put and tasks that get, as asyncio has them.
//!
//! | type | who comes out first |
//! |---|---|
//! | [`Queue`] | the oldest item |
//! | [`LifoQueue`] | the newest item |
//! | [`PriorityQueue`] | the least item; of equals the oldest |
//!
//! All are a [`StoreQueue`], whose methods they share. A queue is used by reference: put it into an
//! `Arc`. For channels whose ends tell each other when they are gone see [`mpmc`](crate::mpmc).

pub(crate) mod contents;
pub(crate) mod core;
pub mod error;
mod job;
mod join;
pub(crate) mod put;
mod store;
pub(crate) mod take;

pub use error::{PutError, ShutDown, TooManyDone, TryGetError, TryPutError};
pub use job::{GetJob, Job};
pub use join::Join;
pub use put::Put;
pub use store::{Fifo, Lifo, Priority, Store};
pub use take::Get;

use self::core::QueueCore;
use std::fmt;
use std::panic::Location;

/// A queue of which the oldest item comes out first. asyncio: `asyncio.Queue`.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_sync::queue::Queue;
/// use std::sync::Arc;
///
/// let orders = Arc::new(Queue::bounded(2));
/// let kitchen = orders.clone();
/// drop(rt_core::spawn(async move {
///     while let Ok(order) = kitchen.get_job().await {
///         println!("{}", *order); // done when `order` is dropped
///     }
/// }));
/// for order in ["tea", "toast", "jam"] {
///     orders.put(order).await.unwrap();
/// }
/// orders.join().await;
/// orders.shutdown();
/// # });
/// ```
#[doc(alias = "asyncio.Queue")]
pub type Queue<T> = StoreQueue<T, Fifo<T>>;

/// A queue of which the newest item comes out first. asyncio: `asyncio.LifoQueue`.
///
/// ```
/// use rt_sync::queue::LifoQueue;
///
/// let stack = LifoQueue::unbounded();
/// stack.try_put(1).unwrap();
/// stack.try_put(2).unwrap();
/// assert_eq!(stack.try_get(), Ok(2));
/// ```
#[doc(alias = "asyncio.LifoQueue")]
pub type LifoQueue<T> = StoreQueue<T, Lifo<T>>;

/// A queue of which the least item comes out first, and of equal ones the oldest.
///
/// The items' `Ord` is called while the queue is locked: it must not use the queue.
/// asyncio: `asyncio.PriorityQueue`, which promises nothing for equals.
///
/// ```
/// use rt_sync::queue::PriorityQueue;
///
/// let jobs = PriorityQueue::unbounded();
/// jobs.try_put((2, "wash")).unwrap();
/// jobs.try_put((1, "cook")).unwrap();
/// assert_eq!(jobs.try_get(), Ok((1, "cook")));
/// ```
#[doc(alias = "asyncio.PriorityQueue")]
pub type PriorityQueue<T> = StoreQueue<T, Priority<T>>;

/// What [`Queue`], [`LifoQueue`] and [`PriorityQueue`] have in common; they differ in their store.
///
/// ```
/// # futures::executor::block_on(async {
/// use rt_sync::queue::{Queue, PriorityQueue, Store, StoreQueue};
///
/// async fn first<S: Store<u32>>(queue: &StoreQueue<u32, S>) -> u32 {
///     queue.try_put(2).unwrap();
///     queue.try_put(1).unwrap();
///     queue.get().await.unwrap()
/// }
/// assert_eq!(first(&Queue::unbounded()).await, 2);
/// assert_eq!(first(&PriorityQueue::unbounded()).await, 1);
/// # });
/// ```
///
/// # Fairness
///
/// Who waits longer is served first, on both sides, and nobody overtakes those who wait. What was
/// promised to a task that is dropped goes to the next one that waits.
pub struct StoreQueue<T, S = Fifo<T>> {
    core: QueueCore<T, S>,
}

impl<T, S: Store<T>> StoreQueue<T, S> {
    rt_primitive::const_fn! {
        /// A queue for at most `capacity` items at a time; then who puts waits.
        ///
        /// asyncio: `maxsize`.
        ///
        /// ```
        /// use rt_sync::queue::Queue;
        ///
        /// static ORDERS: Queue<&str> = Queue::bounded(16);
        ///
        /// ORDERS.try_put("tea").unwrap();
        /// assert_eq!(ORDERS.try_get(), Ok("tea"));
        /// ```
        ///
        /// # Panics
        ///
        /// When `capacity` is 0: nothing would fit in. A [`mpmc`](crate::mpmc) channel can have
        /// capacity 0.
        #[doc(alias = "maxsize")]
        #[track_caller]
        pub fn bounded(capacity: usize) -> Self {
            assert!(capacity > 0, "a queue of capacity 0 holds nothing; ask for 1 or more");
            StoreQueue { core: QueueCore::new(capacity) }
        }
    }

    rt_primitive::const_fn! {
        /// A queue without a limit: nobody waits to put.
        ///
        /// ```
        /// static LOG: rt_sync::queue::Queue<String> = rt_sync::queue::Queue::unbounded();
        /// assert_eq!(LOG.capacity(), None);
        /// ```
        pub fn unbounded() -> Self {
            StoreQueue { core: QueueCore::new(usize::MAX) }
        }
    }

    /// Puts `item` in, once there is room.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let queue = rt_sync::queue::Queue::bounded(1);
    /// queue.put(1).await.unwrap();
    /// // The second has room once the first was taken.
    /// let (put, got) = futures::join!(queue.put(2), queue.get());
    /// assert_eq!((put, got), (Ok(()), Ok(1)));
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// [`PutError`] with the item when the queue is shut down, also while this waits.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it has put nothing: the item is dropped with it.
    #[track_caller]
    pub fn put(&self, item: T) -> Put<'_, T, S> {
        Put::new(&self.core, item, Location::caller())
    }

    /// Puts `item` in if there is room and nobody waits for it.
    ///
    /// ```
    /// use rt_sync::queue::{Queue, TryPutError};
    ///
    /// let queue = Queue::bounded(1);
    /// assert_eq!(queue.try_put(1), Ok(()));
    /// assert_eq!(queue.try_put(2), Err(TryPutError::Full(2)));
    /// ```
    ///
    /// # Errors
    ///
    /// [`TryPutError`] with the item, when there is no room, or the queue is shut down.
    #[doc(alias = "put_nowait")]
    pub fn try_put(&self, item: T) -> Result<(), TryPutError<T>> {
        self.core.try_put(item)
    }

    /// Takes the next item out, once there is one.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let queue = rt_sync::queue::Queue::unbounded();
    /// let (got, put) = futures::join!(queue.get(), queue.put("tea"));
    /// assert_eq!((got, put), (Ok("tea"), Ok(())));
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// [`ShutDown`] when the queue is shut down and has no item left.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it has taken nothing.
    #[track_caller]
    pub fn get(&self) -> Get<'_, T, S> {
        Get::new(&self.core, Location::caller())
    }

    /// Takes the next item out if there is one that nobody waits for.
    ///
    /// ```
    /// use rt_sync::queue::{Queue, TryGetError};
    ///
    /// let queue = Queue::<u32>::unbounded();
    /// assert_eq!(queue.try_get(), Err(TryGetError::Empty));
    /// ```
    ///
    /// # Errors
    ///
    /// [`TryGetError::Empty`], or [`TryGetError::ShutDown`] when no item will come.
    #[doc(alias = "get_nowait")]
    pub fn try_get(&self) -> Result<T, TryGetError> {
        self.core.try_take()
    }

    /// As [`get`](Self::get), but the item counts as done when it is dropped.
    ///
    /// So [`join`](Self::join) returns even if the work on an item panics or is cancelled.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let queue = rt_sync::queue::Queue::unbounded();
    /// queue.put("tea").await.unwrap();
    /// let job = queue.get_job().await.unwrap();
    /// assert_eq!(*job, "tea");
    /// drop(job); // it is done
    /// queue.join().await;
    /// # });
    /// ```
    #[track_caller]
    pub fn get_job(&self) -> GetJob<'_, T, S> {
        GetJob::new(self, Location::caller())
    }

    /// How many items are in the queue now.
    ///
    /// ```
    /// let queue = rt_sync::queue::Queue::unbounded();
    /// queue.try_put("tea").unwrap();
    /// assert_eq!(queue.len(), 1);
    /// ```
    #[doc(alias = "qsize")]
    pub fn len(&self) -> usize {
        self.core.len()
    }

    /// True when no item is in the queue now.
    ///
    /// ```
    /// let queue = rt_sync::queue::Queue::unbounded();
    /// assert!(queue.is_empty());
    /// queue.try_put("tea").unwrap();
    /// assert!(!queue.is_empty());
    /// ```
    #[doc(alias = "empty")]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// True when who puts now has to wait.
    ///
    /// ```
    /// let queue = rt_sync::queue::Queue::bounded(1);
    /// queue.try_put("tea").unwrap();
    /// assert!(queue.is_full());
    /// ```
    #[doc(alias = "full")]
    pub fn is_full(&self) -> bool {
        self.core.is_full()
    }

    /// How many items fit in; `None` when there is no limit.
    ///
    /// ```
    /// use rt_sync::queue::Queue;
    ///
    /// assert_eq!(Queue::<u32>::bounded(8).capacity(), Some(8));
    /// ```
    #[doc(alias = "maxsize")]
    pub fn capacity(&self) -> Option<usize> {
        self.core.capacity()
    }

    /// Tells that the work on an item taken by [`get`](Self::get) is done.
    ///
    /// A [`Job`] does it by itself.
    ///
    /// ```
    /// let queue = rt_sync::queue::Queue::unbounded();
    /// queue.try_put("tea").unwrap();
    /// queue.try_get().unwrap();
    /// assert!(queue.task_done().is_ok());
    /// assert!(queue.task_done().is_err()); // once too often
    /// ```
    ///
    /// # Errors
    ///
    /// [`TooManyDone`] when every item that was taken is done already.
    pub fn task_done(&self) -> Result<(), TooManyDone> {
        self.core.task_done()
    }

    /// Waits until every item that was put is done: see [`task_done`](Self::task_done).
    ///
    /// It returns at the moment when the last one is done, even if another is put right after.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let queue = rt_sync::queue::Queue::unbounded();
    /// queue.put("tea").await.unwrap();
    /// futures::join!(queue.join(), async {
    ///     let _drink = queue.get().await.unwrap();
    ///     queue.task_done().unwrap();
    /// });
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when it is dropped.
    #[track_caller]
    pub fn join(&self) -> Join<'_, T, S> {
        Join::new(&self.core, Location::caller())
    }

    /// Takes no more items: puts fail, those that wait too; gets go on until none is left.
    ///
    /// Does nothing when the queue was shut down before.
    ///
    /// ```
    /// use rt_sync::queue::{Queue, TryGetError};
    ///
    /// let queue = Queue::bounded(3);
    /// queue.try_put(1).unwrap();
    /// queue.shutdown();
    /// assert_eq!(queue.try_put(2).unwrap_err().into_inner(), 2);
    /// assert_eq!(queue.try_get(), Ok(1));
    /// assert_eq!(queue.try_get(), Err(TryGetError::ShutDown));
    /// ```
    pub fn shutdown(&self) {
        let _is_first = self.core.shutdown();
    }

    /// Takes no more items and gives out none: returns those that were left, the next one first.
    ///
    /// They count as done. Items that were taken before still have to be done, for
    /// [`join`](Self::join) to return. asyncio: `shutdown(immediate=True)`.
    ///
    /// ```
    /// let queue = rt_sync::queue::Queue::unbounded();
    /// queue.try_put("tea").unwrap();
    /// assert_eq!(queue.shutdown_now(), ["tea"]);
    /// assert!(queue.try_put("milk").is_err());
    /// ```
    pub fn shutdown_now(&self) -> Vec<T> {
        self.core.shutdown_now()
    }

    /// True when the queue was shut down.
    ///
    /// ```
    /// let queue = rt_sync::queue::Queue::<u32>::unbounded();
    /// queue.shutdown();
    /// assert!(queue.is_shut_down());
    /// ```
    pub fn is_shut_down(&self) -> bool {
        self.core.is_shut_down()
    }
}

impl<T, S: Store<T>> fmt::Debug for StoreQueue<T, S> {
    /// Never waits: what another thread has locked at the moment is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Queue");
        debug.field("capacity", &self.capacity());
        if let Some((len, is_shut_down)) = self.core.glance() {
            debug.field("len", &len).field("is_shut_down", &is_shut_down);
        }
        debug.finish_non_exhaustive()
    }
}
