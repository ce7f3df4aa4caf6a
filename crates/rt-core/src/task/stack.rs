//! Where a task is, in the lines of its program.
//!
//! Two frames are known without any cost worth the name: where it was spawned, and the waiting call
//! it is in. What lies between, only a debugger knows.

use std::fmt;
use std::io;
use std::panic::Location;

use crate::dump::Dump;
use crate::error::NoRuntime;
use crate::handle::ExecutorHandle;
use crate::task::info::TaskInfo;
use crate::task::reference::TaskRef;
use crate::wait::WaitInfo;

/// One line that a task is at.
///
/// See [`TaskRef::stack`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// use rt_core::Frame;
///
/// for frame in rt_core::current_task().stack(None) {
///     match frame {
///         Frame::Spawned(at) => println!("from {at}"),
///         other => println!("{other}"),
///     }
/// }
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Frame {
    /// Where it was spawned.
    Spawned(&'static Location<'static>),
    /// What it waits for, and where.
    Waiting(WaitInfo),
}

/// A task, what it waits for, and who waits for it.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     let slow = rt_core::spawn(std::future::pending::<()>());
///     let of_slow = slow.task();
///     rt_core::spawn(slow);
///     rt_core::settle().await;
///     let graph = of_slow.call_graph().unwrap().unwrap();
///     assert_eq!(graph.awaited_by.len(), 1);
/// });
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
#[doc(alias = "FutureCallGraph")]
pub struct CallGraph {
    /// The task.
    pub task: TaskInfo,
    /// The task it waits for.
    pub waits_on: Option<TaskInfo>,
    /// The tasks that wait for it, by number.
    pub awaited_by: Vec<TaskInfo>,
}

impl TaskRef {
    /// The lines the task is at, outermost first: at most the `limit` innermost ones.
    ///
    /// asyncio: `task.get_stack`.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// let task = executor.handle().spawn(std::future::pending::<()>()).task();
    /// assert_eq!(task.stack(None), [rt_core::Frame::Spawned(task.spawned_at())]);
    /// assert_eq!(task.stack(Some(0)), []);
    /// ```
    #[doc(alias = "get_stack")]
    pub fn stack(&self, limit: Option<usize>) -> Vec<Frame> {
        let info = self.info();
        let mut frames = vec![Frame::Spawned(info.spawned_at)];
        frames.extend(info.wait.map(Frame::Waiting));
        let surplus = frames.len().saturating_sub(limit.unwrap_or(usize::MAX));
        frames.split_off(surplus)
    }

    /// Writes the task's [`stack`](TaskRef::stack), a line each.
    ///
    /// asyncio: `task.print_stack`.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// let task = executor.handle().spawn(std::future::pending::<()>()).task();
    /// task.print_stack(&mut std::io::stdout())?;
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// # Errors
    ///
    /// That of the writer.
    pub fn print_stack(&self, to: &mut impl io::Write) -> io::Result<()> {
        writeln!(to, "{}, innermost last:", self.name())?;
        for frame in self.stack(None) {
            writeln!(to, "  {frame}")?;
        }
        Ok(())
    }

    /// What the task waits for and who waits for it, among the tasks of the current runtime; `None`
    /// once it has ended.
    ///
    /// asyncio: `capture_call_graph`.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(std::future::pending::<()>()).task();
    /// let graph = task.call_graph().unwrap().unwrap();
    /// assert!(graph.awaited_by.is_empty());
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// [`NoRuntime`] on a thread that is not inside a runtime.
    #[doc(alias = "capture_call_graph")]
    pub fn call_graph(&self) -> Result<Option<CallGraph>, NoRuntime> {
        Ok(ExecutorHandle::try_current()?.dump().call_graph(self))
    }
}

impl Dump {
    /// What one task waits for and who waits for it; `None` if it is not in the dump.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// let task = rt_core::spawn(std::future::pending::<()>()).task();
    /// let graph = rt_core::dump().call_graph(&task).unwrap();
    /// assert_eq!(graph.task.id, task.id());
    /// # });
    /// ```
    pub fn call_graph(&self, task: &TaskRef) -> Option<CallGraph> {
        let find = |id| self.tasks().iter().find(|task| task.id == id).cloned();
        let on = |task: &TaskInfo| task.wait.as_ref().and_then(|wait| wait.on);
        let task = find(task.id())?;
        let waits_on = on(&task).and_then(find);
        let awaited_by = self.tasks().iter().filter(|other| on(other) == Some(task.id));
        Some(CallGraph { waits_on, awaited_by: awaited_by.cloned().collect(), task })
    }
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Frame::Spawned(at) => write!(f, "spawned at {at}"),
            Frame::Waiting(wait) => write!(f, "waiting for {wait}"),
        }
    }
}

impl fmt::Display for CallGraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.task)?;
        if let Some(on) = &self.waits_on {
            writeln!(f, "  waits for {on}")?;
        }
        for waiter in &self.awaited_by {
            writeln!(f, "  awaited by {waiter}")?;
        }
        Ok(())
    }
}
