//! Files: the head sentence, the size, the name, and that a module declares it.

use super::source::{Line, has_word};
use super::{Finding, Source, Tree};

/// Without the examples in docs: there is one for each item, and they are read one at a time.
const LINES_MAX: usize = 400;
const CODE_LINES_MAX: usize = 250;
const COLUMNS_MAX: usize = 100;

/// A name that says nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["util", "utils", "misc", "common", "helper", "helpers"];

/// What the top level shows beside dotfiles.
const TOP_LEVEL: &[&str] =
    &["Cargo.toml", "Cargo.lock", "LICENSE", "README.md", "crates", "xtask", "docs"];

const CRATES_IO: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = top_level(tree);
    findings.extend(lock_sources(tree));
    for source in &tree.sources {
        findings.extend(head(source));
        findings.extend(size(source));
        findings.extend(name(source));
        findings.extend(declared(tree, source));
    }
    findings
}

fn head(source: &Source) -> Option<Finding> {
    let first = source.lines.first().map_or("", |line| line.raw.as_str());
    let advice = match first.strip_prefix("//! ") {
        None => "open the file with `//!` and one sentence: the one idea of this file",
        Some(sentence) if !sentence.ends_with(['.', '?', '!']) => {
            "end the first sentence on line 1; if it does not fit, the file has two ideas"
        }
        Some(_) => return None,
    };
    Some(Finding::new(&source.path, 1, "head", advice))
}

fn size(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let lines = lines_without_examples(source);
    if lines > LINES_MAX {
        let advice =
            format!("{lines} lines without examples, the limit is {LINES_MAX}; split it by idea");
        findings.push(Finding::new(&source.path, LINES_MAX + 1, "size", advice));
    }
    let code_lines = source.lines.iter().filter(|line| line.has_code()).count();
    if code_lines > CODE_LINES_MAX {
        let advice =
            format!("{code_lines} lines of code, the limit is {CODE_LINES_MAX}; split it by idea");
        findings.push(Finding::new(&source.path, 1, "size", advice));
    }
    for (at, line) in source.lines.iter().enumerate() {
        let columns = line.raw.chars().count();
        if columns > COLUMNS_MAX {
            let advice = format!("{columns} columns, the limit is {COLUMNS_MAX}; break the line");
            findings.push(Finding::new(&source.path, at + 1, "width", advice));
        }
    }
    findings
}

/// Leaves out what stands between ``` marks in the docs of items, marks included.
fn lines_without_examples(source: &Source) -> usize {
    let mut in_example = false;
    let is_counted = |line: &&Line| {
        let doc = line.comment.strip_prefix("///");
        let is_mark = doc.is_some_and(|doc| doc.trim_start().starts_with("```"));
        in_example = doc.is_some() && in_example != is_mark;
        !in_example && !is_mark
    };
    source.lines.iter().filter(is_counted).count()
}

fn name(source: &Source) -> Option<Finding> {
    let stem = stem(&source.path);
    let advice = if stem == "mod" {
        "use `foo.rs` beside `foo/`, not `foo/mod.rs`".to_owned()
    } else if EMPTY_NAMES.contains(&stem) {
        format!("`{stem}` names no idea; name what is inside")
    } else if stem.ends_with(|letter: char| letter.is_ascii_digit()) {
        format!("`{stem}` is numbered; name what sets it apart")
    } else {
        return None;
    };
    Some(Finding::new(&source.path, 1, "file name", advice))
}

fn stem(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.strip_suffix(".rs").unwrap_or(file)
}

/// A file that no `mod` line names is compiled by nobody.
fn declared(tree: &Tree, source: &Source) -> Option<Finding> {
    let (directory, _) = source.path.rsplit_once('/')?;
    let roots = ["src", "tests", "examples", "benches", "bin"];
    let stem = stem(&source.path);
    let in_root_directory = roots.iter().any(|root| directory.ends_with(&format!("/{root}")));
    let is_root = match directory.rsplit('/').next() {
        Some("src") => ["lib", "main"].contains(&stem),
        _ => {
            stem == "main"
                || stem == "build"
                || (in_root_directory && !directory.contains("/src/tests"))
        }
    };
    if is_root {
        return None;
    }
    let parents =
        [format!("{directory}.rs"), format!("{directory}/main.rs"), format!("{directory}/lib.rs")];
    let mod_line = format!("mod {stem}");
    let is_declared = parents
        .iter()
        .filter_map(|path| tree.source(path))
        .any(|parent| parent.lines.iter().any(|line| has_word(&line.code, &mod_line)));
    if is_declared {
        return None;
    }
    // `#[path = "…"]` chooses one of several files, one a platform.
    let ending = format!("/{stem}.rs\"");
    let is_chosen = tree
        .sources
        .iter()
        .flat_map(|source| &source.lines)
        .any(|line| line.code.contains("path = ") && line.raw.contains(&ending));
    if is_chosen {
        return None;
    }
    let advice =
        format!("no `mod {stem};` names this file, so nothing compiles it; declare or delete it");
    Some(Finding::new(&source.path, 1, "dead file", advice))
}

fn top_level(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in tree.texts.keys() {
        let first = path.split('/').next().unwrap_or(path);
        if !first.starts_with('.') && !TOP_LEVEL.contains(&first) {
            let advice =
                format!("`{first}` does not belong at the top; move it, or make it a dotfile");
            findings.push(Finding::new(path, 1, "top level", advice));
        }
    }
    findings
}

fn lock_sources(tree: &Tree) -> Vec<Finding> {
    let lock = tree.texts.get("Cargo.lock").map_or("", String::as_str);
    let is_other = |line: &str| line.starts_with("source = ") && line != CRATES_IO;
    let others = lock.lines().enumerate().filter(|(_, line)| is_other(line));
    let advice = "this dependency is not from crates.io; a fresh machine could not fetch it";
    others.map(|(at, _)| Finding::new("Cargo.lock", at + 1, "lock", advice)).collect()
}
