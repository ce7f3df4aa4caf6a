//! Runs futures side by side and yields each result when it comes.

use std::fmt;
use std::future::Future;

use crate::group::join_set::JoinSet;
use crate::group::join_set::next::JoinNext;

/// Runs each future as a task; the results come in the order in which the tasks end.
///
/// asyncio: `asyncio.as_completed`.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     let mut results = rt_core::as_completed((0..3).map(|number| async move { number }));
///     while let Some(result) = results.join_next().await {
///         println!("{}", result.unwrap());
///     }
/// });
/// ```
///
/// # Panics
///
/// Outside a runtime.
#[track_caller]
pub fn as_completed<I>(futures: I) -> AsCompleted<<I::Item as Future>::Output>
where
    I: IntoIterator,
    I::Item: Future + Send + 'static,
    <I::Item as Future>::Output: Send + 'static,
{
    let mut tasks = JoinSet::new();
    for future in futures {
        tasks.spawn(future);
    }
    AsCompleted { tasks }
}

/// What [`as_completed`] gives; dropping it cancels the tasks whose results have not come.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::{AsCompleted, as_completed};
///
/// let mut results: AsCompleted<u32> = as_completed([async { 7 }]);
/// assert_eq!(results.join_next().await.unwrap().unwrap(), 7);
/// # });
/// ```
#[must_use = "dropping it cancels the tasks"]
pub struct AsCompleted<T> {
    tasks: JoinSet<T>,
}

impl<T> AsCompleted<T> {
    /// Waits for the next result; `None` after the last.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let mut results = rt_core::as_completed([1, 2, 3].map(|n| async move { n * n }));
    /// let mut sum = 0;
    /// while let Some(square) = results.join_next().await {
    ///     sum += square.unwrap();
    /// }
    /// assert_eq!(sum, 14);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// Dropped, it loses nothing.
    #[track_caller]
    pub fn join_next(&mut self) -> JoinNext<'_, T> {
        self.tasks.join_next()
    }

    /// How many results have not been taken.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let results = rt_core::as_completed([async { 1 }]);
    /// assert_eq!(results.len(), 1);
    /// # });
    /// ```
    pub fn len(&self) -> usize {
        self.tasks.len()
    }

    /// True once all results have been taken.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let mut results = rt_core::as_completed([async { 1 }]);
    /// results.join_next().await;
    /// assert!(results.is_empty());
    /// # });
    /// ```
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }
}

impl<T> Drop for AsCompleted<T> {
    fn drop(&mut self) {
        self.tasks.cancel_all();
        self.tasks.detach_all();
    }
}

impl<T> fmt::Debug for AsCompleted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AsCompleted").field(&self.tasks).finish()
    }
}
