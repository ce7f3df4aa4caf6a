//! Shared state: the head has protocol, invariants and model; each field says who may touch it.

use super::source::{has_word, word_columns};
use super::{Finding, Source, Tree};

const RULE: &str = "shared state";

const SECTIONS: &[&str] = &["# Protocol", "# Invariants"];

/// Fixed at construction, owner thread, under the lock, atomic.
const FIELD_KEY: &[&str] = &["[C]", "[O]", "[L]", "[A]"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in &tree.sources {
        let structs = shared_structs(source);
        if !structs.is_empty() && publishes(source) {
            findings.extend(head(tree, source));
        }
        for fields in structs {
            findings.extend(fields.filter_map(|at| field(source, at)));
        }
    }
    findings
}

/// Whether one thread learns anything from another here: counters that are only ever Relaxed need
/// no protocol.
fn publishes(source: &Source) -> bool {
    const SIGNS: &[&str] = &["Acquire", "Release", "AcqRel", "SeqCst", "UnsafeCell"];
    source.product_lines().any(|(_, line)| SIGNS.iter().any(|sign| has_word(&line.code, sign)))
}

/// The lines inside each struct that has an atomic or a cell among its fields.
fn shared_structs(source: &Source) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    for (at, line) in source.product_lines() {
        let code = line.code.trim_end();
        if !has_word(code, "struct") || code.ends_with(';') {
            continue;
        }
        // `at` counts from 1, so it is also the index of the line after. rustfmt closes the struct
        // in the column where it began.
        let inside = source.lines[at..].iter().take_while(|inner| {
            inner.indent() > line.indent() || inner.is_blank() || !inner.code.contains('}')
        });
        let body = at..at + if code.ends_with('}') { 0 } else { inside.count() };
        if source.lines[body.clone()]
            .iter()
            .any(|line| is_field(&line.code) && is_shared(&line.code))
        {
            found.push(body);
        }
    }
    found
}

fn is_field(code: &str) -> bool {
    let code = code.trim_start();
    let after_visibility = match code.strip_prefix("pub") {
        Some(rest) => rest.trim_start_matches("(crate)").trim_start_matches("(super)").trim_start(),
        None => code,
    };
    after_visibility.split_once(": ").is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .chars()
                .all(|letter| letter.is_lowercase() || letter.is_ascii_digit() || letter == '_')
    })
}

fn is_shared(code: &str) -> bool {
    let atomic = code.match_indices("Atomic").any(|(at, _)| {
        code[at + "Atomic".len()..].starts_with(|letter: char| letter.is_ascii_uppercase())
    });
    atomic || word_columns(code, "UnsafeCell").next().is_some()
}

fn head(tree: &Tree, source: &Source) -> Vec<Finding> {
    let report = |advice: String| Finding::new(&source.path, 1, RULE, advice);
    let mut findings = Vec::new();
    for section in SECTIONS {
        if !source.head().any(|line| line == *section) {
            findings.push(report(format!("the head of a file with shared state has `{section}`")));
        }
    }
    let model: Vec<&str> = source
        .head()
        .skip_while(|line| !line.starts_with("Model:") && !line.starts_with("Models:"))
        .take_while(|line| !line.is_empty())
        .collect();
    if model.is_empty() {
        findings.push(report(
            "name the test that checks this: `Model: <test>`, or \
                              `Model: none; <why>`"
                .to_owned(),
        ));
        return findings;
    }
    let text = model.join(" ");
    if has_word(&text, "none") {
        return findings;
    }
    let names: Vec<&str> = test_names(&text).collect();
    if names.is_empty() {
        findings.push(report("`Model:` names no test".to_owned()));
    }
    for name in names.into_iter().filter(|name| !is_test_of(tree, name)) {
        findings.push(report(format!("`Model:` names `{name}`, and no test has that name")));
    }
    findings
}

/// The words that look like test names: lower case, joined by underscores, not a path.
fn test_names(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
        .map(|word| word.trim_matches(['`', ',', '.', ';', '(', ')']))
        .filter(|word| word.contains('_') && !word.contains(['/', '.']))
        .map(|word| word.rsplit("::").next().unwrap_or(word))
}

fn is_test_of(tree: &Tree, name: &str) -> bool {
    let declaration = format!("fn {name}");
    let lines = tree.sources.iter().flat_map(|source| &source.lines);
    lines.filter(|line| line.is_test).any(|line| has_word(&line.code, &declaration))
}

fn field(source: &Source, at: usize) -> Option<Finding> {
    if !is_field(&source.lines[at].code) {
        return None;
    }
    let above = source.lines[..at].iter().rev();
    let comments: Vec<&str> = above
        .take_while(|line| line.is_comment() || line.is_attribute())
        .map(|line| line.comment.as_str())
        .collect();
    let tagged = comments.iter().find(|comment| FIELD_KEY.iter().any(|tag| comment.contains(tag)));
    let advice = match tagged {
        None => "say who may touch this field: `// [C]`, `[O]`, `[L]` or `[A]`, then what it holds",
        Some(comment) if comment.starts_with("///") => {
            "rustdoc reads `[A]` in `///` as a link; write the field's comment with `//`"
        }
        Some(_) => return None,
    };
    Some(Finding::new(&source.path, at + 1, RULE, advice))
}
