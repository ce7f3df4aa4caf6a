//! Requests to a task, and what its holder makes of them.
//!
//! # Invariants
//!
//! - I1: a request is in the task's node before the task's word says that there are any; so who
//!   sees the word finds the node.
//! - I2: `heard_of` is the holder's.
//!
//! Models: `a_request_meets_the_end_of_a_poll`, `a_request_meets_the_end_of_its_task`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use rt_primitive::atomic::{AtomicU64, Ordering};
use rt_primitive::{mutant, perturb};

use crate::cancel::frame;
use crate::cancel::node::ScopeNode;
use crate::cancel::reason::Reason;
use crate::cancel::region::{CancelExt, CatchCancel};
use crate::cancel::token::Cancelled;
use crate::context;
use crate::task::abort::AbortHandle;
use crate::task::header::TaskPtr;
use crate::task::join::JoinHandle;
use crate::task::linked::LinkedHandle;
use crate::task::reference::TaskRef;
use crate::task::shared_join::SharedJoinHandle;
use crate::task::state::CancelRequest;
use crate::yield_now::{YieldNow, yield_now};

/// What a task keeps of its requests.
#[derive(Debug, Default)]
pub(crate) struct TaskScope {
    // [A]
    pub(crate) node: ScopeNode,
    // [A] The latest request that some region has heard of (I2).
    heard_of: AtomicU64,
}

/// Asks a task to end; false if it has ended already.
pub(crate) fn request(task: TaskPtr, reason: Reason) -> bool {
    if task.state().load().is_complete() {
        return false;
    }
    let node = &task.header().rare.get_or_make().cancel.node;
    if mutant!("cancel.announced_first") {
        announce(task);
        perturb!();
        node.ask(reason);
        return true;
    }
    node.ask(reason);
    perturb!();
    announce(task)
}

fn announce(task: TaskPtr) -> bool {
    match task.state().announce_request() {
        CancelRequest::Claimed => task.schedule(),
        CancelRequest::Flagged => {}
        CancelRequest::TooLate => return false,
    }
    true
}

/// True if the holder, whose poll of a task that was asked to end returned Pending, is to drop it.
#[cold]
pub(crate) fn is_to_be_dropped(task: TaskPtr) -> bool {
    let Some(rare) = task.header().rare.get() else { return false };
    let TaskScope { node, heard_of } = &rare.cancel;
    let signals = context::signals();
    let asked_at = node.asked_at();
    if asked_at == 0 {
        return false;
    }
    let is_told = signals.told >= asked_at;
    if is_told && !mutant!("cancel.held_is_not_told") {
        // Now, since the clean-up may be masked in this poll, and not in the next.
        // ORDERING: Relaxed; the holder's own, passed on with the task (I2).
        heard_of.store(asked_at, Ordering::Relaxed);
    }
    if !signals.have_all_heard_of(asked_at) {
        return false;
    }
    if !node.has_tokens() && !mutant!("cancel.keeps_the_unprotected") {
        return true;
    }
    // A second request that no region took cuts the clean-up.
    // ORDERING: Relaxed; as above.
    !is_told && heard_of.load(Ordering::Relaxed) < asked_at
}

/// True if the output of a task that was asked to end holds its token: so it has ended cancelled.
#[cold]
pub(crate) fn has_ended_cancelled(task: TaskPtr) -> bool {
    let rare = task.header().rare.get();
    rare.is_some_and(|rare| rare.cancel.node.asked_at() != 0 && rare.cancel.node.has_tokens())
}

/// True if the current task was asked to end, and its token lives: what it returns is no value.
pub(crate) fn is_ending_cancelled() -> bool {
    context::current_task().is_some_and(has_ended_cancelled)
}

/// Why a task was asked to end, if it was.
pub(crate) fn reason_of(task: TaskPtr) -> Option<Reason> {
    if !task.state().load().is_asked() {
        return None;
    }
    task.header().rare.get().and_then(|rare| rare.cancel.node.reason())
}

impl<T> JoinHandle<T> {
    /// Asks the task to end; false if it has ended already. Does not wait.
    ///
    /// The request reaches the task at its next suspension: there the innermost region that it is
    /// in ([`CancelExt::catch_cancel`]) can catch it, and clean up. Without one the task is dropped
    /// there, and the handle resolves to an error for which [`JoinError::is_cancelled`] holds. A
    /// task that is ready instead of suspended keeps its value. One that has not begun never does.
    ///
    /// asyncio: `task.cancel`.
    ///
    /// [`JoinError::is_cancelled`]: crate::JoinError::is_cancelled
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// executor.block_on(async {
    ///     let task = rt_core::spawn(std::future::pending::<()>());
    ///     assert!(task.cancel());
    ///     assert!(task.await.unwrap_err().is_cancelled());
    /// });
    /// ```
    #[track_caller]
    pub fn cancel(&self) -> bool {
        self.cancel_with(Reason::explicit())
    }

    /// As [`cancel`](JoinHandle::cancel), and says why.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use rt_core::Reason;
    ///
    /// let task = rt_core::spawn(std::future::pending::<()>());
    /// task.cancel_with(Reason::text("the client has left"));
    /// assert!(task.await.unwrap_err().to_string().contains("the client has left"));
    /// # });
    /// ```
    pub fn cancel_with(&self, reason: Reason) -> bool {
        request(self.task_ptr(), reason)
    }
}

impl<T> LinkedHandle<T> {
    /// As [`JoinHandle::cancel`].
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(std::future::pending::<()>()).cancel_on_drop();
    /// assert!(task.cancel());
    /// assert!(task.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    #[track_caller]
    pub fn cancel(&self) -> bool {
        self.task().cancel()
    }
}

impl<T> SharedJoinHandle<T> {
    /// As [`JoinHandle::cancel`].
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(std::future::pending::<()>()).shared();
    /// assert!(task.cancel());
    /// assert!(task.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    #[track_caller]
    pub fn cancel(&self) -> bool {
        self.task().cancel()
    }
}

impl AbortHandle {
    /// As [`JoinHandle::cancel`].
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(std::future::pending::<()>());
    /// assert!(task.abort_handle().cancel());
    /// assert!(task.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    #[track_caller]
    pub fn cancel(&self) -> bool {
        self.task().cancel()
    }

    /// As [`JoinHandle::cancel_with`].
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use rt_core::Reason;
    ///
    /// let task = rt_core::spawn(std::future::pending::<()>());
    /// assert!(task.abort_handle().cancel_with(Reason::text("too slow")));
    /// assert!(task.await.unwrap_err().to_string().contains("too slow"));
    /// # });
    /// ```
    pub fn cancel_with(&self, reason: Reason) -> bool {
        self.task().cancel_with(reason)
    }
}

impl TaskRef {
    /// As [`JoinHandle::cancel`]. The future of a `block_on` is told as well, but never dropped.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(std::future::pending::<()>());
    /// assert!(task.task().cancel());
    /// assert!(task.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    #[track_caller]
    pub fn cancel(&self) -> bool {
        self.cancel_with(Reason::explicit())
    }

    /// As [`JoinHandle::cancel_with`].
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use rt_core::Reason;
    ///
    /// let task = rt_core::spawn(std::future::pending::<()>());
    /// assert!(task.task().cancel_with(Reason::text("too slow")));
    /// assert!(task.await.unwrap_err().to_string().contains("too slow"));
    /// # });
    /// ```
    pub fn cancel_with(&self, reason: Reason) -> bool {
        request(self.ptr(), reason)
    }

    /// How many requests to end the task has not taken back. asyncio: `task.cancelling`.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(rt_core::mask(std::future::pending::<()>()));
    /// task.cancel();
    /// task.cancel();
    /// assert_eq!(task.task().cancelling(), 2);
    /// # });
    /// ```
    pub fn cancelling(&self) -> usize {
        self.ptr().header().rare.get().map_or(0, |rare| rare.cancel.node.outstanding())
    }
}

/// Takes one request to the current task back; returns how many are left.
///
/// asyncio: `task.uncancel`. Where there is a token, [`Cancelled::acknowledge`] does the same.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::CancelExt;
///
/// let task = rt_core::spawn(async {
///     let _told = std::future::pending::<()>().catch_cancel().await;
///     assert_eq!(rt_core::uncancel(), 0);
///     "it goes on"
/// });
/// rt_core::yield_now().await;
/// task.cancel();
/// assert_eq!(task.await.unwrap(), "it goes on");
/// # });
/// ```
pub fn uncancel() -> usize {
    let rare = context::current_task().and_then(|task| task.header().rare.get());
    rare.map_or(0, |rare| rare.cancel.node.withdraw())
}

/// True if what the calling code is in was asked to end: its task, or a scope around it, as far as
/// no mask is between.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     let task = rt_core::spawn(async {
///         rt_core::current_task().cancel();
///         rt_core::is_cancelling()
///     });
///     assert!(task.await.unwrap(), "it was never suspended, so it has its value");
/// });
/// ```
pub fn is_cancelling() -> bool {
    frame::latest_request() != 0
}

/// Lets other tasks run, and is a place where a request can be had as an error.
///
/// trio: `checkpoint`.
///
/// ```
/// # use rt_core::{Cancelled, Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     let task = rt_core::spawn(async {
///         loop {
///             rt_core::checkpoint().await?;
///         }
///         #[allow(unreachable_code, reason = "it names the type of the errors")]
///         Ok::<(), Cancelled>(())
///     });
///     rt_core::yield_now().await;
///     task.cancel();
///     assert!(task.await.unwrap_err().is_cancelled());
/// });
/// ```
///
/// # Errors
///
/// The token, if what the calling code is in was asked to end; not within the clean-up for that.
///
/// # Cancel safety
///
/// Nothing is lost when it is dropped.
pub fn checkpoint() -> Checkpoint {
    Checkpoint { inside: yield_now().catch_cancel() }
}

pin_project! {
    /// The future of [`checkpoint`].
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// use rt_core::{Checkpoint, checkpoint};
    ///
    /// let look: Checkpoint = checkpoint();
    /// assert!(look.await.is_ok()); // nobody has asked this to end
    /// # });
    /// ```
    #[derive(Debug)]
    #[must_use = "futures do nothing unless awaited"]
    pub struct Checkpoint {
        #[pin]
        inside: CatchCancel<YieldNow>,
    }
}

impl Future for Checkpoint {
    type Output = Result<(), Cancelled>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().inside.poll(cx)
    }
}
