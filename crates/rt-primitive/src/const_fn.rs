//! Functions that are `const` in a plain build, and plain functions in a model.

/// Declares a `const fn`, which is not `const` in a model: a model checker has to be told of each
/// atomic that is made.
///
/// So what is built of atomics can live in a `static`, and be modelled elsewhere.
///
/// ```
/// use rt_primitive::atomic::{AtomicBool, Ordering};
///
/// struct Gate(AtomicBool);
///
/// impl Gate {
///     rt_primitive::const_fn! {
///         fn new() -> Self {
///             Gate(AtomicBool::new(false))
///         }
///     }
/// }
///
/// static GATE: Gate = Gate::new();
/// assert!(!GATE.0.load(Ordering::Relaxed));
/// ```
#[cfg(not(any(rt_loom, rt_shuttle)))]
#[macro_export]
macro_rules! const_fn {
    ($(#[$attribute:meta])* $visibility:vis fn $($function:tt)*) => {
        $(#[$attribute])*
        $visibility const fn $($function)*
    };
}

/// See the plain build.
#[cfg(any(rt_loom, rt_shuttle))]
#[macro_export]
macro_rules! const_fn {
    ($(#[$attribute:meta])* $visibility:vis fn $($function:tt)*) => {
        $(#[$attribute])*
        $visibility fn $($function)*
    };
}
