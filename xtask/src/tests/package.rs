//! Packages: which dependency needs too young a Rust.

use crate::package::younger_than_ours;

#[test]
fn a_dependency_that_needs_a_younger_rust_is_named() {
    let metadata = r#"{"packages":[
        {"name":"old","id":"registry#old@1.0.0","targets":[{"name":"x"}],"rust_version":"1.31"},
        {"name":"none","id":"registry#none@1.0.0","rust_version":null},
        {"name":"new","id":"registry#new@2.0.0","rust_version":"1.999.0"}],
        "resolve":{"nodes":[{"id":"registry#old@1.0.0"}]}}"#;
    assert_eq!(younger_than_ours(metadata), ["registry#new@2.0.0 (1.999.0)"]);
}
