//! Public items: the docs of each have an example, or a link to what shows it.

use super::{Finding, Source, Tree};

/// Their docs are read; those of rt-macros stand where crate rt re-exports it.
const PACKAGES: &[&str] = &["rt", "rt-core", "rt-pool", "rt-sync", "rt-time"];

const KINDS: &[&str] = &["pub fn ", "pub async fn ", "pub struct ", "pub enum ", "pub trait "];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let is_read = |source: &&Source| {
        source.package().is_some_and(|package| PACKAGES.contains(&package))
            && source.path.contains("/src/")
    };
    tree.sources.iter().filter(is_read).flat_map(without_example).collect()
}

fn without_example(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, line) in source.product_lines() {
        if !KINDS.iter().any(|kind| line.code.starts_with(kind)) {
            continue;
        }
        let above = source.lines[..at - 1].iter().rev();
        let docs: String = above
            .take_while(|line| line.is_comment() || line.raw.starts_with(['#', ')', ' ']))
            .map(|line| line.raw.as_str())
            .collect();
        let is_shown = ["```", "](", "[`", "doc(hidden)"].iter().any(|mark| docs.contains(mark));
        if !is_shown {
            let advice = "its docs have neither an example nor a link to what shows it; add one";
            findings.push(Finding::new(&source.path, at, "example", advice));
        }
    }
    findings
}
