//! The handle of a group: it starts children, and cancels them all.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::panic::Location;

use rt_primitive::sync::{Arc, Mutex};

use crate::cancel::node::ScopeNode;
use crate::cancel::reason::{Reason, ReasonKind};
use crate::context;
use crate::group::child::{FallibleChild, PlainChild};
use crate::group::child_count::Start;
use crate::group::children::spawn_child;
use crate::group::error::GroupClosed;
use crate::group::family::{self, Family};
use crate::hooks::Part;
use crate::inspect::current_task;
use crate::shared::spawn_cancelled;
use crate::task::header::Birth;
use crate::task::info::TaskInfo;
use crate::task::join::JoinHandle;
use crate::task::reference::TaskRef;
use rt_primitive::contain::discard;

/// What a group makes of how its children end.
///
/// See [`group_with`](crate::group_with).
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::{Group, Policy, group_with};
///
/// let ended = group_with(Policy::Supervise, async |g: Group| {
///     g.spawn_try(async { "twelve".parse::<i32>() });
///     g.spawn(async { println!("is not cancelled by that") });
/// });
/// assert_eq!(ended.await.unwrap_err().errors().count(), 1);
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Policy {
    /// The first error cancels the other children and the body. asyncio: `TaskGroup`.
    FailFast,
    /// Errors are collected, and the others go on. Kotlin: `supervisorScope`.
    Supervise,
    /// The first child that succeeds cancels the others; the body goes on. Errors count only if
    /// none succeeds.
    FirstOk,
}

/// Starts the children of a group; made by [`group`](fn@crate::group).
///
/// It can be cloned, and given to children, which may start more. A child's handle may be dropped:
/// the group waits for it all the same.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::Group;
///
/// async fn serve(group: &Group, names: &[&'static str]) {
///     for &name in names {
///         group.spawn(async move { println!("serves {name}") });
///     }
/// }
/// rt_core::group(async |g| serve(&g, &["ada", "bob"]).await).await.unwrap();
/// # });
/// ```
pub struct Group<E = Box<dyn Error + Send + Sync>> {
    pub(crate) shared: Arc<GroupShared<E>>,
}

/// What the handles, the children and the future of a group share.
pub(crate) struct GroupShared<E> {
    // [C]
    pub(crate) family: Arc<Family>,
    // [A] The body's scope.
    pub(crate) node: Arc<ScopeNode>,
    // [C]
    pub(crate) policy: Policy,
    // [L]
    pub(crate) ends: Mutex<Ends<E>>,
}

/// What a panic carries.
pub(crate) type Panic = Box<dyn Any + Send>;

/// How children have ended, as far as it matters.
pub(crate) struct Ends<E> {
    pub(crate) errors: Vec<(TaskInfo, E)>,
    pub(crate) panic: Option<(TaskRef, Panic)>,
    pub(crate) has_winner: bool,
    /// The owner is gone, so that nobody reads them any more.
    pub(crate) is_unread: bool,
}

impl<E> GroupShared<E> {
    pub(crate) fn new(policy: Policy) -> Arc<GroupShared<E>> {
        Arc::new(GroupShared {
            family: Family::new(false),
            node: Arc::new(ScopeNode::new()),
            policy,
            ends: Mutex::new(Ends {
                errors: Vec::new(),
                panic: None,
                has_winner: false,
                is_unread: false,
            }),
        })
    }

    /// Asks the body and the children to end, but for the child that calls.
    pub(crate) fn cancel(&self, reason: &Reason) {
        self.family.ask_siblings(reason);
        self.node.ask_once(reason.clone());
    }

    /// The child that calls has failed.
    pub(crate) fn failed(&self, error: E, task: TaskInfo) {
        self.ends.lock().errors.push((task, error));
        if self.policy == Policy::FailFast {
            self.cancel(&Reason::new(ReasonKind::SiblingFailed));
        }
    }

    /// The child that calls has panicked. The first panic stays with the group, which resumes it;
    /// a later one is given back, to be the child's own.
    pub(crate) fn panicked(&self, panic: Panic) -> Option<Panic> {
        let mut ends = self.ends.lock();
        let is_kept = ends.panic.is_none() && !ends.is_unread;
        let later = if is_kept {
            let child = current_task();
            family::takes_panic_of(child.ptr());
            ends.panic = Some((child, panic));
            None
        } else {
            Some(panic)
        };
        drop(ends);
        self.cancel(&Reason::new(ReasonKind::SiblingFailed));
        later
    }

    /// The owner is dropped: what it has not resumed goes to the handler of such failures.
    pub(crate) fn is_left(&self) {
        let mut ends = self.ends.lock();
        ends.is_unread = true;
        let panic = ends.panic.take();
        drop(ends);
        if let Some((child, panic)) = panic {
            child.ptr().unhandled(Part::Future, &*panic);
            discard(panic);
        }
    }

    /// The child that calls has succeeded.
    pub(crate) fn succeeded(&self) {
        if self.policy == Policy::FirstOk {
            self.ends.lock().has_winner = true;
            self.family.ask_siblings(&Reason::new(ReasonKind::SiblingSucceeded));
        }
    }
}

impl<E: Send + 'static> Group<E> {
    /// Starts a child.
    ///
    /// In a group that is over, or was cancelled, the future is dropped, and the handle says
    /// cancelled; [`try_spawn`](Group::try_spawn) gives it back.
    ///
    /// asyncio: `TaskGroup.create_task`.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let sum = rt_core::group(async |g| {
    ///     let (one, two) = (g.spawn(async { 1 }), g.spawn(async { 2 }));
    ///     one.await.unwrap() + two.await.unwrap()
    /// });
    /// assert_eq!(sum.await.unwrap(), 3);
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// Outside a runtime.
    #[doc(alias = "create_task")]
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        match self.try_spawn(future) {
            Ok(handle) => handle,
            Err(GroupClosed(future)) => spawn_cancelled(future, Birth::at(Location::caller())),
        }
    }

    /// As [`spawn`](Group::spawn), but gives the future back if the group takes no more.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let ended = rt_core::group(async |g| {
    ///     g.cancel();
    ///     assert!(g.try_spawn(async {}).is_err()); // it takes no more
    /// });
    /// ended.await.unwrap();
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// [`GroupClosed`] with the future.
    ///
    /// # Panics
    ///
    /// Outside a runtime.
    #[track_caller]
    pub fn try_spawn<F>(&self, future: F) -> Result<JoinHandle<F::Output>, GroupClosed<F>>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.spawn_as(Location::caller(), future, PlainChild::new).map_err(GroupClosed)
    }

    /// Starts a child that may fail. Its error goes to the group; its handle then gives a
    /// [`JoinError`](crate::JoinError) of the kind [`ReasonKind::Failed`].
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let ended = rt_core::group(async |g| {
    ///     g.spawn_try(async { "twelve".parse::<i32>() });
    /// });
    /// assert!(ended.await.unwrap_err().first().is_some());
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn_try<F, T, D>(&self, future: F) -> JoinHandle<T>
    where
        F: Future<Output = Result<T, D>> + Send + 'static,
        T: Send + 'static,
        D: Into<E> + Send + 'static,
    {
        let spawned = self.spawn_as(Location::caller(), future, FallibleChild::new);
        spawned.unwrap_or_else(|future| {
            let not_begun = async { future.await.ok().expect("it is dropped at once") };
            spawn_cancelled(not_begun, Birth::at(Location::caller()))
        })
    }

    /// Starts what `child_of` makes of a future, which is given back if the group takes no more.
    #[track_caller]
    fn spawn_as<F, C>(
        &self,
        spawned_at: &'static Location<'static>,
        future: F,
        child_of: impl FnOnce(F, Arc<GroupShared<E>>) -> C,
    ) -> Result<JoinHandle<C::Output>, F>
    where
        C: Future + Send + 'static,
        C::Output: Send + 'static,
    {
        let GroupShared { family, .. } = &*self.shared;
        let child_of = |future| child_of(future, self.shared.clone());
        let spawned = context::with_shared(|shared, _| {
            spawn_child(shared, family, Start::InTurn, spawned_at, future, child_of)
        });
        match spawned {
            Ok(spawned) => spawned,
            Err(error) => panic!("cannot start a child at {spawned_at}: {error}"),
        }
    }

    /// Asks the body and all children to end, and takes no more. Does not wait.
    ///
    /// The group then has no error of its own: if its body has a value, that is its result.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let ended = rt_core::group(async |g| {
    ///     let endless = g.spawn(std::future::pending::<()>());
    ///     g.cancel();
    ///     endless
    /// });
    /// assert!(ended.await.unwrap().await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    #[track_caller]
    pub fn cancel(&self) {
        self.shared.cancel(&Reason::explicit());
    }

    /// Lets no more than this many children run at a time; the others wait for their turn in the
    /// order in which they were started. Those that run go on.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let ended = rt_core::group(async |g| {
    ///     g.limit(10);
    ///     for _ in 0..100 {
    ///         g.spawn(rt_core::yield_now()); // ten at a time
    ///     }
    /// });
    /// ended.await.unwrap();
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// If it is 0.
    #[track_caller]
    pub fn limit(&self, running_max: usize) {
        assert!(running_max > 0, "a group that runs 0 children never ends; allow 1 or more");
        self.shared.family.set_limit(running_max);
    }

    /// How many children have not ended.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let len = rt_core::group(async |g| {
    ///     g.spawn(async {});
    ///     g.len()
    /// });
    /// assert_eq!(len.await.unwrap(), 1);
    /// # });
    /// ```
    pub fn len(&self) -> usize {
        self.shared.family.live()
    }

    /// True if no child runs or waits for its turn.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let is_empty = rt_core::group(async |g| g.is_empty());
    /// assert!(is_empty.await.unwrap());
    /// # });
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// True once the group takes no more children.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let group = rt_core::group(async |g| g.clone()).await.unwrap();
    /// assert!(group.is_closed()); // it has ended
    /// # });
    /// ```
    pub fn is_closed(&self) -> bool {
        self.shared.family.is_closed()
    }
}

impl<E> Clone for Group<E> {
    fn clone(&self) -> Group<E> {
        Group { shared: self.shared.clone() }
    }
}

impl<E> fmt::Debug for Group<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Group")
            .field("policy", &self.shared.policy)
            .field("live", &self.shared.family.live())
            .finish_non_exhaustive()
    }
}
