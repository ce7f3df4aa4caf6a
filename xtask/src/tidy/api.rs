//! Items: no glob re-exports, no bare type names, no `allow` without its reason.

use super::source::has_word;
use super::{Finding, Source, Tree};

/// Type names that leave open whose they are.
const BARE_TYPES: &[&str] = &["Handle", "Inner", "Shared", "State", "Context", "Manager"];

const TYPE_WORDS: &[&str] = &["struct", "enum", "union", "trait"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in &tree.sources {
        for (at, line) in source.lines.iter().enumerate() {
            let code = line.code.trim();
            findings.extend(glob(source, at).or_else(|| type_name(source, at, code)));
            findings.extend(attribute_reason(source, at, code));
        }
    }
    findings
}

fn glob(source: &Source, at: usize) -> Option<Finding> {
    let line = &source.lines[at];
    let is_import = has_word(&line.code, "use");
    if line.is_test || !is_import || !line.code.trim_start().starts_with("pub") {
        return None;
    }
    // A list of names may run over lines; its glob may stand on any of them.
    let (_, used) = line.code.split_once("use ")?;
    let rest = source.lines[at + 1..].iter().map(|line| line.code.as_str());
    let mut whole = used.to_owned();
    whole.extend(rest.take_while(|_| !used.contains(';')).take(40));
    let list = whole.split(';').next().unwrap_or_default();
    let advice = "name each item: the list in lib.rs is what a reviewer reads of the API";
    list.contains('*').then(|| Finding::new(&source.path, at + 1, "glob", advice))
}

fn type_name(source: &Source, at: usize, code: &str) -> Option<Finding> {
    let mut words = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let word = words.by_ref().find(|word| is_item_word(word))?;
    let name = words.find(|word| !word.is_empty())?;
    if !TYPE_WORDS.contains(&word) || !BARE_TYPES.contains(&name) {
        return None;
    }
    let advice = format!("`{name}` does not say whose; call it `Timer{name}`, `Task{name}`, …");
    Some(Finding::new(&source.path, at + 1, "type name", advice))
}

/// The first of these words decides what a line declares.
fn is_item_word(word: &str) -> bool {
    TYPE_WORDS.contains(&word)
        || ["fn", "impl", "let", "use", "mod", "for", "where"].contains(&word)
}

fn attribute_reason(source: &Source, at: usize, code: &str) -> Option<Finding> {
    let lints = ["#[allow(", "#![allow(", "#[expect(", "#![expect("];
    let start = lints.iter().find(|start| code.starts_with(**start))?;
    let mut whole = String::new();
    for line in &source.lines[at..] {
        whole.push_str(&line.code);
        if line.code.trim_end().ends_with(']') {
            break;
        }
    }
    let advice = format!("give `{start}…)]` a `reason = \"…\"`, or mend what the lint found");
    (!whole.contains("reason =")).then(|| Finding::new(&source.path, at + 1, "reason", advice))
}
