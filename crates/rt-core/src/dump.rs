//! What every task of a runtime waits for, as a tree, and which of them wait in a circle.

mod json;
mod tree;

use std::collections::HashMap;

use crate::handle::ExecutorHandle;
use crate::task::id::Id;
use crate::task::info::TaskInfo;

/// The tasks of a runtime at about one moment, and what each waits for.
///
/// Printed, it is a tree: below each task are those that wait for it, by awaiting it or because it
/// holds a lock. Tasks that wait in a circle, and so for ever, come first.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// executor.block_on(async {
///     let slow = rt_core::TaskBuilder::new().name("slow").spawn(std::future::pending::<()>());
///     rt_core::TaskBuilder::new().name("waiter").spawn(slow);
///     for _ in 0..10 {
///         rt_core::yield_now().await;
///     }
///     let dump = rt_core::dump();
///     assert!(dump.cycles().is_empty());
///     println!("{dump}");
///     // slow  waiting, spawned at src/main.rs:2:56
///     // └── waiter  waiting for join of Task-4, spawned at src/main.rs:3:46
/// });
/// ```
#[derive(Clone, Debug)]
#[doc(alias = "print_call_graph")]
#[doc(alias = "capture_call_graph")]
pub struct Dump {
    tasks: Vec<TaskInfo>,
}

/// The tasks of the current runtime and what they wait for; see [`ExecutorHandle::dump`].
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// # executor.block_on(async {
/// println!("{}", rt_core::dump());
/// # });
/// ```
///
/// # Panics
///
/// Outside a runtime.
#[track_caller]
pub fn dump() -> Dump {
    ExecutorHandle::current().dump()
}

impl ExecutorHandle {
    /// The tasks of this runtime and what each waits for.
    ///
    /// Works from any thread, also while every worker is stuck in a task. Nothing is stopped for
    /// it, so it is of about one moment.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// executor.handle().spawn(std::future::pending::<()>());
    /// assert_eq!(executor.handle().dump().tasks().len(), 1);
    /// ```
    pub fn dump(&self) -> Dump {
        Dump { tasks: self.tasks() }
    }
}

impl Dump {
    /// The tasks, by number.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// rt_core::spawn(std::future::pending::<()>());
    /// assert_eq!(rt_core::dump().tasks().len(), 2); // with the future of `block_on`
    /// # });
    /// ```
    pub fn tasks(&self) -> &[TaskInfo] {
        &self.tasks
    }

    /// Each circle of tasks that wait for one another: the first for the second, and so on, and the
    /// last for the first. While nobody aborts one of them, they wait for ever.
    ///
    /// A dump is of about one moment, so a circle that is not in the next dump was none.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// assert!(rt_core::dump().cycles().is_empty());
    /// # });
    /// ```
    pub fn cycles(&self) -> Vec<Vec<&TaskInfo>> {
        let by_id: HashMap<Id, &TaskInfo> = self.tasks.iter().map(|task| (task.id, task)).collect();
        let mut seen = HashMap::new();
        let mut cycles = Vec::new();
        for (turn, start) in self.tasks.iter().enumerate() {
            // Each task waits for at most one, so the way from it is a line.
            let mut path: Vec<&TaskInfo> = Vec::new();
            let mut next = Some(start);
            while let Some(task) = next {
                match seen.insert(task.id, turn) {
                    None => path.push(task),
                    Some(earlier) => {
                        seen.insert(task.id, earlier);
                        let begin = path.iter().position(|on_path| on_path.id == task.id);
                        cycles.extend(begin.map(|begin| path.split_off(begin)));
                        break;
                    }
                }
                next = awaited(task).and_then(|id| by_id.get(&id).copied());
            }
        }
        cycles
    }
}

/// The task that this one waits for.
fn awaited(task: &TaskInfo) -> Option<Id> {
    task.wait.as_ref()?.on
}
