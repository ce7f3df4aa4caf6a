//! The checks can fail: each rule is shown a good sample and a bad one.

mod api;
mod docs;
mod examples;
mod files;
mod guarantees;
mod layers;
mod ledger;
mod mutants;
mod orderings;
mod orderings_mutator;
mod package;
mod process;
mod san;
mod shared_state;
mod source;
mod unsafety;

use crate::process::workspace_root;
use crate::tidy::{Tree, check};

/// A tree of these files and no others.
fn tree(files: &[(&str, &str)]) -> Tree {
    Tree::new(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
}

/// Every finding of `rule` in these files, as `path:line`.
fn reported(rule: &str, files: &[(&str, &str)]) -> Vec<String> {
    let findings = check(&tree(files));
    let of_rule = findings.iter().filter(|finding| finding.rule() == rule);
    of_rule.map(|finding| finding.place()).collect()
}

#[test]
fn the_tree_is_tidy() {
    let tree = Tree::read(&workspace_root()).expect("the tree can be read");
    let findings: Vec<String> = check(&tree).iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "\n{}\ndocs/style.md has the rules", findings.join("\n"));
}

#[test]
fn an_unknown_command_is_a_wrong_usage_and_is_named() {
    match crate::dispatch(&["frobnicate".to_owned()]) {
        Err(crate::Failure::Usage(reason)) => assert!(reason.contains("`frobnicate`"), "{reason}"),
        other => panic!("an unknown command gave {other:?}"),
    }
    assert!(crate::command_list().contains("tidy"));
}

#[test]
fn an_unknown_flag_and_a_second_filter_are_wrong_usage() {
    let known = ["--full"];
    let split = |words: &[&str]| {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        crate::flags_and_filter(&words, &known)
            .map(|(flags, filter)| (flags.len(), filter.is_some()))
    };
    assert_eq!(split(&["--full", "deque"]), Ok((1, true)));
    assert_eq!(split(&[]), Ok((0, false)));
    assert!(split(&["--ful"]).is_err());
    assert!(split(&["deque", "park"]).is_err());
    assert!(crate::flags_only(&["deque".to_owned()], &known).is_err());
}
