//! `docs/guarantees.md`: its table of models is made from the tree, and the names in it exist.
//!
//! The promises are written by hand, each with the tests that hold it. The table below them is
//! made: what a model shows from its docs, its bound and its seeded bugs from its code, the numbers
//! of its executions and seconds from the ledger. `docs/verification.md` names tests, and seeded
//! bugs, in the same way.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::source::is_test_path;
use super::{Finding, Source, Tree};
use crate::loom::{LEDGER, Ledger};
use crate::mutants::plan;

const RULE: &str = "guarantees";

pub(crate) const PAGE: &str = "docs/guarantees.md";

const PLAN_PAGE: &str = "docs/verification.md";

/// The head of a column of `PLAN_PAGE` that holds seeded bugs.
const SEEDED: &str = "seeded as";

const BEGIN: &str = "<!-- made by `cargo xtask tidy --update-guarantees`: models -->\n";
const END: &str = "<!-- end -->\n";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(text) = tree.texts.get(PLAN_PAGE) {
        let unknown = unknown_names(tree, text).chain(unknown_bugs(tree, text));
        findings.extend(unknown.map(|(at, advice)| Finding::new(PLAN_PAGE, at, RULE, advice)));
    }
    let Some(text) = tree.texts.get(PAGE) else { return findings };
    let unknown = unknown_names(tree, text);
    findings.extend(unknown.map(|(at, advice)| Finding::new(PAGE, at, RULE, advice)));
    match page_of(tree) {
        Ok(page) if page == *text => {}
        Ok(_) => {
            let advice = "its models have changed; `cargo xtask tidy --update-guarantees`";
            findings.push(Finding::new(PAGE, 1, RULE, advice));
        }
        Err(reason) => findings.push(Finding::new(PAGE, 1, RULE, reason)),
    }
    findings
}

/// The page as it should be: the table made anew, the rest as it is.
pub(crate) fn page_of(tree: &Tree) -> Result<String, String> {
    let text = tree.texts.get(PAGE).ok_or("it is absent")?;
    let (before, rest) = text.split_once(BEGIN).ok_or("the mark before the models is gone")?;
    let (_, after) = rest.split_once(END).ok_or("the mark behind the models is gone")?;
    Ok(format!("{before}{BEGIN}{}{END}{after}", table(tree)?))
}

/// The names in the column `held by` that neither a test nor a model has.
fn unknown_names<'a>(tree: &'a Tree, text: &'a str) -> impl Iterator<Item = (usize, String)> + 'a {
    let by_hand = text.split(BEGIN).next().unwrap_or_default();
    let ledger = ledger(tree).unwrap_or_default();
    let tests = test_names(tree);
    by_hand.lines().enumerate().flat_map(move |(at, line)| {
        let held_by = line.strip_prefix('|').and_then(|row| row.split('|').nth(1));
        let names: Vec<&str> = held_by.unwrap_or_default().split('`').skip(1).step_by(2).collect();
        let exists = |name: &&str| ledger.executions(name).is_some() || tests.contains(name);
        let unknown: Vec<&str> = names.into_iter().filter(|name| !exists(name)).collect();
        unknown.into_iter().map(move |name| (at + 1, format!("no test is called `{name}`")))
    })
}

/// The seeded bugs that no test named beside them must catch.
fn unknown_bugs<'a>(tree: &'a Tree, text: &'a str) -> impl Iterator<Item = (usize, String)> + 'a {
    let (bugs, places) = (bugs_by_test(tree), string_places(tree));
    let bugs_of = move |test: &str| {
        let of_model = || Some(model_named(&places, test, &bugs)?.bugs);
        bugs.get(test).cloned().or_else(of_model).unwrap_or_default()
    };
    let rows = text.lines().enumerate().skip_while(|(_, line)| !line.contains(SEEDED)).skip(2);
    rows.take_while(|(_, line)| line.starts_with('|')).flat_map(move |(at, line)| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let tests = cells[2].split('`').skip(1).step_by(2);
        let caught: Vec<String> = tests.flat_map(&bugs_of).collect();
        let is_caught = |bug: &&str| caught.iter().any(|other| other == bug);
        let escaped = cells[3].split(", ").filter(|bug| !is_caught(bug)).collect::<Vec<_>>();
        escaped.into_iter().map(move |bug| (at + 1, format!("no test beside `{bug}` catches it")))
    })
}

/// The functions in the files of tests.
fn test_names(tree: &Tree) -> BTreeSet<&str> {
    let sources = tree.sources.iter().filter(|source| is_test_path(&source.path));
    sources.flat_map(|source| source.lines.iter().filter_map(|line| function(&line.code))).collect()
}

/// The name of the function that is declared in this line.
fn function(code: &str) -> Option<&str> {
    code.trim_start().strip_prefix("fn ")?.split(['(', '<']).next()
}

fn ledger(tree: &Tree) -> Result<Ledger, String> {
    Ledger::parse(tree.texts.get(LEDGER).map_or("", String::as_str))
}

/// What the sources say of one model.
struct Model {
    package: String,
    shows: String,
    bound: String,
    bugs: Vec<String>,
}

fn table(tree: &Tree) -> Result<String, String> {
    let ledger = ledger(tree)?;
    let bugs = bugs_by_test(tree);
    let mut text = "| model | it shows | bound | executions | seconds | seeded bugs it catches |\n\
                    |---|---|--:|--:|--:|---|\n"
        .to_owned();
    let mut package = String::new();
    let places = string_places(tree);
    let mut models = BTreeMap::new();
    for name in ledger.names() {
        let model = model_named(&places, name, &bugs)
            .ok_or_else(|| format!("`{name}` is in the ledger, and no model has that name"))?;
        models.insert((model.package.clone(), name), model);
    }
    for ((of, name), Model { shows, bound, bugs, .. }) in &models {
        if *of != package {
            let _ = writeln!(text, "| **{of}** | | | | | |");
            package.clone_from(of);
        }
        let executions = ledger.executions(name).unwrap_or_default();
        let bugs = bugs.join(", ");
        let seconds = ledger.whole_seconds(name).map_or("-".to_owned(), |whole| whole.to_string());
        let _ =
            writeln!(text, "| {name} | {shows} | {bound} | {executions} | {seconds} | {bugs} |");
    }
    let executions: u64 = ledger.names().filter_map(|name| ledger.executions(name)).sum();
    let _ = writeln!(text, "\n{} models, {executions} executions.", models.len());
    Ok(text)
}

/// The seeded bugs that each test names.
type Bugs = BTreeMap<String, Vec<String>>;

fn bugs_by_test(tree: &Tree) -> Bugs {
    let mut bugs = Bugs::new();
    for pair in plan(tree).0 {
        bugs.entry(pair.test).or_default().push(pair.point);
    }
    bugs
}

/// Where each string stands first in the files with models: the file, and the line from 0.
type Places<'a> = BTreeMap<&'a str, (&'a Source, usize)>;

fn string_places(tree: &Tree) -> Places<'_> {
    let mut places = Places::new();
    let is_of_models = |source: &&Source| source.path.contains("/src/tests/loom/");
    for source in tree.sources.iter().filter(is_of_models) {
        for (at, line) in source.lines.iter().enumerate() {
            for text in line.raw.split('"').skip(1).step_by(2) {
                places.entry(text).or_insert((source, at));
            }
        }
    }
    places
}

/// The model whose name stands as a string in one of the files with models.
fn model_named(places: &Places, name: &str, bugs: &Bugs) -> Option<Model> {
    let quoted = format!("\"{name}\"");
    let &(source, at) = places.get(name)?;
    let (declared_at, test) =
        (0..=at).rev().find_map(|at| Some((at, function(&source.lines[at].code)?)))?;
    let text: String = source.lines[at..].iter().take(4).map(|line| line.raw.as_str()).collect();
    let bound = text.split(&quoted).nth(1).unwrap_or_default().trim_start_matches([',', ' ']);
    Some(Model {
        package: source.package()?.to_owned(),
        shows: first_sentence(source, declared_at),
        bound: bound_of(bound),
        bugs: bugs.get(test).cloned().unwrap_or_default(),
    })
}

/// `Some(2)` or `2` is 2; anything else is no bound.
fn bound_of(argument: &str) -> String {
    let digits = argument.strip_prefix("Some(").unwrap_or(argument);
    let digits: String = digits.chars().take_while(char::is_ascii_digit).collect();
    if digits.is_empty() { "none".to_owned() } else { digits }
}

/// The first sentence of the docs above a function, as a cell of a table.
fn first_sentence(source: &Source, function: usize) -> String {
    let above = source.lines[..function].iter().rev();
    let mut docs: Vec<&str> = above
        .take_while(|line| line.is_comment() || line.is_attribute())
        .filter_map(|line| line.comment.strip_prefix("///"))
        .map(str::trim)
        .collect();
    docs.reverse();
    let text = docs.join(" ");
    let text = text.split("Mutants:").next().unwrap_or_default().trim();
    let end = text.find(". ").unwrap_or(text.len());
    text[..end].trim_end_matches('.').replace('|', "\\|")
}
