//! Layers: a crate uses only what stands below it, and one crate alone chooses the backend.

use super::source::has_word;
use super::{Finding, Source, Tree};

/// From the top down; a crate may use the rows below its own.
const LAYERS: &[&[&str]] = &[
    &["rt-bench"],
    &["rt"],
    &["rt-macros", "rt-pool"],
    &["rt-time", "rt-sync"],
    &["rt-core"],
    &["rt-primitive"],
];

/// Only these read the flags of the model checkers outside tests.
const BACKEND_FLAGS: &[&str] = &["rt_loom", "rt_shuttle"];
const BACKEND_CRATE: &str = "rt-primitive";

/// What a model checker has to see, and would not see if it came from here.
const UNSEEN: &[&str] = &["sync::atomic", "cell::UnsafeCell"];

/// Crates on the user's side of the runtime; no model reaches them.
const USERS: &[&str] = &["rt", "rt-bench", "xtask"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in &tree.texts {
        let package =
            path.strip_prefix("crates/").and_then(|rest| rest.strip_suffix("/Cargo.toml"));
        if let Some(package) = package {
            findings.extend(manifest(path, package, text));
        }
    }
    for source in &tree.sources {
        if let Some(package) = source.package() {
            findings.extend(paths(source, package));
            findings.extend(backend(source, package));
        }
    }
    findings
}

fn row(package: &str) -> Option<usize> {
    LAYERS.iter().position(|row| row.contains(&package))
}

fn may_use(user: &str, used: &str) -> bool {
    match (row(user), row(used)) {
        (Some(user), Some(used)) => user < used,
        _ => false,
    }
}

fn manifest(path: &str, package: &str, text: &str) -> Vec<Finding> {
    let rule = "layers";
    if row(package).is_none() {
        let advice = format!("give `{package}` a row in LAYERS of xtask/src/tidy/layers.rs");
        return vec![Finding::new(path, 1, rule, advice)];
    }
    let mut findings = Vec::new();
    let mut table = "";
    for (at, line) in text.lines().enumerate() {
        if line.starts_with('[') {
            table = line.trim_matches(['[', ']']);
        }
        let is_ours = line.starts_with("rt-") || line.starts_with("rt.") || line.starts_with("rt ");
        if !table.ends_with("dependencies") || !is_ours {
            continue;
        }
        let used = line.split(['.', ' ', '=']).next().unwrap_or_default();
        // Examples in docs are written for users, so they may need the facade.
        let is_for_docs = table.ends_with("dev-dependencies") && used == "rt";
        if !may_use(package, used) && !is_for_docs {
            let advice = format!(
                "`{package}` may not use `{used}`: arrows point down; to call up, \
                 declare a trait here and implement it there"
            );
            findings.push(Finding::new(path, at + 1, rule, advice));
        }
    }
    findings
}

fn paths(source: &Source, package: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, line) in source.lines.iter().enumerate() {
        for used in LAYERS.iter().copied().flatten().filter(|used| used.contains('-')) {
            let name = used.replace('-', "_");
            let is_own = package == *used;
            if has_word(&line.code, &name) && !is_own && !may_use(package, used) {
                let advice =
                    format!("`{package}` stands below or beside `{used}` and may not name it");
                findings.push(Finding::new(&source.path, at + 1, "layers", advice));
            }
        }
    }
    findings
}

/// Only one crate reads the flags of the model checkers, and takes from std what they replace.
fn backend(source: &Source, package: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if package == BACKEND_CRATE {
        return findings;
    }
    for (at, line) in source.product_lines() {
        let mut report = |advice| findings.push(Finding::new(&source.path, at, "backend", advice));
        if BACKEND_FLAGS.iter().any(|flag| has_word(&line.code, flag)) {
            report("only rt-primitive chooses the backend; ask `rt_primitive::MODEL`");
        }
        let is_unseen = |path: &&str| {
            let names = ["std", "core"].map(|root| format!("{root}::{path}"));
            names.iter().any(|name| has_word(&line.code, name))
        };
        if UNSEEN.iter().any(is_unseen) && !USERS.contains(&package) {
            report("take it from rt_primitive: a model checker must see every access");
        }
    }
    findings
}
