//! The sanitizers' compiler is the newest there is.

use crate::san::newest;

#[test]
fn the_newest_compiler_is_found_by_number() {
    let found =
        "libstd-rust-web-1.85 - Rust\nlibstd-rust-web-1.100 - Rust\nlibstd-rust-web-dev - R";
    assert_eq!(newest(found).as_deref(), Some("libstd-rust-web-1.100"));
    assert_eq!(newest("libstd-rust-web-dev - Rust"), None);
}
