//! One context variable, and the macro that declares some.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use crate::vars::{Binding, ContextScope, ContextVars, Entered};

/// Declares context variables: statics whose values tasks hand on to the tasks they spawn.
///
/// A variable without a default has no value outside the scopes that give it one.
///
/// asyncio: `ContextVar("X", default=…)`.
///
/// ```
/// rt_core::context_var! {
///     /// Whom the request is for.
///     pub static USER: String;
///     static RETRIES: u32 = 3;
/// }
///
/// assert_eq!(USER.try_get(), None);
/// assert_eq!(RETRIES.get(), 3);
/// USER.sync_scope("ada".to_owned(), || assert_eq!(USER.get(), "ada"));
/// ```
#[macro_export]
macro_rules! context_var {
    () => {};
    (
        $(#[$meta:meta])* $vis:vis static $name:ident: $type:ty = $default:expr
        $(; $($rest:tt)*)?
    ) => {
        $(#[$meta])*
        $vis static $name: $crate::ContextVar<$type> =
            $crate::ContextVar::with_default(stringify!($name), || $default);
        $($crate::context_var! { $($rest)* })?
    };
    ($(#[$meta:meta])* $vis:vis static $name:ident: $type:ty $(; $($rest:tt)*)?) => {
        $(#[$meta])*
        $vis static $name: $crate::ContextVar<$type> = $crate::ContextVar::new(stringify!($name));
        $($crate::context_var! { $($rest)* })?
    };
}

/// A variable whose value is inherited by the tasks that are spawned where it has it.
///
/// [`context_var!`](crate::context_var) declares one. A value never changes: a scope gives the
/// variable another for a while, and what happens inside is not seen outside.
///
/// asyncio: `contextvars.ContextVar`.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// rt_core::context_var! { static REQUEST: u64; }
///
/// let seen = executor.block_on(REQUEST.scope(17, async {
///     let task = rt_core::spawn(async { REQUEST.get() });
///     task.await.unwrap()
/// }));
/// assert_eq!(seen, 17);
/// ```
pub struct ContextVar<T: 'static> {
    name: &'static str,
    default: Option<fn() -> T>,
}

impl<T: Send + Sync + 'static> ContextVar<T> {
    /// For [`context_var!`](crate::context_var).
    #[doc(hidden)]
    pub const fn new(name: &'static str) -> ContextVar<T> {
        ContextVar { name, default: None }
    }

    /// For [`context_var!`](crate::context_var).
    #[doc(hidden)]
    pub const fn with_default(name: &'static str, default: fn() -> T) -> ContextVar<T> {
        ContextVar { name, default: Some(default) }
    }

    /// Polls `future` with this value; the other variables are those of where it is first polled.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// rt_core::context_var! { static USER: &'static str = "nobody"; }
    ///
    /// let user = USER.scope("ada", async { rt_core::spawn(async { USER.get() }).await.unwrap() });
    /// assert_eq!(user.await, "ada"); // a spawned task inherits it
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// As the future's.
    pub fn scope<F: Future>(&'static self, value: T, future: F) -> ContextScope<F> {
        ContextScope::binding(self.bind(value), future)
    }

    /// Runs `f` with this value.
    ///
    /// ```
    /// rt_core::context_var! { static USER: &'static str = "nobody"; }
    ///
    /// assert_eq!(USER.sync_scope("ada", || USER.get()), "ada");
    /// assert_eq!(USER.get(), "nobody");
    /// ```
    pub fn sync_scope<R>(&'static self, value: T, f: impl FnOnce() -> R) -> R {
        let _entered = Entered::new(ContextVars::current().with(self.bind(value)));
        f()
    }

    /// Calls `f` with the value here, which is the default outside every scope.
    ///
    /// ```
    /// rt_core::context_var! { static USER: String = "nobody".to_owned(); }
    ///
    /// assert_eq!(USER.with(|user| user.len()), 6);
    /// ```
    ///
    /// # Panics
    ///
    /// If the variable has no value here; see [`try_with`](ContextVar::try_with).
    #[track_caller]
    pub fn with<R>(&'static self, f: impl FnOnce(&T) -> R) -> R {
        match self.try_with(f) {
            Some(result) => result,
            None => panic!(
                "context variable `{}` has no value here; give it one by `scope`, or a default",
                self.name
            ),
        }
    }

    /// Calls `f` with the value here; `None` if the variable has none.
    ///
    /// ```
    /// rt_core::context_var! { static USER: String; }
    ///
    /// assert_eq!(USER.try_with(|user| user.len()), None);
    /// ```
    pub fn try_with<R>(&'static self, f: impl FnOnce(&T) -> R) -> Option<R> {
        let vars = ContextVars::current();
        let value: Option<&dyn Any> = vars.value_of(self.address()).map(|value| &**value as _);
        match value {
            Some(value) => Some(f(value.downcast_ref().expect("bound by this variable"))),
            None => self.default.map(|default| f(&default())),
        }
    }

    fn bind(&'static self, value: T) -> Binding {
        Binding { var: self.address(), value: Arc::new(value) }
    }

    fn address(&'static self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

impl<T: Clone + Send + Sync + 'static> ContextVar<T> {
    /// The value here, which is the default outside every scope.
    ///
    /// ```
    /// rt_core::context_var! { static RETRIES: u32 = 3; }
    ///
    /// assert_eq!(RETRIES.get(), 3);
    /// ```
    ///
    /// # Panics
    ///
    /// If the variable has no value here; see [`try_get`](ContextVar::try_get).
    #[track_caller]
    pub fn get(&'static self) -> T {
        self.with(T::clone)
    }

    /// The value here; `None` if the variable has none.
    ///
    /// ```
    /// rt_core::context_var! { static USER: String; }
    ///
    /// assert_eq!(USER.try_get(), None);
    /// ```
    pub fn try_get(&'static self) -> Option<T> {
        self.try_with(T::clone)
    }
}

impl<T: 'static> fmt::Debug for ContextVar<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContextVar").field("name", &self.name).finish_non_exhaustive()
    }
}
