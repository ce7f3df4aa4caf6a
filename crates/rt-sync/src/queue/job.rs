//! An item that counts as done when it is dropped.

use super::StoreQueue;
use super::error::{PutError, ShutDown};
use super::store::Store;
use super::take::Get;
use pin_project_lite::pin_project;
use std::fmt;
use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

/// An item taken by [`StoreQueue::get_job`]; it derefs to the item, and dropping it tells the queue
/// that the item is done.
///
/// ```
/// # let executor = rt_core::Executor::start(
/// #     rt_core::Config::current_thread(), std::sync::Arc::new(rt_core::NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_sync::queue::Queue;
///
/// let queue = Queue::unbounded();
/// queue.try_put("tea").unwrap();
/// let job = queue.get_job().await.unwrap();
/// assert_eq!(*job, "tea");
/// drop(job);
/// queue.join().await;
/// # });
/// ```
#[must_use = "dropping a job tells the queue that it is done"]
pub struct Job<'a, T, S: Store<T>> {
    queue: &'a StoreQueue<T, S>,
    /// `None` only within `into_inner`, `requeue` and `drop`.
    item: Option<T>,
}

impl<T, S: Store<T>> Job<'_, T, S> {
    /// The item itself; the job counts as done.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let queue = rt_sync::queue::Queue::unbounded();
    /// queue.put("tea").await.unwrap();
    /// assert_eq!(queue.get_job().await.unwrap().into_inner(), "tea");
    /// queue.join().await; // nothing is left to do
    /// # });
    /// ```
    pub fn into_inner(mut self) -> T {
        self.item.take().expect("a job has its item until it ends")
    }

    /// Puts the item back, behind those that are in the queue; it is not done.
    ///
    /// It never waits, and goes in even if the queue is full, since a worker that waited here for
    /// room could be the one that makes room.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let queue = rt_sync::queue::Queue::unbounded();
    /// queue.put("tea").await.unwrap();
    /// let job = queue.get_job().await.unwrap();
    /// job.requeue().unwrap(); // it did not work out: later once more
    /// assert_eq!(*queue.get_job().await.unwrap(), "tea");
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// [`PutError`] with the item when the queue was shut down; the job then counts as done.
    pub fn requeue(mut self) -> Result<(), PutError<T>> {
        let item = self.item.take().expect("a job has its item until it ends");
        self.queue.core.put_again(item)?;
        // It is not done, so the drop of the job must not say so.
        std::mem::forget(self);
        Ok(())
    }
}

impl<T, S: Store<T>> Deref for Job<'_, T, S> {
    type Target = T;

    fn deref(&self) -> &T {
        self.item.as_ref().expect("a job has its item until it ends")
    }
}

impl<T, S: Store<T>> DerefMut for Job<'_, T, S> {
    fn deref_mut(&mut self) -> &mut T {
        self.item.as_mut().expect("a job has its item until it ends")
    }
}

impl<T, S: Store<T>> Drop for Job<'_, T, S> {
    fn drop(&mut self) {
        /// Tells the queue even if the drop of the item panics.
        struct Done<'a, T, S: Store<T>>(&'a StoreQueue<T, S>);

        impl<T, S: Store<T>> Drop for Done<'_, T, S> {
            fn drop(&mut self) {
                // Fails only if somebody called `task_done` for this item too.
                let _ = self.0.task_done();
            }
        }

        let _done = Done(self.queue);
        drop(self.item.take());
    }
}

impl<T: fmt::Debug, S: Store<T>> fmt::Debug for Job<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Job").field(&self.item).finish()
    }
}

pin_project! {
    /// The future of [`StoreQueue::get_job`].
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// use rt_sync::queue::{Fifo, GetJob, Queue};
    ///
    /// let queue = Queue::unbounded();
    /// queue.put("tea").await.unwrap();
    /// let job: GetJob<'_, &str, Fifo<&str>> = queue.get_job();
    /// assert_eq!(*job.await.unwrap(), "tea");
    /// # });
    /// ```
    #[derive(Debug)]
    #[must_use = "futures do nothing unless awaited"]
    pub struct GetJob<'a, T, S: Store<T>> {
        queue: &'a StoreQueue<T, S>,
        #[pin]
        get: Get<'a, T, S>,
    }
}

impl<'a, T, S: Store<T>> GetJob<'a, T, S> {
    pub(super) fn new(queue: &'a StoreQueue<T, S>, site: &'static Location<'static>) -> Self {
        GetJob { queue, get: Get::new(&queue.core, site) }
    }
}

impl<'a, T, S: Store<T>> Future for GetJob<'a, T, S> {
    type Output = Result<Job<'a, T, S>, ShutDown>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let queue = *this.queue;
        this.get.poll(cx).map(|got| got.map(|item| Job { queue, item: Some(item) }))
    }
}
