//! Why there is no output to be had from a task.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::cancel::reason::Reason;
use crate::task::id::Id;

/// A task has no output: it panicked, it was cancelled, or it is the one that asks.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// let error = executor.block_on(async {
///     rt_core::spawn(async { panic!("no luck") }).await.unwrap_err()
/// });
/// assert!(error.is_panic());
/// assert_eq!(*error.into_panic().downcast::<&str>().unwrap(), "no luck");
/// ```
pub struct JoinError {
    id: Id,
    cause: Cause,
}

enum Cause {
    Cancelled(Option<Box<Reason>>),
    SelfJoin,
    /// In a mutex only because a payload need not be `Sync`, and errors are.
    Panicked(Mutex<Box<dyn Any + Send + 'static>>),
}

impl JoinError {
    pub(crate) fn cancelled(id: Id, reason: Option<Reason>) -> JoinError {
        JoinError { id, cause: Cause::Cancelled(reason.map(Box::new)) }
    }

    pub(crate) fn self_join(id: Id) -> JoinError {
        JoinError { id, cause: Cause::SelfJoin }
    }

    pub(crate) fn panicked(id: Id, payload: Box<dyn Any + Send + 'static>) -> JoinError {
        JoinError { id, cause: Cause::Panicked(Mutex::new(payload)) }
    }

    /// True if the task was cancelled or aborted, or its runtime shut down before it ended.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(std::future::pending::<()>());
    /// task.abort();
    /// assert!(task.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    pub fn is_cancelled(&self) -> bool {
        matches!(self.cause, Cause::Cancelled(_))
    }

    /// Why the task was cancelled; `None` if it was aborted without being asked before, or was not
    /// cancelled.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use rt_core::Reason;
    ///
    /// let task = rt_core::spawn(std::future::pending::<()>());
    /// task.cancel_with(Reason::text("too slow"));
    /// assert_eq!(task.await.unwrap_err().reason().unwrap().as_text(), Some("too slow"));
    /// # });
    /// ```
    pub fn reason(&self) -> Option<&Reason> {
        match &self.cause {
            Cause::Cancelled(reason) => reason.as_deref(),
            Cause::SelfJoin | Cause::Panicked(_) => None,
        }
    }

    /// True if the task awaited itself; it has not ended.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(async { panic!() });
    /// assert!(!task.await.map(|()| ()).unwrap_err().is_self_join());
    /// # });
    /// ```
    pub fn is_self_join(&self) -> bool {
        matches!(self.cause, Cause::SelfJoin)
    }

    /// True if the task panicked.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(async { panic!("no paper") });
    /// assert!(task.await.map(|()| ()).unwrap_err().is_panic());
    /// # });
    /// ```
    pub fn is_panic(&self) -> bool {
        matches!(self.cause, Cause::Panicked(_))
    }

    /// The payload of the panic, for [`std::panic::resume_unwind`].
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(async { panic!("no paper") });
    /// let payload = task.await.map(|()| ()).unwrap_err().into_panic();
    /// assert_eq!(payload.downcast_ref(), Some(&"no paper"));
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// If the task did not panic; see [`JoinError::try_into_panic`].
    pub fn into_panic(self) -> Box<dyn Any + Send + 'static> {
        match self.try_into_panic() {
            Ok(payload) => payload,
            Err(error) => panic!("{error}; it holds no panic"),
        }
    }

    /// The payload of the panic.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(std::future::pending::<()>());
    /// task.abort();
    /// let error = task.await.unwrap_err().try_into_panic().unwrap_err();
    /// assert!(error.is_cancelled()); // so there is no payload
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// The error itself if the task did not panic.
    pub fn try_into_panic(self) -> Result<Box<dyn Any + Send + 'static>, JoinError> {
        match self.cause {
            Cause::Panicked(payload) => {
                Ok(payload.into_inner().unwrap_or_else(PoisonError::into_inner))
            }
            Cause::Cancelled(_) | Cause::SelfJoin => Err(self),
        }
    }

    /// The number of the task.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(std::future::pending::<()>());
    /// let id = task.id();
    /// task.abort();
    /// assert_eq!(task.await.unwrap_err().id(), id);
    /// # });
    /// ```
    pub fn id(&self) -> Id {
        self.id
    }

    /// The text of the panic, if it has one.
    fn panic_text(&self) -> Option<String> {
        let Cause::Panicked(payload) = &self.cause else { return None };
        let payload = payload.lock().unwrap_or_else(PoisonError::into_inner);
        let text = payload.downcast_ref::<&'static str>().map(|&text| text.to_owned());
        text.or_else(|| payload.downcast_ref::<String>().cloned())
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.id;
        match (&self.cause, self.panic_text()) {
            (Cause::Cancelled(Some(reason)), _) => write!(f, "task {id} was {reason}"),
            (Cause::Cancelled(None), _) => write!(f, "task {id} was cancelled"),
            (Cause::SelfJoin, _) => write!(f, "task {id} awaited itself, which would never end"),
            (Cause::Panicked(_), Some(text)) => write!(f, "task {id} panicked: {text}"),
            (Cause::Panicked(_), None) => write!(f, "task {id} panicked"),
        }
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinError({self})")
    }
}

impl Error for JoinError {}

/// The output of a task is not to be had now; see [`JoinHandle::try_take`].
///
/// [`JoinHandle::try_take`]: crate::JoinHandle::try_take
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::TakeError;
///
/// let mut task = rt_core::spawn(async { 7 });
/// assert!(matches!(task.try_take(), Err(TakeError::Pending)));
/// rt_core::yield_now().await;
/// assert_eq!(task.try_take().unwrap(), 7);
/// assert!(matches!(task.try_take(), Err(TakeError::Taken)));
/// # });
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum TakeError {
    /// The task has not ended.
    Pending,
    /// The output has been taken before.
    Taken,
    /// The task ended without an output.
    Join(JoinError),
}

impl fmt::Display for TakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TakeError::Pending => f.write_str("the task has not ended; await its handle"),
            TakeError::Taken => f.write_str("the output of the task was taken before"),
            TakeError::Join(error) => error.fmt(f),
        }
    }
}

impl Error for TakeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            TakeError::Pending | TakeError::Taken => None,
            TakeError::Join(error) => Some(error),
        }
    }
}
