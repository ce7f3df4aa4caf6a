//! A value that is made once, by the first task that needs it.

mod init;
mod lazy;

use crate::permits::{Permits, Taken};
use std::error::Error;
use std::fmt;
use std::sync::OnceLock;

pub use init::{GetOrInit, GetOrTryInit};
pub use lazy::LazyLock;

/// A place for a value that is set once and read ever after.
///
/// Many tasks may ask for the value at the same time: one makes it, the others wait for it. If the
/// one that makes it fails, panics or is cancelled, the next one tries.
///
/// ```
/// use rt_sync::OnceCell;
///
/// static ADDRESS: OnceCell<String> = OnceCell::new();
///
/// async fn address() -> &'static str {
///     ADDRESS.get_or_init(async || "from the network".to_owned()).await
/// }
/// # futures::executor::block_on(async { assert_eq!(address().await, address().await) });
/// ```
pub struct OnceCell<T> {
    /// Written by who has the permit, once.
    value: OnceLock<T>,
    /// Who makes the value has it, and the others wait for it.
    permit: Permits,
}

/// Why [`OnceCell::set`] did not set the value, which comes back.
///
/// ```
/// use rt_sync::{OnceCell, SetError};
///
/// let cell = OnceCell::new_with(Some(1));
/// assert!(matches!(cell.set(2), Err(SetError::AlreadyInitializedError(2))));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetError<T> {
    /// There is a value already.
    AlreadyInitializedError(T),
    /// A task is making one.
    InitializingError(T),
}

impl<T> OnceCell<T> {
    rt_primitive::const_fn! {
        /// Without a value.
        ///
        /// ```
        /// static NAME: rt_sync::OnceCell<String> = rt_sync::OnceCell::new();
        /// assert_eq!(NAME.get(), None);
        /// ```
        #[doc(alias = "const_new")]
        pub fn new() -> Self {
            OnceCell { value: OnceLock::new(), permit: Permits::new(1) }
        }
    }

    /// With a value, or without one.
    ///
    /// ```
    /// let cell = rt_sync::OnceCell::new_with(Some(7));
    /// assert_eq!(cell.get(), Some(&7));
    /// ```
    pub fn new_with(value: Option<T>) -> Self {
        value.map_or_else(OnceCell::new, OnceCell::from)
    }

    /// The value, if it is there.
    ///
    /// ```
    /// let cell = rt_sync::OnceCell::new();
    /// assert_eq!(cell.get(), None);
    /// cell.set(7).unwrap();
    /// assert_eq!(cell.get(), Some(&7));
    /// ```
    pub fn get(&self) -> Option<&T> {
        self.value.get()
    }

    /// The value, if it is there, to change it.
    ///
    /// ```
    /// let mut cell = rt_sync::OnceCell::new_with(Some(7));
    /// *cell.get_mut().unwrap() += 1;
    /// assert_eq!(cell.get(), Some(&8));
    /// ```
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.value.get_mut()
    }

    /// Takes the value out.
    ///
    /// ```
    /// let cell = rt_sync::OnceCell::new_with(Some(7));
    /// assert_eq!(cell.into_inner(), Some(7));
    /// ```
    pub fn into_inner(self) -> Option<T> {
        self.value.into_inner()
    }

    /// Takes the value out; the cell can be set again.
    ///
    /// ```
    /// let mut cell = rt_sync::OnceCell::new_with(Some(7));
    /// assert_eq!(cell.take(), Some(7));
    /// assert!(cell.set(8).is_ok());
    /// ```
    pub fn take(&mut self) -> Option<T> {
        self.value.take()
    }

    /// True when the value is there.
    ///
    /// ```
    /// let cell = rt_sync::OnceCell::new();
    /// assert!(!cell.initialized());
    /// cell.set(7).unwrap();
    /// assert!(cell.initialized());
    /// ```
    pub fn initialized(&self) -> bool {
        self.value.get().is_some()
    }

    /// Sets the value, if there is none and no task is making one.
    ///
    /// ```
    /// let cell = rt_sync::OnceCell::new();
    /// assert!(cell.set(7).is_ok());
    /// assert_eq!(cell.set(8).unwrap_err().into_inner(), 8);
    /// ```
    ///
    /// # Errors
    ///
    /// When there is one, or a task is making one. The value comes back in the error.
    pub fn set(&self, value: T) -> Result<(), SetError<T>> {
        if self.initialized() {
            return Err(SetError::AlreadyInitializedError(value));
        }
        if self.permit.try_take(1) != Taken::Yes {
            return Err(SetError::InitializingError(value));
        }
        let set = self.value.set(value);
        self.permit.give(1);
        set.map_err(SetError::AlreadyInitializedError)
    }

    /// The value; if there is none this makes it, or waits for who makes it.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let cell = rt_sync::OnceCell::new();
    /// assert_eq!(*cell.get_or_init(async || 7).await, 7);
    /// assert_eq!(*cell.get_or_init(async || unreachable!()).await, 7);
    /// # });
    /// ```
    ///
    /// # Cancel safety
    ///
    /// If it is dropped while it makes the value, the next one who waits makes it anew.
    #[track_caller]
    pub fn get_or_init<F, Fut>(&self, make: F) -> GetOrInit<'_, T, F, Fut>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = T>,
    {
        GetOrInit::new(self, make)
    }

    /// As [`get_or_init`](Self::get_or_init), where making the value may fail.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let cell = rt_sync::OnceCell::new();
    /// assert_eq!(cell.get_or_try_init(async || Err("no network")).await, Err("no network"));
    /// assert_eq!(cell.get_or_try_init(async || Ok::<_, ()>(7)).await, Ok(&7));
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// What `make` failed with. The next one who wants the value tries again.
    ///
    /// # Cancel safety
    ///
    /// As [`get_or_init`](Self::get_or_init).
    #[track_caller]
    pub fn get_or_try_init<F, Fut, E>(&self, make: F) -> GetOrTryInit<'_, T, F, Fut>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        GetOrTryInit::new(self, make)
    }
}

impl<T> Default for OnceCell<T> {
    fn default() -> Self {
        OnceCell::new()
    }
}

impl<T> From<T> for OnceCell<T> {
    fn from(value: T) -> Self {
        OnceCell { value: OnceLock::from(value), permit: Permits::new(1) }
    }
}

impl<T: fmt::Debug> fmt::Debug for OnceCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OnceCell").field(&self.get()).finish()
    }
}

impl<T> SetError<T> {
    /// The value that was not set.
    ///
    /// ```
    /// let cell = rt_sync::OnceCell::new_with(Some(7));
    /// assert_eq!(cell.set(8).unwrap_err().into_inner(), 8);
    /// ```
    pub fn into_inner(self) -> T {
        match self {
            SetError::AlreadyInitializedError(value) | SetError::InitializingError(value) => value,
        }
    }
}

impl<T> fmt::Debug for SetError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SetError::AlreadyInitializedError(_) => "AlreadyInitializedError(..)",
            SetError::InitializingError(_) => "InitializingError(..)",
        })
    }
}

impl<T> fmt::Display for SetError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SetError::AlreadyInitializedError(_) => "the cell has a value already",
            SetError::InitializingError(_) => "a task is making the value of the cell",
        })
    }
}

impl<T> Error for SetError<T> {}
