//! Seeded bugs and the tests that name them must agree.

use super::tree;
use crate::loom::Ledger;
use crate::mutants::{Build, Pair, one_test_a_point, plan};

const CODE: (&str, &str) = (
    "crates/rt-core/src/idle.rs",
    "//! A.\n// mutant!(\"in.comment\")\nif mutant!(\"idle.a\") {}\nlet order = mutant!(\n    \
     \"idle.b\",\n    Ordering::Release => Ordering::Relaxed\n);\n",
);

const MODEL: &str = "crates/rt-core/src/tests/loom/idle.rs";

/// The pairs of files whose names agree.
fn planned(files: &[(&str, &str)]) -> Vec<Pair> {
    let (pairs, complaints) = plan(&tree(files));
    assert_eq!(complaints, [""; 0]);
    pairs
}

#[test]
fn each_pair_of_bug_and_test_is_planned() {
    let model = "//! A.\n/// Sleeps.\n/// Mutants: idle.a,\n/// idle.b\n#[test]\n\
                 fn a_sleeper_is_woken() {}\n";
    let pairs = planned(&[CODE, (MODEL, model)]);
    let points: Vec<&str> = pairs.iter().map(|pair| pair.point.as_str()).collect();
    assert_eq!(points, ["idle.a", "idle.b"]);
    assert!(pairs.iter().all(|pair| pair.build == Build::Loom && pair.package == "rt-core"));
    assert_eq!(pairs[0].filter(), "(package(=rt-core) & test(/(^|::)a_sleeper_is_woken$/))");
}

#[test]
fn a_bug_without_a_test_and_a_test_without_a_bug_are_named() {
    let model = "//! A.\n/// Mutants: idle.a, idle.c\n#[test]\nfn t() {}\n";
    let (_, complaints) = plan(&tree(&[CODE, (MODEL, model)]));
    assert_eq!(complaints.len(), 2, "{complaints:?}");
    assert!(complaints[0].contains("idle.b"));
    assert!(complaints[1].contains("idle.c"));
}

#[test]
fn a_test_outside_the_models_needs_the_feature() {
    let test = "//! A.\n/// Mutants: idle.a, idle.b\n#[test]\nfn t() {}\n";
    let prop = ("crates/rt-core/src/tests/prop/idle.rs", test);
    let (_, complaints) = plan(&tree(&[CODE, prop]));
    assert!(complaints[0].contains("feature"), "{complaints:?}");
    let manifest = ("crates/rt-core/Cargo.toml", "[features]\nmutants = []\n");
    let pairs = planned(&[CODE, prop, manifest]);
    assert!(pairs.iter().all(|pair| pair.build == Build::Std));
}

#[test]
fn the_quick_set_has_each_bug_once_with_its_smallest_model() {
    let model = "//! A.\n/// Mutants: idle.a, idle.b\n#[test]\nfn big() {}\n\
                 /// Mutants: idle.a\n#[test]\nfn small() {}\n";
    let pairs = planned(&[CODE, (MODEL, model)]);
    let ledger = Ledger::parse("big 5000\nsmall 3\n").expect("the sample is a ledger");
    let quick = one_test_a_point(pairs, &ledger);
    let chosen: Vec<(&str, &str)> =
        quick.iter().map(|pair| (pair.point.as_str(), pair.test.as_str())).collect();
    assert_eq!(chosen, [("idle.a", "small"), ("idle.b", "big")]);
}
