//! A value that knows how it is made.

use super::{GetOrInit, OnceCell};
use std::fmt;
use std::future::Future;
use std::pin::Pin;

/// What [`LazyLock`] calls unless it is told otherwise; it can stand in a `static`.
type Make<T> = fn() -> Pin<Box<dyn Future<Output = T> + Send>>;

/// A value that is made by the first task that asks for it.
///
/// It is a [`OnceCell`] together with what makes its value.
///
/// ```
/// use rt_sync::LazyLock;
///
/// static ADDRESS: LazyLock<String> = LazyLock::new(|| {
///     Box::pin(async { "from the network".to_owned() })
/// });
///
/// # futures::executor::block_on(async {
/// assert_eq!(ADDRESS.get().await, "from the network");
/// # });
/// ```
pub struct LazyLock<T, F = Make<T>> {
    cell: OnceCell<T>,
    make: F,
}

impl<T, F> LazyLock<T, F> {
    rt_primitive::const_fn! {
        /// A value that `make` makes. It is called once more if it panics or is cancelled.
        ///
        /// ```
        /// # futures::executor::block_on(async {
        /// use rt_sync::LazyLock;
        ///
        /// let lazy = LazyLock::new(async || 7);
        /// assert_eq!(*lazy.get().await, 7);
        /// # });
        /// ```
        pub fn new(make: F) -> Self {
            LazyLock { cell: OnceCell::new(), make }
        }
    }

    /// The value; this makes it, or waits for who makes it, if it is not there.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// static SEVEN: rt_sync::LazyLock<u32> = rt_sync::LazyLock::new(|| Box::pin(async { 7 }));
    /// assert_eq!(*SEVEN.get().await, 7);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// As [`OnceCell::get_or_init`].
    #[doc(alias = "force")]
    #[track_caller]
    pub fn get<Fut>(&self) -> GetOrInit<'_, T, &F, Fut>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = T>,
    {
        self.cell.get_or_init(&self.make)
    }

    /// The value, if it has been made.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// static SEVEN: rt_sync::LazyLock<u32> = rt_sync::LazyLock::new(|| Box::pin(async { 7 }));
    /// assert_eq!(SEVEN.try_get(), None);
    /// SEVEN.get().await;
    /// assert_eq!(SEVEN.try_get(), Some(&7));
    /// # });
    /// ```
    pub fn try_get(&self) -> Option<&T> {
        self.cell.get()
    }
}

impl<T: fmt::Debug, F> fmt::Debug for LazyLock<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LazyLock").field(&self.try_get()).finish()
    }
}
