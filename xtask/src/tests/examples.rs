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

/// Not shown.
#[derive(Debug)]
pub enum Bare {}

/// Only for macros.
#[doc(hidden)]
pub fn hidden() {}
";

#[test]
fn a_public_item_that_nothing_shows_is_named() {
    let file = "crates/rt-sync/src/file.rs";
    assert_eq!(reported("example", &[(file, SOURCE)]), [format!("{file}:16")]);
    assert_eq!(reported("example", &[("crates/rt-bench/src/file.rs", SOURCE)]), [""; 0]);
}
