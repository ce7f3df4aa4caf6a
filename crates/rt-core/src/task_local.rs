//! Task locals, as tokio has them: values of one future, that nobody inherits.

use std::cell::RefCell;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread;

use pin_project_lite::pin_project;

/// Declares task locals: statics that have a value while a future is polled.
///
/// A spawned task does not inherit them; [`context_var!`](crate::context_var) is for that.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// rt_core::task_local! { static DEPTH: u32; }
///
/// let seen = executor.block_on(DEPTH.scope(1, async { DEPTH.get() }));
/// assert_eq!(seen, 1);
/// assert!(DEPTH.try_get().is_err());
/// ```
#[macro_export]
macro_rules! task_local {
    () => {};
    ($(#[$meta:meta])* $vis:vis static $name:ident: $type:ty $(; $($rest:tt)*)?) => {
        $(#[$meta])*
        $vis static $name: $crate::LocalKey<$type> = {
            ::std::thread_local! {
                static VALUE: ::std::cell::RefCell<::std::option::Option<$type>> =
                    const { ::std::cell::RefCell::new(::std::option::Option::None) };
            }
            $crate::LocalKey::new(&VALUE)
        };
        $($crate::task_local! { $($rest)* })?
    };
}

/// A task local; [`task_local!`](macro@crate::task_local) declares one.
///
/// ```
/// rt_core::task_local! { static USER: &'static str; }
///
/// let key: &'static rt_core::LocalKey<&'static str> = &USER;
/// assert!(key.try_get().is_err()); // it has no value outside a scope
/// ```
pub struct LocalKey<T: 'static> {
    value: &'static thread::LocalKey<RefCell<Option<T>>>,
}

/// The task local has no value here.
///
/// ```
/// rt_core::task_local! {
///     static USER: u8;
/// }
/// assert!(USER.try_get().is_err()); // outside a scope
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LocalAccessError;

impl<T: 'static> LocalKey<T> {
    /// For [`task_local!`](macro@crate::task_local).
    #[doc(hidden)]
    pub const fn new(value: &'static thread::LocalKey<RefCell<Option<T>>>) -> LocalKey<T> {
        LocalKey { value }
    }

    /// Polls `future` with this value.
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// rt_core::task_local! { static USER: &'static str; }
    ///
    /// let greeting = USER.scope("ada", async { format!("hello, {}", USER.get()) });
    /// assert_eq!(greeting.await, "hello, ada");
    /// # });
    /// ```
    pub fn scope<F: Future>(&'static self, value: T, future: F) -> TaskLocalFuture<T, F> {
        TaskLocalFuture { key: self, value: Some(value), future: Some(future) }
    }

    /// Runs `f` with this value.
    ///
    /// ```
    /// rt_core::task_local! { static USER: &'static str; }
    ///
    /// assert_eq!(USER.sync_scope("ada", || USER.get()), "ada");
    /// ```
    #[track_caller]
    pub fn sync_scope<R>(&'static self, value: T, f: impl FnOnce() -> R) -> R {
        let mut value = Some(value);
        let _swapped = Swapped::new(self, &mut value);
        f()
    }

    /// Calls `f` with the value.
    ///
    /// ```
    /// rt_core::task_local! { static USER: String; }
    ///
    /// let len = USER.sync_scope("ada".to_owned(), || USER.with(|user| user.len()));
    /// assert_eq!(len, 3);
    /// ```
    ///
    /// # Panics
    ///
    /// Outside a scope; see [`try_with`](LocalKey::try_with).
    #[track_caller]
    pub fn with<R>(&'static self, f: impl FnOnce(&T) -> R) -> R {
        self.try_with(f).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Calls `f` with the value.
    ///
    /// ```
    /// rt_core::task_local! { static USER: String; }
    ///
    /// assert!(USER.try_with(|user| user.len()).is_err()); // there is no scope here
    /// ```
    ///
    /// # Errors
    ///
    /// [`LocalAccessError`] outside a scope.
    pub fn try_with<R>(&'static self, f: impl FnOnce(&T) -> R) -> Result<R, LocalAccessError> {
        let called = self.value.try_with(|value| value.borrow().as_ref().map(f));
        called.ok().flatten().ok_or(LocalAccessError)
    }
}

impl<T: Clone + 'static> LocalKey<T> {
    /// The value.
    ///
    /// ```
    /// rt_core::task_local! { static RETRIES: u32; }
    ///
    /// assert_eq!(RETRIES.sync_scope(3, || RETRIES.get()), 3);
    /// ```
    ///
    /// # Panics
    ///
    /// Outside a scope; see [`try_get`](LocalKey::try_get).
    #[track_caller]
    pub fn get(&'static self) -> T {
        self.with(T::clone)
    }

    /// The value.
    ///
    /// ```
    /// rt_core::task_local! { static RETRIES: u32; }
    ///
    /// assert!(RETRIES.try_get().is_err());
    /// assert_eq!(RETRIES.sync_scope(3, || RETRIES.try_get()).unwrap(), 3);
    /// ```
    ///
    /// # Errors
    ///
    /// [`LocalAccessError`] outside a scope.
    pub fn try_get(&'static self) -> Result<T, LocalAccessError> {
        self.try_with(T::clone)
    }
}

/// A value is exchanged with the thread's while this lives.
struct Swapped<'a, T: 'static> {
    key: &'static LocalKey<T>,
    value: &'a mut Option<T>,
}

impl<'a, T> Swapped<'a, T> {
    #[track_caller]
    fn new(key: &'static LocalKey<T>, value: &'a mut Option<T>) -> Swapped<'a, T> {
        key.value.with(|place| std::mem::swap(&mut *place.borrow_mut(), value));
        Swapped { key, value }
    }
}

impl<T> Drop for Swapped<'_, T> {
    fn drop(&mut self) {
        self.key.value.with(|place| std::mem::swap(&mut *place.borrow_mut(), self.value));
    }
}

pin_project! {
    /// The future of [`LocalKey::scope`].
    ///
    /// ```
    /// # use rt_core::{Config, Executor, NoDriver};
    /// # use std::sync::Arc;
    /// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
    /// # executor.block_on(async {
    /// rt_core::task_local! { static RETRIES: u32; }
    ///
    /// use rt_core::TaskLocalFuture;
    /// use std::future::{Ready, ready};
    ///
    /// let within: TaskLocalFuture<u32, Ready<&str>> = RETRIES.scope(3, ready("done"));
    /// assert_eq!(within.await, "done");
    /// # });
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    pub struct TaskLocalFuture<T, F>
    where
        T: 'static,
    {
        // [C]
        key: &'static LocalKey<T>,
        // [O] Taken while the future is polled.
        value: Option<T>,
        // [O] None once it is dropped.
        #[pin]
        future: Option<F>,
    }

    impl<T: 'static, F> PinnedDrop for TaskLocalFuture<T, F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _swapped = Swapped::new(this.key, this.value);
            this.future.set(None);
        }
    }
}

impl<T: 'static, F: Future> Future for TaskLocalFuture<T, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        let future = this.future.as_mut().as_pin_mut().expect("polled after it was dropped");
        let _swapped = Swapped::new(this.key, this.value);
        future.poll(cx)
    }
}

impl<T: 'static> fmt::Debug for LocalKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalKey").finish_non_exhaustive()
    }
}

impl<T, F> fmt::Debug for TaskLocalFuture<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskLocalFuture").finish_non_exhaustive()
    }
}

impl fmt::Display for LocalAccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the task local has no value here; give it one by `scope`")
    }
}

impl Error for LocalAccessError {}
