//! Docs: links lead somewhere, numbered lists have no gap, and no path of one machine is named.

use std::collections::BTreeMap;

use super::source::is_test_path;
use super::{Finding, Source, Tree};

/// The first part of a path that exists on one machine only.
const MACHINE_DIRECTORIES: &[&str] = &["work", "home", "root", "tmp", "Users", "mnt"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in &tree.texts {
        if path.ends_with(".md") {
            findings.extend(links(tree, path, text));
            let lines = outside_fences(text.lines().enumerate().map(|(at, line)| (at + 1, line)));
            findings.extend(list_gaps(path, lines));
        }
        if !path.ends_with(".lock") {
            findings.extend(machine_paths(path, text));
        }
    }
    for source in &tree.sources {
        findings.extend(list_gaps(&source.path, outside_fences(doc_lines(source).into_iter())));
    }
    findings
}

fn doc_lines(source: &Source) -> Vec<(usize, &str)> {
    let lines = source.lines.iter().enumerate().map(|(at, line)| {
        let doc = line.comment.strip_prefix("//!").or_else(|| line.comment.strip_prefix("///"));
        // A line that is no doc ends the list, like a heading does.
        (at + 1, doc.map_or("#", |doc| doc.strip_prefix(' ').unwrap_or(doc)))
    });
    lines.collect()
}

/// Leaves out what stands between ``` marks.
fn outside_fences<'a>(lines: impl Iterator<Item = (usize, &'a str)>) -> Vec<(usize, &'a str)> {
    let mut in_fence = false;
    let keep = |&(_, line): &(usize, &str)| {
        let is_mark = line.trim_start().starts_with("```");
        in_fence ^= is_mark;
        !in_fence && !is_mark
    };
    lines.filter(keep).collect()
}

fn list_gaps(path: &str, lines: Vec<(usize, &str)>) -> Vec<Finding> {
    let mut findings = Vec::new();
    // The last number at each indent.
    let mut last: BTreeMap<usize, u32> = BTreeMap::new();
    for (at, line) in lines {
        if line.starts_with('#') {
            last.clear();
        }
        let Some((indent, number)) = list_number(line) else { continue };
        last.retain(|deeper, _| *deeper <= indent);
        let expected = last.get(&indent).map_or(number.min(1), |last| last + 1);
        if number != expected && number != 1 {
            let advice =
                format!("item {number} follows item {}; number it {expected}", expected.max(1) - 1);
            findings.push(Finding::new(path, at, "list", advice));
        }
        last.insert(indent, number);
    }
    findings
}

/// `  12. text` is item 12 at indent 2.
fn list_number(line: &str) -> Option<(usize, u32)> {
    let text = line.trim_start();
    let (number, _) = text.split_once(". ")?;
    let is_number = number.len() <= 2 && number.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then(|| number.parse().ok()).flatten().map(|number| (line.len() - text.len(), number))
}

fn links(tree: &Tree, path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    for (at, line) in outside_fences(lines) {
        for target in link_targets(line) {
            if let Some(advice) = broken(tree, path, target) {
                findings.push(Finding::new(path, at, "link", advice));
            }
        }
    }
    findings
}

/// What stands in the round brackets of `[text](target)`.
fn link_targets(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("](").filter_map(|(at, _)| line[at + 2..].split(')').next())
}

fn broken(tree: &Tree, path: &str, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    let file = if file.is_empty() { path.to_owned() } else { resolved(path, file) };
    let exists = tree.texts.contains_key(&file)
        || tree.texts.keys().any(|known| known.starts_with(&format!("{file}/")));
    if !exists {
        return Some(format!("`{target}` leads to `{file}`, which does not exist"));
    }
    let text = tree.texts.get(&file).map_or("", String::as_str);
    let has_heading = text.lines().any(|line| line.starts_with('#') && anchor(line) == heading);
    (!heading.is_empty() && !has_heading).then(|| format!("`{file}` has no heading `#{heading}`"))
}

/// `../a/b.md`, seen from the file at `path`, as a path from the root.
fn resolved(path: &str, target: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// A heading as the fragment that links to it.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
    kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}

fn machine_paths(path: &str, text: &str) -> Vec<Finding> {
    // Tests may hold bad samples; the tests of this very rule do.
    if is_test_path(path) && path.starts_with("xtask/") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let named = MACHINE_DIRECTORIES.iter().find(|directory| names_directory(line, directory));
        if let Some(directory) = named {
            let advice =
                format!("a path below `/{directory}` exists on one machine only; make it relative");
            findings.push(Finding::new(path, at + 1, "machine path", advice));
        }
    }
    findings
}

fn names_directory(line: &str, directory: &str) -> bool {
    let pattern = format!("/{directory}/");
    let starts_path = |before: &str| {
        !before.ends_with(|letter: char| letter.is_alphanumeric() || "/._-~*]})".contains(letter))
    };
    line.match_indices(&pattern).any(|(at, _)| starts_path(&line[..at]))
}
