//! Items: globs, bare type names and attributes without a reason are reported.

use super::reported;

const LIB: &str = "crates/rt-core/src/lib.rs";

#[test]
fn a_glob_in_an_export_is_reported_also_on_a_later_line() {
    let list = "//! A.\npub use task::{Id, JoinHandle};\nuse std::fmt::*;\n";
    assert_eq!(reported("glob", &[(LIB, list)]), [""; 0]);
    let glob = "//! A.\npub use task::*;\npub(crate) use a::{\n    b::*,\n};\n";
    assert_eq!(reported("glob", &[(LIB, glob)]), [format!("{LIB}:2"), format!("{LIB}:3")]);
}

#[test]
fn a_type_name_that_leaves_open_whose_it_is_is_reported() {
    let good = "//! A.\nstruct TaskState;\nimpl State for TaskState {}\nfn make() -> Handle {}\n";
    assert_eq!(reported("type name", &[(LIB, good)]), [""; 0]);
    let bad = "//! A.\nstruct State;\npub(crate) enum Inner<T> {}\npub trait Manager {}\n";
    let places = ["2", "3", "4"].map(|line| format!("{LIB}:{line}"));
    assert_eq!(reported("type name", &[(LIB, bad)]), places);
}

#[test]
fn an_allow_without_its_reason_is_reported() {
    let good = "//! A.\n#[allow(dead_code, reason = \"x\")]\n#[expect(\n    dead_code,\n    \
                reason = \"x\"\n)]\nfn f() {}\n";
    assert_eq!(reported("reason", &[(LIB, good)]), [""; 0]);
    let bad =
        "//! A.\n#![allow(dead_code)]\n#[expect(\n    dead_code,\n)]\nfn f() {}\n// reason =\n";
    assert_eq!(reported("reason", &[(LIB, bad)]), [format!("{LIB}:2"), format!("{LIB}:3")]);
}
