//! asyncio's high-level model as a work-stealing multi-core runtime.
//!
//! ```
//! use rt::time::{Duration, sleep};
//!
//! async fn say_after(seconds: u64, what: &str) {
//!     sleep(Duration::from_secs(seconds)).await;
//!     println!("{what}");
//! }
//!
//! #[rt::main]
//! async fn main() {
//!     let hello = rt::spawn(say_after(1, "hello"));
//!     say_after(2, "world").await;
//!     hello.await.unwrap();
//! }
//! ```
//!
//! What tokio has keeps tokio's names; what only asyncio has keeps asyncio's. Searching these docs
//! for asyncio's name of a thing, such as `create_task`, finds it under its name here.
//!
//! This file lists every public name, so a change to it is a change of the API.

#![forbid(unsafe_code)]

mod blocking;
mod builder;
pub mod cancel;
mod driver;
mod grace;
#[cfg(doctest)]
mod guide;
mod interrupt;
mod launch;
mod macros;
pub mod pool;
mod seeds;
mod stagger;
mod stalls;
pub mod sync;
pub mod testing;
pub mod time;

pub mod runtime {
    //! What runs tasks: the runtime, its builder, and handles to it.

    pub use crate::builder::Builder;
    pub use crate::interrupt::Interrupted;
    pub use crate::launch::Runtime;
    pub use crate::stalls::Stall;

    /// Reaches a runtime from any thread.
    ///
    /// ```
    /// let answer = rt::run(async {
    ///     let handle = rt::Handle::current();
    ///     let thread = std::thread::spawn(move || handle.block_on(async { 42 }));
    ///     thread.join().unwrap()
    /// });
    /// assert_eq!(answer, 42);
    /// ```
    #[doc(alias = "get_running_loop")]
    #[doc(alias = "call_soon_threadsafe")]
    #[doc(inline)]
    pub use rt_core::ExecutorHandle as Handle;

    #[doc(inline)]
    pub use rt_core::{
        BlockOnError, EnterGuard, Instrument, JobMetrics, LeakedThread, Metrics, NoRuntime,
        Schedule, ShutdownReport, StartError, Story, TaskSite, Unhandled, WorkerMetrics,
        WorkersError,
    };
}

pub mod task {
    //! Tasks: what `spawn` starts and what can be done with one.

    #[doc(inline)]
    pub use crate::blocking::{
        BlockingCx, JobCancelled, Refusal, RefusedJob, block_in_place, spawn_blocking,
        spawn_blocking_with, try_spawn_blocking,
    };

    #[doc(inline)]
    pub use rt_core::{
        AbortHandle, CallGraph, CallbackId, Dump, Frame, Id, JoinError, JoinHandle, JoinTimeout,
        LinkedHandle, Outcome, SharedJoinHandle, TakeError, TaskDetails, TaskInfo, TaskName,
        TaskRef, TaskStatus, WaitInfo, WaitKind, YieldNow,
    };

    pub use crate::stagger::race_staggered;

    #[doc(inline)]
    pub use rt_core::{
        AsCompleted, FirstOk, Gather, Group, GroupClosed, GroupError, GroupFuture, JoinAll,
        JoinNext, JoinSet, NeverReady, Policy, Race, Ready, Reap, Shield, Start, TaskError,
        TryGather, TryGroupFuture, Wait, WaitFor, as_completed, first_ok, gather, group,
        group_with, race, reap, shield, try_gather, try_group,
    };

    /// Spawns a task that has a name.
    ///
    /// ```
    /// rt::run(async {
    ///     let task = rt::task::Builder::new().name("tea").spawn(async {});
    ///     assert_eq!(task.task().name(), "tea");
    /// });
    /// ```
    #[doc(inline)]
    pub use rt_core::TaskBuilder as Builder;

    #[doc(inline)]
    pub use rt_core::{
        ContextScope, ContextVar, ContextVars, LocalAccessError, LocalKey, TaskLocalFuture,
    };

    /// The task that is running on this thread.
    ///
    /// ```
    /// rt::run(async {
    ///     let task = rt::spawn(async { rt::task::current().id() });
    ///     let id = task.id();
    ///     assert_eq!(task.await.unwrap(), id);
    /// });
    /// ```
    #[doc(alias = "current_task")]
    #[doc(inline)]
    pub use rt_core::current_task as current;

    /// As [`current`](fn@current), but `None` outside a task.
    ///
    /// ```
    /// assert!(rt::task::try_current().is_none());
    /// ```
    #[doc(alias = "current_task")]
    #[doc(inline)]
    pub use rt_core::try_current_task as try_current;

    /// The tasks of the current runtime that have not ended.
    ///
    /// ```
    /// rt::run(async {
    ///     drop(rt::spawn(std::future::pending::<()>()));
    ///     for task in rt::task::all() {
    ///         println!("{task}"); // such as: Task-7 (waiting), spawned at src/main.rs:3:10
    ///     }
    /// });
    /// ```
    #[doc(alias = "all_tasks")]
    #[doc(inline)]
    pub use rt_core::all_tasks as all;

    /// Lets every other task that is ready have a turn.
    ///
    /// ```
    /// rt::run(async {
    ///     for step in 0..1_000 {
    ///         std::hint::black_box(step * step);
    ///         rt::task::yield_now().await;
    ///     }
    /// });
    /// ```
    #[doc(alias = "asyncio.sleep(0)")]
    #[doc(inline)]
    pub use rt_core::yield_now;

    /// The id of the task that is running on this thread.
    ///
    /// ```
    /// rt::run(async {
    ///     let task = rt::spawn(async { rt::task::id() });
    ///     let id = task.id();
    ///     assert_eq!(task.await.unwrap(), id);
    /// });
    /// ```
    #[doc(alias = "current_task")]
    #[doc(inline)]
    pub use rt_core::id;

    /// As [`id`](fn@id), but `None` outside a task.
    ///
    /// ```
    /// assert_eq!(rt::task::try_id(), None);
    /// ```
    #[doc(alias = "current_task")]
    #[doc(inline)]
    pub use rt_core::try_id;

    /// Starts a task, and returns a handle to its value.
    ///
    /// ```
    /// rt::run(async {
    ///     let task = rt::spawn(async { 6 * 7 });
    ///     assert_eq!(task.await.unwrap(), 42);
    /// });
    /// ```
    #[doc(alias = "create_task")]
    #[doc(alias = "ensure_future")]
    #[doc(inline)]
    pub use rt_core::spawn;

    /// As [`spawn`](fn@spawn), with an error outside a runtime instead of a panic.
    ///
    /// ```
    /// assert!(rt::task::try_spawn(async {}).is_err());
    /// ```
    #[doc(inline)]
    pub use rt_core::try_spawn;
}

/// Makes a job of a function, which can then be run in another process by its name.
///
/// ```
/// use rt::pool::ProcessPool;
///
/// rt::job! {
///     /// How many words the text has.
///     fn words(text: String) -> usize { text.split_whitespace().count() }
///     with { idempotent: true }
/// }
///
/// rt::run(async {
///     let pool = ProcessPool::builder().workers(1).build().unwrap();
///     assert_eq!(pool.job::<words>(("one two".to_owned(),)).await.unwrap(), 2);
///     assert_eq!(words("still a function".to_owned()), 3);
/// });
/// ```
pub use rt_pool::job;

#[doc(hidden)]
pub mod __macros {
    //! What the macros of this crate expand to.

    pub use rt_core::{Branch, BranchRound, first_of};
    pub use rt_macros::select;
}

pub use launch::run;
/// The tasks of the current runtime and what each waits for, as a tree, with those that wait in a
/// circle.
///
/// ```
/// rt::run(async {
///     let slow = rt::task::Builder::new().name("slow").spawn(std::future::pending::<()>());
///     rt::task::Builder::new().name("waiter").spawn(slow);
///     println!("{}", rt::dump());
/// });
/// ```
///
/// [`Handle::dump`](runtime::Handle::dump) does it from outside.
///
/// # Panics
///
/// Outside a runtime.
#[doc(alias = "print_call_graph")]
#[doc(inline)]
pub use rt_core::dump;
#[doc(no_inline)]
pub use runtime::{Builder, Handle, Runtime};
#[doc(no_inline)]
pub use task::spawn;

#[doc(inline)]
pub use rt_core::{context_var, task_local};

/// Runs an `async fn main` on a runtime.
///
/// ```
/// #[rt::main]
/// async fn main() {
///     println!("hello");
/// }
/// ```
///
/// Options: `flavor = "multi_thread"` (the default) or `"current_thread"`; `worker_threads = N`,
/// by default one for each processor; `start_paused = true` for a clock that stands still;
/// `crate = "path"` where the runtime goes by another name.
///
/// ```
/// #[rt::main(flavor = "multi_thread", worker_threads = 2)]
/// async fn main() -> Result<(), std::num::ParseIntError> {
///     let answer = rt::spawn(async { "42".parse::<i32>() }).await.unwrap()?;
///     assert_eq!(answer, 42);
///     Ok(())
/// }
/// ```
///
/// A wrong option is an error at that option, which says what is allowed.
///
/// ```compile_fail
/// #[rt::main(flavor = "threads")]
/// async fn main() {}
/// ```
///
/// asyncio: `asyncio.run(main())`.
#[doc(alias = "asyncio.run")]
pub use rt_macros::main;

/// Makes an `async fn` a test with a runtime of its own.
///
/// Options as for [`main`](macro@main), but the default is `flavor = "current_thread"`.
///
/// ```
/// #[rt::test]
/// async fn a_task_returns_its_value() {
///     assert_eq!(rt::spawn(async { 1 }).await.unwrap(), 1);
/// }
/// ```
///
/// With `start_paused = true` the clock stands still, and [jumps](time::pause) when every task
/// waits: a test of hours takes no time. With `seeds = N` the body runs N times on the
/// [deterministic](Builder::new_deterministic) flavour, each time in another order. When it fails,
/// the seed is printed, and the variable `RT_SEED` runs that one again.
///
/// ```
/// use rt::time::{Duration, sleep};
///
/// #[rt::test(start_paused = true)]
/// async fn a_day_passes() {
///     sleep(Duration::from_secs(86_400)).await;
/// }
///
/// #[rt::test(seeds = 200)]
/// async fn two_tasks_end_in_any_order() {
///     let (one, two) = (rt::spawn(async {}), rt::spawn(async {}));
///     two.await.unwrap();
///     one.await.unwrap();
/// }
/// ```
///
/// asyncio: `unittest.IsolatedAsyncioTestCase`.
#[doc(alias = "IsolatedAsyncioTestCase")]
pub use rt_macros::test;
