//! Why something was cancelled, for those who want to know and for logs.

use std::borrow::Cow;
use std::fmt;
use std::panic::Location;

use crate::context;
use crate::task::id::Id;

/// Why a task or a scope was cancelled, where, and by which task.
///
/// It tells, and decides nothing: all reasons are delivered alike. Of several requests the first
/// gives the reason.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver, Reason, ReasonKind};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     let task = rt_core::spawn(std::future::pending::<()>());
///     task.cancel_with(Reason::text("the client has left"));
///     let error = task.await.unwrap_err();
///     assert_eq!(error.reason().unwrap().kind(), ReasonKind::Explicit);
///     assert!(error.to_string().contains("the client has left"));
/// });
/// ```
#[derive(Clone, Debug)]
pub struct Reason {
    kind: ReasonKind,
    text: Option<Cow<'static, str>>,
    by: Option<Id>,
    at: &'static Location<'static>,
}

/// What led to a cancellation.
///
/// See [`Reason::kind`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::ReasonKind;
///
/// let task = rt_core::spawn(std::future::pending::<()>());
/// task.cancel();
/// let error = task.await.unwrap_err();
/// assert_eq!(error.reason().unwrap().kind(), ReasonKind::Explicit);
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReasonKind {
    /// Somebody asked for it.
    Explicit,
    /// A deadline has passed.
    Deadline,
    /// Another task of the group has failed.
    SiblingFailed,
    /// Another task of the group has done what was wanted.
    SiblingSucceeded,
    /// What it was started by was cancelled, or has gone.
    ParentCancelled,
    /// The user wants the program to end.
    Interrupt,
    /// The runtime shuts down.
    Shutdown,
    /// The task failed, and told its group of the error.
    Failed,
}

impl Reason {
    /// Somebody asks for it, here.
    ///
    /// ```
    /// use rt_core::{Reason, ReasonKind};
    ///
    /// assert_eq!(Reason::explicit().kind(), ReasonKind::Explicit);
    /// ```
    #[track_caller]
    pub fn explicit() -> Reason {
        Reason::new(ReasonKind::Explicit)
    }

    /// As [`explicit`](Reason::explicit), in words.
    ///
    /// ```
    /// let reason = rt_core::Reason::text("the client has left");
    /// assert!(reason.to_string().ends_with(": the client has left"));
    /// ```
    #[track_caller]
    pub fn text(text: impl Into<Cow<'static, str>>) -> Reason {
        Reason { text: Some(text.into()), ..Reason::explicit() }
    }

    /// A reason of this kind, given here by the task that is running.
    ///
    /// ```
    /// use rt_core::{Reason, ReasonKind};
    ///
    /// let reason = Reason::new(ReasonKind::Deadline);
    /// assert!(reason.to_string().starts_with("out of time at "));
    /// ```
    #[track_caller]
    pub fn new(kind: ReasonKind) -> Reason {
        let by = context::current_task().map(|task| task.header().id);
        Reason { kind, text: None, by, at: Location::caller() }
    }

    /// The same, given there.
    pub(crate) fn made_at(self, at: &'static Location<'static>) -> Reason {
        Reason { at, ..self }
    }

    /// What led to it.
    ///
    /// ```
    /// use rt_core::{Reason, ReasonKind};
    ///
    /// assert_eq!(Reason::new(ReasonKind::Interrupt).kind(), ReasonKind::Interrupt);
    /// ```
    pub fn kind(&self) -> ReasonKind {
        self.kind
    }

    /// The words that were given, if any.
    ///
    /// ```
    /// use rt_core::Reason;
    ///
    /// assert_eq!(Reason::text("too slow").as_text(), Some("too slow"));
    /// assert_eq!(Reason::explicit().as_text(), None);
    /// ```
    pub fn as_text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// The task that asked, if it was a task.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use rt_core::Reason;
    ///
    /// assert_eq!(Reason::explicit().by(), Some(rt_core::id()));
    /// # });
    /// ```
    pub fn by(&self) -> Option<Id> {
        self.by
    }

    /// Where it was asked for.
    ///
    /// ```
    /// let reason = rt_core::Reason::explicit();
    /// assert_eq!(reason.at().file(), file!());
    /// ```
    pub fn at(&self) -> &'static Location<'static> {
        self.at
    }
}

impl fmt::Display for Reason {
    /// Such as: `cancelled at src/main.rs:3:9 by task 7: the client has left`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.kind, self.at)?;
        if let Some(by) = self.by {
            write!(f, " by task {by}")?;
        }
        match &self.text {
            Some(text) => write!(f, ": {text}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for ReasonKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ReasonKind::Explicit => "cancelled",
            ReasonKind::Deadline => "out of time",
            ReasonKind::SiblingFailed => "cancelled for the failure of another",
            ReasonKind::SiblingSucceeded => "cancelled, as another has won",
            ReasonKind::ParentCancelled => "cancelled with what started it",
            ReasonKind::Interrupt => "interrupted",
            ReasonKind::Shutdown => "cancelled by the shutdown",
            ReasonKind::Failed => "failed",
        })
    }
}
