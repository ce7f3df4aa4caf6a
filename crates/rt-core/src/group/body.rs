//! Runs the body of a group, and waits for its children.

use std::cell::OnceCell;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::panic::{Location, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use rt_primitive::sync::Arc;

use crate::cancel::frame::{self, FrameKind, LazyNode, Signals};
use crate::cancel::reason::{Reason, ReasonKind};
use crate::cancel::scope::{AfterPending, after_pending, ended_by_its_token};
use crate::cancel::token::Cancelled;
use crate::group::children::{Children, Heard};
use crate::group::error::GroupError;
use crate::group::spawner::{Group, GroupShared, Policy};
use crate::task::info::TaskInfo;

/// Runs `body`, which starts children with the group's handle, and waits for all of them.
///
/// The first child that fails, if it was started with [`Group::spawn_try`], has the others and the
/// body cancelled; the error has all errors. A child that panics does the same, and the panic goes
/// on here once all have ended. A request to cancel from outside goes to the body and the children.
/// However the group ends, no child outlives the task it is in. asyncio: `asyncio.TaskGroup`.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// let sum = executor.block_on(async {
///     rt_core::group(async |g| {
///         let one = g.spawn(async { 1 });
///         let two = g.spawn_try(async { "2".parse::<i32>() });
///         one.await.unwrap() + two.await.unwrap()
///     })
///     .await
/// });
/// assert_eq!(sum.unwrap(), 3);
/// ```
///
/// # Errors
///
/// [`GroupError`] with the errors of the children; without any, if the group was cancelled before
/// its body had a value.
///
/// # Panics
///
/// With the panic of a child.
///
/// # Cancel safety
///
/// Dropped, it asks all children to end, and the task that drops it ends only after them.
#[doc(alias = "TaskGroup")]
#[track_caller]
pub fn group<Fut: Future>(body: impl FnOnce(Group) -> Fut) -> GroupFuture<Fut, BoxError> {
    group_with(Policy::FailFast, body)
}

/// The error of a [`group`], which takes errors of all types.
type BoxError = Box<dyn Error + Send + Sync>;

/// As [`group`], with errors of one type, and another policy.
///
/// ```
/// # use rt_core::{Config, Executor, Group, NoDriver, Policy};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// let error = executor.block_on(async {
///     rt_core::group_with(Policy::Supervise, async |g: Group<&'static str>| {
///         g.spawn_try(async { Err::<(), _>("one") });
///         g.spawn_try(async { Err::<(), _>("two") });
///     })
///     .await
///     .unwrap_err()
/// });
/// assert_eq!(error.into_iter().count(), 2);
/// ```
#[track_caller]
pub fn group_with<E, Fut: Future>(
    policy: Policy,
    body: impl FnOnce(Group<E>) -> Fut,
) -> GroupFuture<Fut, E> {
    GroupFuture { run: GroupRun::new(policy, |_| false, body) }
}

/// As [`group`], for a body that may fail as the children may.
///
/// ```
/// # use rt_core::{Config, Executor, Group, NoDriver};
/// # use std::num::ParseIntError;
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     let waits = rt_core::try_group(async |g: Group<ParseIntError>| {
///         g.spawn(std::future::pending::<()>());
///         "two".parse::<i32>()
///     });
///     assert!(waits.await.unwrap_err().body().is_some());
/// });
/// ```
#[track_caller]
pub fn try_group<R, E, Fut>(body: impl FnOnce(Group<E>) -> Fut) -> TryGroupFuture<Fut, R, E>
where
    Fut: Future<Output = Result<R, E>>,
{
    TryGroupFuture { run: GroupRun::new(Policy::FailFast, Result::is_err, body) }
}

pin_project! {
    /// The future of [`group`] and [`group_with`].
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use rt_core::{GroupError, group};
    ///
    /// let all = group(async |_| 7);
    /// let value: Result<u32, GroupError> = all.await;
    /// assert_eq!(value.unwrap(), 7);
    /// # });
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    pub struct GroupFuture<Fut: Future, E> {
        #[pin]
        run: GroupRun<Fut, E>,
    }
}

pin_project! {
    /// The future of [`try_group`].
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use rt_core::{GroupError, try_group};
    ///
    /// let all = try_group(async |_| "12".parse::<u32>());
    /// let value: Result<u32, GroupError<std::num::ParseIntError>> = all.await;
    /// assert_eq!(value.unwrap(), 12);
    /// # });
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    pub struct TryGroupFuture<Fut, R, E>
    where
        Fut: Future<Output = Result<R, E>>,
    {
        #[pin]
        run: GroupRun<Fut, E>,
    }
}

pin_project! {
    struct GroupRun<Fut: Future, E> {
        // [O] Gone once it has ended, or was dropped.
        #[pin]
        body: Option<Fut>,
        output: Option<Fut::Output>,
        // [C] Whether an output of the body is a failure.
        is_failure: fn(&Fut::Output) -> bool,
        children: Children,
        group: Arc<GroupShared<E>>,
        node: LazyNode,
    }

    impl<Fut: Future, E> PinnedDrop for GroupRun<Fut, E> {
        fn drop(this: Pin<&mut Self>) {
            this.project().group.is_left();
        }
    }
}

/// What came of a group.
struct GroupEnd<R, E> {
    output: Option<R>,
    errors: Vec<(TaskInfo, E)>,
    token: Option<Cancelled>,
}

impl<Fut: Future, E> GroupRun<Fut, E> {
    #[track_caller]
    fn new(
        policy: Policy,
        is_failure: fn(&Fut::Output) -> bool,
        body: impl FnOnce(Group<E>) -> Fut,
    ) -> GroupRun<Fut, E> {
        let group = GroupShared::new(policy);
        let children = Children::new(group.family.clone(), Location::caller());
        let node = OnceCell::from(group.node.clone());
        let body = Some(body(Group { shared: group.clone() }));
        GroupRun { body, output: None, is_failure, children, group, node }
    }

    /// Polls the body until it is over.
    fn poll_body(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let group = this.group;
        while let Some(body) = this.body.as_mut().as_pin_mut() {
            let (polled, signals) = frame::within(FrameKind::Scope(this.node), || body.poll(cx));
            if let Poll::Ready(output) = polled {
                this.body.set(None);
                if ended_by_its_token(&group.node) {
                    break;
                }
                if (this.is_failure)(&output) {
                    group.family.ask_all(&Reason::new(ReasonKind::SiblingFailed));
                }
                *this.output = Some(output);
                break;
            }
            match after_pending(&group.node, group.node.leave_waker(cx.waker()), signals) {
                AfterPending::Drop => this.body.set(None),
                AfterPending::Again => {}
                AfterPending::Wait => match this.children.hear(signals, cx) {
                    Heard::DropBody => this.body.set(None),
                    Heard::Nothing => return Poll::Pending,
                },
            }
        }
        Poll::Ready(())
    }

    fn poll_end(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<GroupEnd<Fut::Output, E>> {
        ready!(self.as_mut().poll_body(cx));
        let this = self.project();
        if this.children.poll_ended(cx).is_pending() {
            this.children.hear(Signals::NONE, cx);
            return Poll::Pending;
        }
        let mut ends = this.group.ends.lock();
        let (panic, has_winner) = (ends.panic.take(), ends.has_winner);
        let mut errors = std::mem::take(&mut ends.errors);
        drop(ends);
        if let Some((_, panic)) = panic {
            resume_unwind(panic);
        }
        if has_winner {
            errors.clear();
        }
        let token = this.children.take_token();
        Poll::Ready(GroupEnd { output: this.output.take(), errors, token })
    }
}

impl<Fut: Future, E> Future for GroupFuture<Fut, E> {
    type Output = Result<Fut::Output, GroupError<E>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let GroupEnd { output, errors, token } = ready!(self.project().run.poll_end(cx));
        Poll::Ready(match output {
            Some(output) if errors.is_empty() => Ok(output),
            _ => Err(GroupError::new(errors, None, token)),
        })
    }
}

impl<Fut, R, E> Future for TryGroupFuture<Fut, R, E>
where
    Fut: Future<Output = Result<R, E>>,
{
    type Output = Result<R, GroupError<E>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let GroupEnd { output, errors, token } = ready!(self.project().run.poll_end(cx));
        Poll::Ready(match output {
            Some(Ok(output)) if errors.is_empty() => Ok(output),
            Some(Err(error)) => Err(GroupError::new(errors, Some(error), token)),
            Some(Ok(_)) | None => Err(GroupError::new(errors, None, token)),
        })
    }
}

impl<Fut: Future, E> fmt::Debug for GroupFuture<Fut, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("GroupFuture").field(&self.run.children).finish()
    }
}

impl<Fut, R, E> fmt::Debug for TryGroupFuture<Fut, R, E>
where
    Fut: Future<Output = Result<R, E>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TryGroupFuture").field(&self.run.children).finish()
    }
}
