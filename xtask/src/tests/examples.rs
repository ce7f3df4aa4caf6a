//! Examples: a public item whose docs show nothing is named.

use super::reported;

const SOURCE: &str = "\
//! A file.

/// Shown.
///
/// ```
/// rt_sync::shown();
/// ```
pub fn shown() {}

/// The error of [`shown`].
#[derive(Debug)]
pub struct ShownError;

impl ShownError {
    /// A method.
    pub fn method(&self) {}

    /// A method.
    ///
    /// ```
    /// rt_sync::ShownError.method();
    /// ```
    #[inline]
    pub fn shown(&self) {}

    pub(crate) fn inside(&self) {}
}

/// Only for macros.
#[doc(hidden)]
pub struct Hidden;

impl Hidden {
    /// So is this.
    pub fn method(&self) {}
}

/// A macro.
#[macro_export]
macro_rules! bare {
    () => {};
}
";

#[test]
fn a_public_item_that_nothing_shows_is_named() {
    let file = "crates/rt-sync/src/file.rs";
    let places = [12, 16, 40].map(|line| format!("{file}:{line}"));
    assert_eq!(reported("example", &[(file, SOURCE)]), places);
    assert_eq!(reported("example", &[("crates/rt-bench/src/file.rs", SOURCE)]), [""; 0]);
}
