//! The ledger: a model that collapsed, exploded, is new or is gone is named.

use crate::loom::Ledger;

fn complaints(explored: &str, expected: &str, is_part: bool) -> Vec<String> {
    let parse = |text: &str| Ledger::parse(text).expect("the sample is a ledger");
    parse(explored).compare(&parse(expected), is_part)
}

#[test]
fn a_count_within_its_bounds_passes() {
    for executions in [60, 100, 300] {
        assert_eq!(complaints(&format!("a {executions}"), "a 100", false), [""; 0]);
    }
}

#[test]
fn a_count_out_of_bounds_is_named() {
    assert!(complaints("a 59", "a 100", false)[0].contains("collapsed"));
    assert!(complaints("a 301", "a 100", false)[0].contains("exploded"));
}

#[test]
fn a_model_that_is_new_or_gone_is_named() {
    assert_eq!(complaints("a 1\nb 1", "a 1", false), ["b: not in the ledger"]);
    assert_eq!(complaints("a 1", "a 1\nb 1", false), ["b: in the ledger, and did not run"]);
    assert_eq!(complaints("a 1", "a 1\nb 1", true), [""; 0]);
}

#[test]
fn two_models_of_one_name_and_a_broken_line_are_errors() {
    assert!(Ledger::parse("a 1\na 2\n").is_err());
    assert!(Ledger::parse("a\n").is_err());
    assert!(Ledger::parse("a many\n").is_err());
}

#[test]
fn the_committed_text_is_sorted_and_has_whole_seconds() {
    let ledger = Ledger::parse("b 2 0.25\na 1\n").expect("the sample is a ledger");
    assert_eq!(ledger.to_text(), "a 1\nb 2 1\n");
    assert!(ledger.table().ends_with("b               2     0.25\n"));
}
