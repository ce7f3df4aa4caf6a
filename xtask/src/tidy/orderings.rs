//! Orderings: every atomic access says its ordering, its partner and what becomes visible.

use super::source::{has_word, word_columns};
use super::statement::comment_above;
use super::{Finding, Source, Tree};

const RULE: &str = "ordering";

const TAG: &str = "ORDERING:";

const ORDERINGS: &[&str] = &["Relaxed", "Acquire", "Release", "AcqRel", "SeqCst"];

/// Files that pass an ordering on, and choose none.
const PASS_ON_FILES: &[&str] = &["crates/rt-primitive/src/real/counted_atomic.rs"];

/// Where a `SeqCst` access is the point of the file.
const SEQ_CST_FILES: &[(&str, &str)] = &[
    (
        "crates/rt-primitive/src/deque/",
        "the twin does what crossbeam-deque does, access for access",
    ),
    ("crates/rt-primitive/src/tests/loom/litmus", "the litmus tests pin what loom makes of them"),
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let sources = tree.sources.iter();
    let chooses = sources.filter(|source| !PASS_ON_FILES.contains(&source.path.as_str()));
    chooses.flat_map(check_source).collect()
}

fn check_source(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let may_be_seq_cst = SEQ_CST_FILES.iter().any(|(start, _)| source.path.starts_with(start));
    for (at, line) in source.lines.iter().enumerate() {
        let report = |advice: &str| Finding::new(&source.path, at + 1, RULE, advice);
        let code = line.code.as_str();
        if code.contains("Ordering::SeqCst") && !is_fence(code) && !may_be_seq_cst {
            findings.push(report("no SeqCst access: use AcqRel and a pair of `fence(SeqCst)`"));
        }
        if line.is_test {
            continue;
        }
        if imports_an_ordering(code) {
            findings
                .push(report("write `Ordering::X` in full, so that a search finds each access"));
            continue;
        }
        let names_one = ORDERINGS.iter().any(|name| code.contains(&format!("Ordering::{name}")));
        if !names_one && !is_fence(code) {
            continue;
        }
        let comment = comment_above(source, at, TAG).or_else(|| comment_of_mutant(source, at));
        match comment {
            None => findings.push(report(
                "write `// ORDERING:` directly above: which, its partner, what becomes visible",
            )),
            Some(comment) if is_fence(code) && !names_a_partner(&comment) => {
                findings.push(report("say what this fence `pairs with`, and where that is"));
            }
            Some(_) => {}
        }
    }
    findings
}

/// `let order = mutant!(…)` chooses a broken ordering for a test; the comment stands below it, at
/// the access itself.
fn comment_of_mutant(source: &Source, at: usize) -> Option<String> {
    const LINES: usize = 4;
    let is_mutant = source.lines[at].code.contains("mutant!(");
    let below = source.lines[at..].iter().take(LINES).find(|line| line.comment.contains(TAG));
    below.filter(|_| is_mutant).map(|line| line.comment.clone())
}

fn names_a_partner(comment: &str) -> bool {
    ["pairs with", "pair with", "paired with", "partner"].iter().any(|word| comment.contains(word))
}

/// A call of `fence`, not its definition, and not the counter of that name.
fn is_fence(code: &str) -> bool {
    let is_call =
        |at: usize| code[at..].starts_with("fence(") && !code[at..].starts_with("fence()");
    !has_word(code, "fn") && word_columns(code, "fence").any(is_call)
}

fn imports_an_ordering(code: &str) -> bool {
    let code = code.trim_start().trim_start_matches("pub ");
    let imported = code.strip_prefix("use ").and_then(|path| path.split("Ordering::").nth(1));
    imported.is_some_and(|names| ORDERINGS.iter().any(|name| has_word(names, name)))
}
