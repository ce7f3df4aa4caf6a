//! A cell whose every access is a closure, so that a model checker can see where it ends.

/// Interior mutability without a check; loom checks it in models.
///
/// The cell is never `Sync` by itself: the type that holds it decides, and says why.
///
/// ```
/// use rt_primitive::cell::UnsafeCell;
///
/// let cell = UnsafeCell::new(1);
/// assert_eq!(cell.with(|value| value.is_null()), false);
/// assert_eq!(cell.into_inner(), 1);
/// ```
#[derive(Debug, Default)]
#[repr(transparent)]
pub struct UnsafeCell<T: ?Sized>(std::cell::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    /// A cell that holds `value`. Not `const` in models.
    pub const fn new(value: T) -> Self {
        Self(std::cell::UnsafeCell::new(value))
    }

    /// Takes the value out.
    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

impl<T: ?Sized> UnsafeCell<T> {
    /// Runs `access` with a pointer to read through. The pointer must not outlive the closure.
    #[inline(always)]
    pub fn with<R>(&self, access: impl FnOnce(*const T) -> R) -> R {
        access(self.0.get())
    }

    /// Runs `access` with a pointer to write through. The pointer must not outlive the closure.
    #[inline(always)]
    pub fn with_mut<R>(&self, access: impl FnOnce(*mut T) -> R) -> R {
        access(self.0.get())
    }
}
