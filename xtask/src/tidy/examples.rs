//! Public items: the docs of each have an example.
//!
//! An item is a function, a method, a type, a trait or a macro. Methods of traits are left out,
//! since the trait's own example shows them; and what is hidden from the docs.

use super::source::{Line, has_word};
use super::{Finding, Source, Tree};

/// Their docs are read; those of rt-macros stand where crate rt re-exports it.
const PACKAGES: &[&str] = &["rt", "rt-core", "rt-pool", "rt-sync", "rt-time"];

const KINDS: &[&str] = &[
    "pub fn ",
    "pub async fn ",
    "pub const fn ",
    "pub unsafe fn ",
    "pub struct ",
    "pub enum ",
    "pub trait ",
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let is_read = |source: &&Source| {
        source.package().is_some_and(|package| PACKAGES.contains(&package))
            && source.path.contains("/src/")
    };
    tree.sources.iter().filter(is_read).flat_map(without_example).collect()
}

fn without_example(source: &Source) -> Vec<Finding> {
    let hidden = hidden_types(source);
    let mut findings = Vec::new();
    // The block without indent that a line is in.
    let mut block = "";
    for (at, line) in source.product_lines() {
        if line.indent() == 0 && line.has_code() {
            block = &line.code;
        }
        let is_of_hidden = || block.contains("impl") && hidden.iter().any(|of| has_word(block, of));
        let docs = docs_above(source, at);
        if !is_public(line, &docs) || is_of_hidden() || is_shown(&docs) {
            continue;
        }
        let advice = "its docs have no example; add one that runs, of a few lines";
        findings.push(Finding::new(&source.path, at, "example", advice));
    }
    findings
}

fn is_public(line: &Line, docs: &str) -> bool {
    let code = line.code.trim_start();
    let is_macro = code.starts_with("macro_rules! ") && docs.contains("#[macro_export]");
    is_macro || KINDS.iter().any(|kind| code.starts_with(kind))
}

fn is_shown(docs: &str) -> bool {
    docs.contains("```") || docs.contains("doc(hidden)")
}

/// The types of the file that are hidden from the docs.
fn hidden_types(source: &Source) -> Vec<&str> {
    let is_hidden = |at: usize| docs_above(source, at).contains("doc(hidden)");
    let types = source.product_lines().filter_map(|(at, line)| Some((at, type_name(&line.code)?)));
    types.filter(|(at, _)| is_hidden(*at)).map(|(_, name)| name).collect()
}

fn type_name(code: &str) -> Option<&str> {
    let code = code.trim_start();
    let rest = code.strip_prefix("pub struct ").or_else(|| code.strip_prefix("pub enum "))?;
    rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next()
}

/// The docs and attributes that stand above a line, in whatever order.
fn docs_above(source: &Source, at: usize) -> String {
    let belongs = |line: &&Line| {
        line.is_comment()
            || (line.has_code() && !line.code.trim_end().ends_with(['{', '}', ';', ',']))
            || line.is_attribute()
    };
    let above = source.lines[..at - 1].iter().rev();
    above.take_while(belongs).map(|line| line.raw.as_str()).collect()
}
