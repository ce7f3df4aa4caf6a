//! Unsafe code: only in listed files, within their budget, each block with an argument.

use super::source::has_word;
use super::statement::comment_above;
use super::{Finding, Source, Tree};

/// The committed list: a path and the number of unsafe blocks and impls it may have.
pub(crate) const BUDGET: &str = "xtask/unsafe-budget.txt";

/// Words that stand where an argument should.
const BANNED: &[&str] = &["untriaged", "trust me", "obviously", "should be fine", "todo", "fixme"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in &tree.sources {
        for (at, line) in source.lines.iter().enumerate() {
            match kind(&line.code) {
                Some(Unsafe::Argued) => findings.extend(argument(tree, source, at)),
                Some(Unsafe::Function) => findings.extend(duties(source, at)),
                Some(Unsafe::Foreign) | None => {}
            }
        }
    }
    findings.extend(budget(tree));
    findings
}

enum Unsafe {
    /// A block or an impl: somebody answers for it here.
    Argued,
    /// A function whose caller answers.
    Function,
    /// A block of foreign functions: it puts the file on the list, and each call is argued.
    Foreign,
}

fn kind(code: &str) -> Option<Unsafe> {
    if !has_word(code, "unsafe") || code.contains("unsafe(") {
        return None;
    }
    if code.contains("unsafe {") || code.contains("unsafe impl") {
        return Some(Unsafe::Argued);
    }
    // `unsafe fn(…)` is a type and `unsafe trait` has no caller.
    let declares = has_word(code, "fn") && !code.contains("fn(");
    if declares { Some(Unsafe::Function) } else { is_foreign(code).then_some(Unsafe::Foreign) }
}

fn is_foreign(code: &str) -> bool {
    code.contains("unsafe extern") && !has_word(code, "fn")
}

fn argument(tree: &Tree, source: &Source, at: usize) -> Option<Finding> {
    let report = |advice: String| Some(Finding::new(&source.path, at + 1, "unsafe", advice));
    let Some(comment) = comment_above(source, at, "SAFETY:") else {
        return report(
            "write `// SAFETY:` directly above, with the invariant it rests on".to_owned(),
        );
    };
    let text = comment.split("SAFETY:").last().unwrap_or_default().trim();
    if let Some(word) = BANNED.iter().find(|word| text.to_lowercase().contains(**word)) {
        return report(format!("`{word}` is not an argument; cite the invariant, then the fact"));
    }
    if source.lines[at].is_test || names_a_duty(text) || repeats(source, at, text) {
        return None;
    }
    let mut invariants = cited(text).peekable();
    if invariants.peek().is_none() {
        return report(
            "cite an invariant `I<n>` of the file head, a bullet of `# Safety`, or the duty of \
             the function called; then say the fact"
                .to_owned(),
        );
    }
    let (invariant, file) =
        invariants.find(|(invariant, file)| !defines(tree, source, invariant, file.as_deref()))?;
    let place = file.map_or("this file's head".to_owned(), |file| format!("`{file}`"));
    report(format!("{invariant} is not in the `# Invariants` of {place}"))
}

/// Bullets of the function this stands in, or the duties of the function it calls.
fn names_a_duty(text: &str) -> bool {
    ["bullet", "bullets", "duty", "duties"].iter().any(|word| has_word(text, word))
        || text.contains("# Safety")
}

/// "As above" stands for the argument before it in the same function.
fn repeats(source: &Source, at: usize, text: &str) -> bool {
    let above = source.lines[..at].iter().rev().take_while(|line| !has_word(&line.code, "fn"));
    let before = above.filter(|line| line.comment.contains("SAFETY:"));
    text.to_lowercase().starts_with("as above") && before.count() > 1
}

/// The invariants that a comment cites, each with the file when it says "I3 of `header`" or
/// "`header` I3".
fn cited(text: &str) -> impl Iterator<Item = (String, Option<String>)> + '_ {
    let words: Vec<&str> = text.split_whitespace().collect();
    (0..words.len()).filter_map(move |at| {
        let word = words[at].trim_matches(|letter: char| !letter.is_alphanumeric());
        let digits = word.strip_prefix('I')?;
        if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let before = at.checked_sub(1).map(|before| words[before]);
        let file = match words.get(at + 1..at + 3) {
            Some(["of" | "in", file]) => Some(*file),
            _ => before,
        };
        let quoted = file.and_then(|file| file.split('`').nth(1));
        Some((word.to_owned(), quoted.map(str::to_owned)))
    })
}

fn defines(tree: &Tree, source: &Source, invariant: &str, file: Option<&str>) -> bool {
    let has_it = |source: &Source| source.head().any(|line| has_word(line, invariant));
    let Some(file) = file else {
        return has_it(source);
    };
    let ending = format!("/{}.rs", file.trim_end_matches(".rs").replace("::", "/"));
    tree.sources.iter().any(|other| {
        other.package() == source.package() && other.path.ends_with(&ending) && has_it(other)
    })
}

/// An `unsafe fn` tells its caller the duties, one bullet each; in a trait's impl the trait does.
fn duties(source: &Source, at: usize) -> Option<Finding> {
    if source.lines[at].is_test || is_in_trait_impl(source, at) {
        return None;
    }
    let docs: Vec<&str> = source.lines[..at]
        .iter()
        .rev()
        .take_while(|line| line.is_comment() || line.is_attribute())
        .map(|line| line.comment.trim_start_matches('/').trim())
        .collect();
    let has_bullet = docs.iter().any(|line| line.starts_with("- ") || line.starts_with("* "));
    if docs.contains(&"# Safety") && has_bullet {
        return None;
    }
    let advice = "give the `unsafe fn` a `# Safety` section with a bullet a duty";
    Some(Finding::new(&source.path, at + 1, "unsafe", advice))
}

fn is_in_trait_impl(source: &Source, at: usize) -> bool {
    let indent = source.lines[at].indent();
    let outer =
        source.lines[..at].iter().rev().find(|line| line.has_code() && line.indent() < indent);
    outer.is_some_and(|line| has_word(&line.code, "impl") && has_word(&line.code, "for"))
}

fn count(source: &Source) -> usize {
    let in_line =
        |code: &str| code.matches("unsafe {").count() + code.matches("unsafe impl").count();
    source.lines.iter().map(|line| in_line(&line.code)).sum()
}

fn has_unsafe(source: &Source) -> bool {
    source.lines.iter().any(|line| kind(&line.code).is_some())
}

/// The list as the tree has it now.
pub(crate) fn budget_of(tree: &Tree) -> String {
    let listed = tree.sources.iter().filter(|source| has_unsafe(source));
    listed.map(|source| format!("{} {}\n", source.path, count(source))).collect()
}

fn budget(tree: &Tree) -> Vec<Finding> {
    let listed: Vec<(usize, &str, usize)> = tree
        .texts
        .get(BUDGET)
        .map_or("", String::as_str)
        .lines()
        .enumerate()
        .filter_map(|(at, line)| {
            let (path, blocks) = line.split_once(' ')?;
            Some((at + 1, path, blocks.parse().ok()?))
        })
        .collect();
    let mut findings = Vec::new();
    for source in tree.sources.iter().filter(|source| has_unsafe(source)) {
        let found = count(source);
        let line = listed.iter().find(|(_, path, _)| *path == source.path);
        let advice = match line {
            Some((_, _, allowed)) if *allowed == found => continue,
            Some((_, _, allowed)) => {
                format!(
                    "{found} unsafe blocks and impls, {allowed} in {BUDGET}; agree on the number"
                )
            }
            None => {
                format!("unsafe code in a file that {BUDGET} does not list; move it, or list it")
            }
        };
        findings.push(Finding::new(&source.path, 1, "unsafe budget", advice));
    }
    for (at, path, _) in listed {
        if !tree.source(path).is_some_and(has_unsafe) {
            let advice = format!("`{path}` has no unsafe code; remove the line");
            findings.push(Finding::new(BUDGET, at, "unsafe budget", advice));
        }
    }
    findings
}
