//! What a group says when not all went well.

use std::error::Error;
use std::fmt;

use crate::cancel::token::Cancelled;
use crate::task::info::TaskInfo;
use crate::task::join_error::JoinError;

/// The errors of a group's children, all of them, in the order in which they came.
///
/// asyncio: `ExceptionGroup`; [`split`](GroupError::split) does what `except*` does.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// let error = executor.block_on(async {
///     rt_core::group(async |g| {
///         g.spawn_try(async { "12".parse::<i32>() });
///         g.spawn_try(async { "twelve".parse::<i32>() });
///     })
///     .await
///     .unwrap_err()
/// });
/// assert!(error.to_string().contains("invalid digit"));
/// assert_eq!(error.errors().count(), 1);
/// ```
#[doc(alias = "ExceptionGroup")]
pub struct GroupError<E = Box<dyn Error + Send + Sync>> {
    errors: Vec<(TaskInfo, E)>,
    body: Option<E>,
    cancelled: Option<Cancelled>,
}

impl<E> GroupError<E> {
    pub(crate) fn new(
        errors: Vec<(TaskInfo, E)>,
        body: Option<E>,
        cancelled: Option<Cancelled>,
    ) -> GroupError<E> {
        GroupError { errors, body, cancelled }
    }

    /// The children's errors, with who had them, in the order in which they came.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let error = rt_core::group(async |g| {
    ///     g.spawn_try(async { "twelve".parse::<i32>() });
    /// });
    /// let error = error.await.unwrap_err();
    /// let (_task, error) = error.errors().next().unwrap();
    /// assert!(error.to_string().contains("invalid digit"));
    /// # });
    /// ```
    pub fn errors(&self) -> impl Iterator<Item = (&TaskInfo, &E)> {
        self.errors.iter().map(|(task, error)| (task, error))
    }

    /// The error of the body, if it had one.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let error = rt_core::try_group(async |_| "twelve".parse::<i32>()).await.unwrap_err();
    /// assert!(error.body().unwrap().to_string().contains("invalid digit"));
    /// # });
    /// ```
    pub fn body(&self) -> Option<&E> {
        self.body.as_ref()
    }

    /// The first error: that of a child, or else that of the body.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let error = rt_core::try_group(async |_| "twelve".parse::<i32>()).await.unwrap_err();
    /// assert!(error.first().unwrap().to_string().contains("invalid digit"));
    /// # });
    /// ```
    pub fn first(&self) -> Option<&E> {
        self.errors.first().map(|(_, error)| error).or(self.body.as_ref())
    }

    /// True if there is no error: the group, or what is around it, was cancelled.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let error = rt_core::try_group(async |_| "twelve".parse::<i32>()).await.unwrap_err();
    /// assert!(!error.is_cancelled()); // it failed
    /// # });
    /// ```
    pub fn is_cancelled(&self) -> bool {
        self.first().is_none()
    }

    /// The token, if it was cancelled from outside.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let error = rt_core::try_group(async |_| "twelve".parse::<i32>()).await.unwrap_err();
    /// assert!(error.into_cancelled().is_none()); // it failed
    /// # });
    /// ```
    pub fn into_cancelled(self) -> Option<Cancelled> {
        self.cancelled
    }

    /// Divides the children's errors: those for which `is_wanted` holds, and the rest with whatever
    /// else there is.
    ///
    /// asyncio: `except*`, `ExceptionGroup.split`.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let ended = rt_core::group(async |g| {
    ///     g.spawn_try(async { "twelve".parse::<i32>() });
    /// });
    /// let error = ended.await.unwrap_err();
    /// let (parsing, rest) = error.split(|_task, error| error.is::<std::num::ParseIntError>());
    /// assert_eq!((parsing.len(), rest.errors().count()), (1, 0));
    /// # });
    /// ```
    #[doc(alias = "except*")]
    pub fn split(
        mut self,
        is_wanted: impl Fn(&TaskInfo, &E) -> bool,
    ) -> (Vec<(TaskInfo, E)>, GroupError<E>) {
        let errors = std::mem::take(&mut self.errors);
        let (wanted, others) = errors.into_iter().partition(|(task, error)| is_wanted(task, error));
        self.errors = others;
        (wanted, self)
    }
}

impl<E> IntoIterator for GroupError<E> {
    type Item = E;
    type IntoIter = std::vec::IntoIter<E>;

    /// All errors, that of the body last.
    fn into_iter(self) -> Self::IntoIter {
        let children = self.errors.into_iter().map(|(_, error)| error);
        children.chain(self.body).collect::<Vec<E>>().into_iter()
    }
}

impl<E: fmt::Display> fmt::Display for GroupError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.errors.len() + usize::from(self.body.is_some());
        match (total, &self.cancelled) {
            (0, Some(token)) => return write!(f, "group {token}"),
            (0, None) => return f.write_str("group cancelled"),
            (1, _) => f.write_str("1 error in a group")?,
            (total, _) => write!(f, "{total} errors in a group")?,
        }
        for (task, error) in &self.errors {
            write!(f, "; {}: {error}", task.name)?;
        }
        match &self.body {
            Some(error) => write!(f, "; its body: {error}"),
            None => Ok(()),
        }
    }
}

impl<E: fmt::Debug> fmt::Debug for GroupError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupError")
            .field("errors", &self.errors)
            .field("body", &self.body)
            .field("cancelled", &self.cancelled)
            .finish()
    }
}

impl<E: fmt::Debug + fmt::Display> Error for GroupError<E> {}

/// A group takes no more children: it has ended, or was cancelled. It gives the future back.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     let group = rt_core::group(async |group| group.clone()).await.unwrap();
///     let refused = group.try_spawn(async { 7 }).unwrap_err();
///     assert_eq!(refused.0.await, 7); // the future comes back
/// });
/// ```
pub struct GroupClosed<F>(pub F);

impl<F> fmt::Display for GroupClosed<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the group takes no more children; it has ended, or was cancelled")
    }
}

impl<F> fmt::Debug for GroupClosed<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupClosed").finish_non_exhaustive()
    }
}

impl<F> Error for GroupClosed<F> {}

/// Why a task that returns a `Result` has no value.
///
/// See [`try_gather`](fn@crate::try_gather).
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::{TaskError, try_gather};
///
/// let failed = try_gather(["twelve"].map(|text| async move { text.parse::<i32>() }));
/// assert!(matches!(failed.await, Err(TaskError::Failed(_))));
/// # });
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum TaskError<E> {
    /// It returned this error.
    Failed(E),
    /// It has no output.
    Join(JoinError),
}

impl<E: fmt::Display> fmt::Display for TaskError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TaskError::Failed(error) => error.fmt(f),
            TaskError::Join(error) => error.fmt(f),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> Error for TaskError<E> {}
