//! `mutants`: switches on one seeded bug at a time; the tests that name it must go red.
//!
//! A bug is a `mutant!("deque.push_relaxed")` in the code, a test names it in a line of its docs,
//! `/// Mutants: deque.push_relaxed`. One build has them all, and `RT_MUTANT` chooses. A test that
//! stays green says nothing about the line it claims to guard, so a survivor fails the command; so
//! does a run in which the test was not found or not built.

mod plan;

use std::fmt;
use std::fs;
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use crate::loom::{LEDGER, Ledger, NO_TESTS_RUN};
use crate::process::{Finished, Show, cargo, cargo_with_cfg, finish, workspace_root};
use crate::tidy::Tree;
use crate::{Failure, Outcome, orderings_mutator};

pub(crate) use plan::{Build, Pair, plan};

/// Runs side by side; a model uses one processor.
const RUNNERS: usize = 2;

const LIMIT: Duration = Duration::from_secs(30 * 60);

/// What nextest answers when a test failed, and not the build or the filter.
const TEST_RUN_FAILED: i32 = 100;

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Caught,
    Survived,
    /// The run says nothing about the mutant.
    Invalid(String),
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Caught => f.write_str("caught"),
            Verdict::Survived => f.write_str("SURVIVED"),
            Verdict::Invalid(reason) => write!(f, "INVALID, {reason}"),
        }
    }
}

pub(crate) fn run(arguments: &[String]) -> Outcome {
    match arguments {
        [flag, path] if flag == "--orderings" => return orderings_mutator::run(path, ""),
        [flag, path, models] if flag == "--orderings" => {
            return orderings_mutator::run(path, models);
        }
        _ => {}
    }
    let (flags, filter) = crate::flags_and_filter(arguments, &["--quick", "--skip-baseline"])?;
    let tree = Tree::read(&workspace_root())?;
    let (mut pairs, mut complaints) = plan(&tree);
    if let Some(filter) = filter {
        complaints.clear();
        pairs.retain(|pair| {
            pair.package == filter || pair.point.contains(filter) || pair.test.contains(filter)
        });
    }
    if flags.contains(&"--quick") {
        pairs = one_test_a_point(pairs, &committed_ledger());
    }
    if pairs.is_empty() {
        return Err(Failure::Failed(
            "no mutant matches; the points are `mutant!(\"…\")`".to_owned(),
        ));
    }
    for build in [Build::Loom, Build::Std] {
        let of_build: Vec<&Pair> = pairs.iter().filter(|pair| pair.build == build).collect();
        if !of_build.is_empty() {
            prepare(&of_build, flags.contains(&"--skip-baseline"))?;
        }
    }
    let escaped = run_all(&pairs);
    println!("{} mutants and tests tried, {} not caught", pairs.len(), escaped.len());
    complaints.extend(escaped);
    if complaints.is_empty() { Ok(()) } else { Err(Failure::Failed(complaints.join("\n"))) }
}

fn committed_ledger() -> Ledger {
    let text = fs::read_to_string(workspace_root().join(LEDGER)).unwrap_or_default();
    Ledger::parse(&text).unwrap_or_default()
}

/// Keeps, for each point, the test that explores least.
pub(crate) fn one_test_a_point(pairs: Vec<Pair>, ledger: &Ledger) -> Vec<Pair> {
    let mut kept: Vec<Pair> = Vec::new();
    let size = |pair: &Pair| ledger.executions(&pair.test).unwrap_or(u64::MAX);
    for pair in pairs {
        match kept.iter_mut().find(|other| other.point == pair.point) {
            Some(other) if size(&pair) < size(other) => *other = pair,
            Some(_) => {}
            None => kept.push(pair),
        }
    }
    kept
}

/// Builds the tests once, and sees that they pass when nothing is broken.
fn prepare(pairs: &[&Pair], skips_baseline: bool) -> Outcome {
    let mut packages: Vec<&str> = pairs.iter().map(|pair| pair.package.as_str()).collect();
    packages.dedup();
    let mut command = nextest(pairs[0].build, &packages);
    command.args(["-E", &pairs.iter().map(|pair| pair.filter()).collect::<Vec<_>>().join(" | ")]);
    if skips_baseline {
        command.arg("--no-run");
    }
    let finished = finish(&mut command, Show::Quiet, LIMIT)?;
    if finished.succeeded() {
        return Ok(());
    }
    let reason = "the tests do not pass, or do not build, with no mutant switched on";
    Err(Failure::Failed(format!("{}\n{reason}", finished.tail(60))))
}

fn nextest(build: Build, packages: &[&str]) -> Command {
    let arguments = ["nextest", "run", "--release", "--profile", "mutants", "--color", "never"];
    let mut command = match build {
        Build::Loom => cargo_with_cfg("rt_loom", &arguments),
        Build::Std => cargo(&arguments),
    };
    match build {
        Build::Loom => command.arg("--lib"),
        Build::Std => command.args(["--features", "mutants"]),
    };
    for package in packages {
        command.args(["-p", package]);
    }
    command
}

/// Tries every pair; the answer names those that were not caught.
fn run_all(pairs: &[Pair]) -> Vec<String> {
    let waiting = Mutex::new(pairs.iter());
    let escaped = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..RUNNERS {
            scope.spawn(|| {
                while let Some(pair) = next(&waiting) {
                    let (verdict, seconds) = try_pair(pair);
                    let line = format!("{} by {} … {verdict}", pair.point, pair.test);
                    println!("mutant {line} {seconds:.1}s");
                    if verdict != Verdict::Caught {
                        escaped.lock().expect("no runner panics").push(line);
                    }
                }
            });
        }
    });
    escaped.into_inner().expect("no runner panics")
}

fn next<'a>(waiting: &Mutex<std::slice::Iter<'a, Pair>>) -> Option<&'a Pair> {
    waiting.lock().expect("no runner panics").next()
}

fn try_pair(pair: &Pair) -> (Verdict, f64) {
    let mut command = nextest(pair.build, &[&pair.package]);
    command.args(["-E", &pair.filter()]).env("RT_MUTANT", &pair.point);
    match finish(&mut command, Show::Quiet, LIMIT) {
        Ok(finished) => (verdict(&finished), finished.elapsed.as_secs_f64()),
        Err(_) => (Verdict::Invalid("cargo did not start".to_owned()), 0.0),
    }
}

fn verdict(finished: &Finished) -> Verdict {
    let summary = finished.lines.iter().rfind(|line| line.trim_start().starts_with("Summary"));
    let ran_one = summary.is_some_and(|line| line.contains("] 1 test run:"));
    match finished.code {
        Some(NO_TESTS_RUN) => Verdict::Invalid("no test has that name".to_owned()),
        Some(0 | TEST_RUN_FAILED) if !ran_one => {
            Verdict::Invalid("not exactly one test has that name".to_owned())
        }
        Some(0) => Verdict::Survived,
        Some(TEST_RUN_FAILED) => Verdict::Caught,
        _ => Verdict::Invalid(format!("the run broke off:\n{}", finished.tail(20))),
    }
}
