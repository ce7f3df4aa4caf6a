//! Named bugs that live in the code, so that a model can be seen to fail.

/// Asks whether the bug of this name is switched on; always `false` in a plain build.
///
/// A bug is switched on by `RT_MUTANT=<name>` in a model, or with the feature `mutants`. One build
/// can try them all. Each model names the bugs that must turn it red.
///
/// ```
/// if !rt_primitive::mutant!("doc.skip_the_work") {
///     // the work
/// }
/// ```
///
/// The second form picks a value, most often an ordering: the right one, or the bug's.
///
/// ```
/// use rt_primitive::atomic::Ordering;
///
/// let order = rt_primitive::mutant!("doc.relaxed", Ordering::Release => Ordering::Relaxed);
/// assert_eq!(order, Ordering::Release);
/// ```
#[macro_export]
macro_rules! mutant {
    ($name:literal) => {
        $crate::is_mutant($name)
    };
    ($name:literal, $right:expr => $wrong:expr) => {
        if $crate::is_mutant($name) { $wrong } else { $right }
    };
}

/// See [`mutant!`].
#[cfg(any(rt_loom, rt_shuttle, feature = "mutants"))]
#[doc(hidden)]
pub fn is_mutant(name: &str) -> bool {
    static CHOSEN: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    CHOSEN.get_or_init(|| std::env::var("RT_MUTANT").ok()).as_deref() == Some(name)
}

/// See [`mutant!`].
#[cfg(not(any(rt_loom, rt_shuttle, feature = "mutants")))]
#[doc(hidden)]
#[inline(always)]
pub const fn is_mutant(_name: &str) -> bool {
    false
}
