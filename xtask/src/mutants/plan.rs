//! Reads the sources for seeded bugs and for the tests that promise to catch them.

use std::collections::BTreeSet;

use crate::tidy::{Source, Tree};

/// Which build of the tests a pair runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Build {
    /// Under `--cfg rt_loom`: the tests of `src/tests/loom`.
    Loom,
    /// The plain build, with the feature `mutants`.
    Std,
}

/// One seeded bug and one test that must see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) point: String,
    pub(crate) test: String,
    pub(crate) package: String,
    pub(crate) build: Build,
}

impl Pair {
    /// The nextest filter that selects this test only.
    pub(crate) fn filter(&self) -> String {
        format!("(package(={}) & test(/(^|::){}$/))", self.package, self.test)
    }
}

/// Every pair, and what is wrong with the names.
pub(crate) fn plan(tree: &Tree) -> (Vec<Pair>, Vec<String>) {
    let sources = || tree.sources.iter().filter(|source| source.path.starts_with("crates/"));
    let points: BTreeSet<String> = sources().flat_map(points_of).collect();
    let (mut pairs, mut complaints) = (Vec::new(), Vec::new());
    for source in sources() {
        for at in 0..source.lines.len() {
            match promises(source, at) {
                Ok(promised) => pairs.extend(promised),
                Err(complaint) => complaints.push(complaint),
            }
        }
    }
    for point in points.iter().filter(|point| !pairs.iter().any(|pair| pair.point == **point)) {
        complaints.push(format!("mutant!(\"{point}\"): no test names it in `/// Mutants:`"));
    }
    for pair in pairs.iter().filter(|pair| !points.contains(&pair.point)) {
        complaints.push(format!("{}: `{}` is no `mutant!` in the code", pair.test, pair.point));
    }
    let needs_feature =
        |pair: &&Pair| pair.build == Build::Std && !has_feature(tree, &pair.package);
    let lacking: BTreeSet<&str> =
        pairs.iter().filter(needs_feature).map(|pair| pair.package.as_str()).collect();
    complaints.extend(lacking.iter().map(|package| {
        format!("{package}: give it the feature `mutants = [\"rt-primitive/mutants\"]`")
    }));
    (pairs, complaints)
}

/// The names in `mutant!("…")`, outside tests and comments.
fn points_of(source: &Source) -> Vec<String> {
    const CALL: &str = "mutant!(";
    let mut points = Vec::new();
    for (line_number, line) in source.product_lines() {
        for (at, _) in line.code.match_indices(CALL) {
            // rustfmt may put the name on the next line.
            let next = source.lines.get(line_number).map_or("", |next| next.raw.as_str());
            let argument = format!("{}{next}", &line.raw[at + CALL.len()..]);
            let quoted = argument.trim_start().strip_prefix('"');
            points.extend(quoted.and_then(|rest| rest.split('"').next()).map(str::to_owned));
        }
    }
    points
}

/// What the comment on line `at` promises, when it is a `Mutants:` line.
fn promises(source: &Source, at: usize) -> Result<Vec<Pair>, String> {
    let Some(list) = comment_text(source, at).and_then(|text| text.strip_prefix("Mutants:")) else {
        return Ok(Vec::new());
    };
    let mut list = list.to_owned();
    let mut end = at;
    // A list that ends in a comma goes on in the next line.
    while list.trim_end().ends_with(',') {
        end += 1;
        let Some(more) = comment_text(source, end) else { break };
        list.push_str(more);
    }
    let declaration = source.lines[end..].iter().find_map(|line| line.code.split_once("fn "));
    let name = declaration.and_then(|(_, rest)| rest.split(['(', '<']).next());
    let (Some(name), Some(package)) = (name, source.package()) else {
        return Err(format!("{}:{}: no test follows `Mutants:`", source.path, at + 1));
    };
    let is_model = source.path.contains("/src/tests/loom/");
    let points = list
        .split(',')
        .map(|point| point.trim().trim_matches(['`', '.']))
        .filter(|point| !point.is_empty());
    Ok(points
        .map(|point| Pair {
            point: point.to_owned(),
            test: name.to_owned(),
            package: package.to_owned(),
            build: if is_model { Build::Loom } else { Build::Std },
        })
        .collect())
}

fn comment_text(source: &Source, at: usize) -> Option<&str> {
    let line = source.lines.get(at).filter(|line| line.is_comment())?;
    Some(line.comment.trim_start_matches('/').trim())
}

fn has_feature(tree: &Tree, package: &str) -> bool {
    let manifest = tree.texts.get(&format!("crates/{package}/Cargo.toml"));
    manifest.is_some_and(|text| text.lines().any(|line| line.starts_with("mutants =")))
}
