//! `mutants --orderings`: weakens one ordering of a file at a time; the crate's models must see it.
//!
//! Seeded bugs are chosen by hand; this tries every ordering and every fence. A survivor is one of
//! three things: an ordering stronger than it need be, a protocol without a model, or something
//! that loom cannot see (`rt_primitive`'s docs list what). Which one, only a reader can say, so
//! survivors are printed and fail nothing. The tree is not touched: the file is changed in a copy.

mod sites;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::process::{Show, cargo_with_cfg, finish, target_directory, workspace_root};
use crate::tidy::Tree;
use crate::{Failure, Outcome};

pub(crate) use sites::weakenings;

/// The longest that the models of one crate may take.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// What nextest answers when a test failed, and not the build.
const TEST_RUN_FAILED: i32 = 100;

/// Tries every ordering of the file at `path`, a path from the workspace's root, against the models
/// whose names this regular expression matches.
pub(crate) fn run(path: &str, models: &str) -> Outcome {
    let tree = Tree::read(&workspace_root())?;
    let source = tree
        .source(path)
        .ok_or_else(|| Failure::Usage(format!("`{path}` is no Rust file of the workspace")))?;
    let package = source
        .package()
        .filter(|package| tree.source(&format!("crates/{package}/src/tests/loom.rs")).is_some())
        .ok_or_else(|| Failure::Usage(format!("`{path}` is of no crate with models")))?;
    let copy = target_directory().join("orderings/tree");
    copy_tree(&tree, &copy)?;
    if models_see(&copy, (package, models), "unchanged")?.is_some() {
        return Err(Failure::Failed("the models do not pass with nothing weakened".to_owned()));
    }
    let text = &tree.texts[path];
    let mut survivors = Vec::new();
    let all = weakenings(source);
    for weakened in &all {
        fs::write(copy.join(path), weakened.applied_to(text))?;
        let line = format!("{path}:{weakened}");
        match models_see(&copy, (package, models), &line)? {
            Some(how) => println!("ordering {line} … {how}"),
            None => {
                println!("ordering {line} … SURVIVED");
                survivors.push(line);
            }
        }
    }
    fs::write(copy.join(path), text)?;
    println!("{} weakened, {} survived", all.len(), survivors.len());
    survivors.iter().for_each(|line| println!("{line}"));
    Ok(())
}

/// How these models of the package noticed; `None` if they did not.
fn models_see(
    copy: &Path,
    (package, models): (&str, &str),
    what: &str,
) -> Result<Option<String>, Failure> {
    let filter = format!("test(/^tests::loom::.*({models})/)");
    let arguments =
        ["nextest", "run", "--release", "--profile", "mutants", "--color", "never", "--lib"];
    let mut command = cargo_with_cfg("rt_loom", &arguments);
    command.args(["-p", package, "-E", &filter]).current_dir(copy);
    // Each weakening is a build: a quick one.
    command
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    command.env("CARGO_PROFILE_RELEASE_INCREMENTAL", "true");
    command.env("CARGO_TARGET_DIR", target_directory().join("orderings/target"));
    let finished = finish(&mut command, Show::Quiet, LIMIT)?;
    match finished.code {
        Some(0) => Ok(None),
        Some(TEST_RUN_FAILED) => {
            let failed = finished.lines.iter().find(|line| is_failure(line));
            let name = failed.and_then(|line| line.rsplit("::").next()).unwrap_or("a model");
            Ok(Some(format!("caught by {name}")))
        }
        _ => Err(Failure::Failed(format!("{}\n{what}: the run broke off", finished.tail(30)))),
    }
}

/// nextest's line about a test that did not pass.
fn is_failure(line: &str) -> bool {
    ["FAIL [", "TIMEOUT [", "SIG"].iter().any(|start| line.trim_start().starts_with(start))
}

/// Writes the files that differ, so that a second run builds little.
fn copy_tree(tree: &Tree, copy: &Path) -> io::Result<()> {
    for (path, text) in &tree.texts {
        let to: PathBuf = copy.join(path);
        if fs::read_to_string(&to).is_ok_and(|old| old == *text) {
            continue;
        }
        fs::create_dir_all(to.parent().expect("a file is in a directory"))?;
        fs::write(to, text)?;
    }
    Ok(())
}
