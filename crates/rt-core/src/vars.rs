//! Context variables: values that a task hands on to the tasks it spawns.
//!
//! A set of bindings is one immutable list behind an `Arc`; a scope makes a new list with its value
//! in it. The thread keeps the list of the innermost scope it polls. Outside every scope that of
//! the current task counts, which is its spawner's at the time of the spawn.

mod scope;
mod var;

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use rt_primitive::Tally;

use crate::context;

pub use scope::ContextScope;
pub use var::ContextVar;

/// The value of one variable.
#[derive(Clone)]
struct Binding {
    /// The address of the variable.
    var: usize,
    value: Arc<dyn Any + Send + Sync>,
}

/// The values that all context variables have at one place of a program.
///
/// Spawned tasks, blocking jobs and callbacks get those of the place that started them. For other
/// code to run with them, take them along.
///
/// asyncio: `contextvars.Context`, `copy_context`.
///
/// ```
/// rt_core::context_var! { static USER: &'static str = "nobody"; }
///
/// let vars = USER.sync_scope("ada", rt_core::ContextVars::current);
/// assert_eq!(USER.get(), "nobody");
/// let elsewhere = std::thread::spawn(move || vars.run(|| USER.get()));
/// assert_eq!(elsewhere.join().unwrap(), "ada");
/// ```
#[derive(Clone, Default)]
#[doc(alias = "copy_context")]
pub struct ContextVars {
    bindings: Option<Arc<[Binding]>>,
}

rt_primitive::thread_local! {
    /// Those of the innermost scope that this thread polls or runs.
    static INNERMOST: RefCell<ContextVars> = RefCell::new(ContextVars { bindings: None });
}

/// Not 0 once the process has entered a scope: until then a spawn has nothing to look for. A task
/// that has variables was spawned after that, and so sees it.
static IN_USE: Tally = Tally::new();

/// What a task that is spawned here inherits; `None` if that is nothing.
#[inline]
pub(crate) fn inherited() -> Option<ContextVars> {
    if IN_USE.get() == 0 {
        return None;
    }
    Some(ContextVars::current()).filter(|vars| vars.bindings.is_some())
}

/// Runs `f` outside every scope: it is about to poll other tasks.
pub(crate) fn outside_scopes<R>(f: impl FnOnce() -> R) -> R {
    let _outside = (IN_USE.get() != 0).then(|| Entered::new(ContextVars::default()));
    f()
}

impl ContextVars {
    /// The values at this place.
    ///
    /// ```
    /// rt_core::context_var! { static USER: &'static str = "nobody"; }
    ///
    /// let vars = USER.sync_scope("ada", rt_core::ContextVars::current);
    /// assert_eq!(vars.run(|| USER.get()), "ada");
    /// ```
    pub fn current() -> ContextVars {
        let innermost = INNERMOST.try_with(|vars| vars.borrow().clone()).unwrap_or_default();
        if innermost.bindings.is_some() {
            return innermost;
        }
        let task = context::current_task();
        let rare = task.as_ref().and_then(|task| task.header().rare.get());
        rare.map_or_else(ContextVars::default, |rare| rare.vars.clone())
    }

    /// Runs `f` with these values.
    ///
    /// ```
    /// rt_core::context_var! { static USER: &'static str = "nobody"; }
    ///
    /// let vars = rt_core::ContextVars::current();
    /// let user = USER.sync_scope("ada", || vars.run(|| USER.get()));
    /// assert_eq!(user, "nobody"); // as where they were taken
    /// ```
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> R {
        let _entered = Entered::new(self.clone());
        f()
    }

    /// Polls `future` with these values.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// rt_core::context_var! { static USER: &'static str = "nobody"; }
    ///
    /// let vars = USER.sync_scope("ada", rt_core::ContextVars::current);
    /// assert_eq!(vars.scope(async { USER.get() }).await, "ada");
    /// # });
    /// ```
    pub fn scope<F: Future>(self, future: F) -> ContextScope<F> {
        ContextScope::new(self, future)
    }

    /// The same, but one variable has another value.
    fn with(self, new: Binding) -> ContextVars {
        let old = self.bindings.iter().flat_map(|old| old.iter());
        let others = old.filter(|binding| binding.var != new.var).cloned().collect::<Vec<_>>();
        let bindings = others.into_iter().chain([new]).collect();
        ContextVars { bindings: Some(bindings) }
    }

    fn value_of(&self, var: usize) -> Option<&Arc<dyn Any + Send + Sync>> {
        let bindings = self.bindings.as_ref()?;
        bindings.iter().find(|binding| binding.var == var).map(|binding| &binding.value)
    }
}

/// The thread is inside a scope while this lives.
struct Entered {
    before: ContextVars,
}

impl Entered {
    fn new(vars: ContextVars) -> Entered {
        IN_USE.set(1);
        Entered { before: INNERMOST.try_with(|place| place.replace(vars)).unwrap_or_default() }
    }

    /// Leaves the scope and gives its variables back.
    fn leave(self) -> ContextVars {
        let mut entered = std::mem::ManuallyDrop::new(self);
        swap_in(std::mem::take(&mut entered.before))
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        // Dropped outside the borrow, since a value's drop may look at variables.
        drop(swap_in(std::mem::take(&mut self.before)));
    }
}

fn swap_in(vars: ContextVars) -> ContextVars {
    INNERMOST.try_with(|place| place.replace(vars)).unwrap_or_default()
}

impl fmt::Debug for ContextVars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let len = self.bindings.as_ref().map_or(0, |bindings| bindings.len());
        f.debug_struct("ContextVars").field("len", &len).finish_non_exhaustive()
    }
}
