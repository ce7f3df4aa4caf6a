//! The house rules that no compiler knows, checked over the whole tree.
//!
//! Each rule is a function from the tree to findings, so its test feeds it a bad sample. The rules
//! read text, not syntax: they rely on rustfmt's layout, which `cargo xtask ci` checks first.

mod api;
mod docs;
mod examples;
mod files;
mod guarantees;
mod layers;
mod orderings;
mod shared_state;
mod source;
mod statement;
mod tree;
mod unsafety;

use std::fmt;

use crate::process::workspace_root;
use crate::{Failure, Outcome};

#[cfg(test)]
pub(crate) use guarantees::page_of;
pub(crate) use source::Source;
pub(crate) use tree::Tree;
pub(crate) use unsafety::{BUDGET, budget_of};

/// One breach of one rule, with what to do about it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    path: String,
    /// Counted from 1.
    line: usize,
    rule: &'static str,
    advice: String,
}

impl Finding {
    fn new(path: &str, line: usize, rule: &'static str, advice: impl Into<String>) -> Finding {
        Finding { path: path.to_owned(), line, rule, advice: advice.into() }
    }
}

#[cfg(test)]
impl Finding {
    pub(crate) fn rule(&self) -> &str {
        self.rule
    }

    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.path, self.line)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.rule, self.advice)
    }
}

/// Every breach in the tree, in the order of the files.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let rules = [files::check, api::check, layers::check, shared_state::check, orderings::check];
    let mut findings: Vec<Finding> = rules.iter().flat_map(|rule| rule(tree)).collect();
    findings.extend(unsafety::check(tree));
    findings.extend(docs::check(tree));
    findings.extend(examples::check(tree));
    findings.extend(guarantees::check(tree));
    findings.sort();
    findings.dedup();
    findings
}

/// Makes the table of models in `docs/guarantees.md` anew.
pub(crate) fn update_guarantees() -> Outcome {
    let tree = Tree::read(&workspace_root())?;
    let page = guarantees::page_of(&tree)
        .map_err(|reason| Failure::Failed(format!("{}: {reason}", guarantees::PAGE)))?;
    std::fs::write(workspace_root().join(guarantees::PAGE), page)?;
    println!("{} is written", guarantees::PAGE);
    Ok(())
}

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let flags = crate::flags_only(arguments, &["--update-budget", "--update-guarantees"])?;
    let tree = Tree::read(&workspace_root())?;
    if flags.contains(&"--update-budget") {
        let path = workspace_root().join(BUDGET);
        std::fs::write(path, budget_of(&tree))?;
        println!("{} is written: its diff is the review of what became unsafe", BUDGET);
        return Ok(());
    }
    if flags.contains(&"--update-guarantees") {
        return update_guarantees();
    }
    let findings = check(&tree);
    if findings.is_empty() {
        return Ok(());
    }
    for finding in &findings {
        println!("{finding}");
    }
    Err(Failure::Failed(format!(
        "{} places are not tidy; docs/style.md has the rules",
        findings.len()
    )))
}
