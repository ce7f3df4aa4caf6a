//! The list of steps, cheap ones first.

use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::cost;
use crate::process::{cargo, cargo_with_cfg, target_directory, workspace_root};

/// The step whose summary ends the output.
pub(super) const TESTS: &str = "tests";

/// The examples that start worker processes, which are entered in a way of their own.
const WORKER_EXAMPLES: [&str; 2] = ["process_pool", "worker_program"];

/// How long the soak tests run under `--full`: an hour, in a build that perturbs.
const SOAK_SECONDS: &str = "3600";

/// What no other step builds of the features of crate `rt`.
const FEATURES: &[&str] = &["perturb", "mutants", "count,perturb", "count,mutants"];

/// One command that must succeed, within its limit.
pub(super) struct Step {
    pub(super) name: String,
    pub(super) command: Command,
    pub(super) limit: Duration,
    /// A file that holds what the command must print.
    pub(super) expected: Option<PathBuf>,
}

impl Step {
    fn new(name: impl Into<String>, command: Command, minutes: u64) -> Step {
        let limit = Duration::from_secs(60 * minutes);
        Step { name: name.into(), command, limit, expected: None }
    }

    /// Runs an example; what it prints is held against its file in `examples/expected`, if it has
    /// one, as those whose output is always the same do.
    ///
    /// It is the program itself and not `cargo run`: a kill at the limit then reaches it.
    fn example(name: &str, profile: &str) -> Step {
        let directory = target_directory().join(profile).join("examples");
        let mut command = Command::new(directory.join(name));
        command.current_dir(workspace_root());
        let expected = workspace_root().join(format!("crates/rt/examples/expected/{name}.txt"));
        let expected = expected.exists().then_some(expected);
        Step { expected, ..Step::new(format!("example {name}, {profile}"), command, 3) }
    }
}

/// All steps; `models` are the crates that have some.
pub(super) fn all(examples: &[String], models: &[String], is_full: bool) -> Vec<Step> {
    let mut steps = Vec::new();
    if !has_nextest() {
        let install = cargo(&["install", "--locked", "cargo-nextest"]);
        steps.push(Step::new("install cargo-nextest", install, 30));
    }
    steps.extend([
        Step::new("fmt", cargo(&["fmt", "--all", "--check"]), 5),
        Step::new("tidy", xtask(&["tidy"]), 5),
        Step::new("clippy", clippy(), 20),
        Step::new("clippy of models", clippy_of_models(models), 20),
        Step::new("build", cargo(&["build", "--workspace", "--release"]), 20),
        Step::new("doc", doc(), 20),
        Step::new(TESTS, nextest(&[]), 30),
        Step::new("doctests", cargo(&["test", "--doc", "--workspace"]), 20),
        Step::new("cost", cargo(cost::ARGUMENTS), 20),
    ]);
    steps.extend(FEATURES.iter().map(|features| {
        let check = cargo(&["check", "-p", "rt", "--features", features]);
        Step::new(format!("features {features}"), check, 10)
    }));
    if !examples.is_empty() {
        let build = cargo(&["build", "--release", "-p", "rt", "--examples"]);
        steps.push(Step::new("examples", build, 20));
    }
    steps.extend(examples.iter().map(|name| Step::example(name, "release")));
    steps.push(Step::new("lean examples", lean_examples(), 20));
    steps.extend(WORKER_EXAMPLES.map(|name| Step::example(name, "lean")));
    steps.push(Step::new("loom", xtask(&["loom"]), 20));
    if is_full {
        steps.push(Step::new("package", xtask(&["package"]), 30));
        steps.push(Step::new("loom, wider bounds", xtask(&["loom", "--full"]), 240));
        steps.push(Step::new("mutants", xtask(&["mutants"]), 120));
        steps.push(Step::new("shuttle", xtask(&["shuttle", "--full"]), 120));
        steps.push(Step::new("asan", xtask(&["san", "asan"]), 60));
        steps.push(Step::new("tsan", xtask(&["san", "tsan"]), 60));
        steps.push(Step::new("soak", soak(), 90));
    } else {
        steps.push(Step::new("package", xtask(&["package", "--no-verify"]), 10));
        // One crate's, to see that a check can fail; all of them take longer than the rest.
        let mutants = xtask(&["mutants", "rt-time", "--quick", "--skip-baseline"]);
        steps.push(Step::new("mutants of rt-time", mutants, 20));
        steps.push(Step::new("shuttle", xtask(&["shuttle"]), 15));
    }
    steps
}

/// This program, with another command.
fn xtask(arguments: &[&str]) -> Command {
    let program = env::current_exe().unwrap_or_else(|_| "xtask".into());
    let mut command = Command::new(program);
    command.args(arguments).current_dir(workspace_root());
    command
}

fn clippy() -> Command {
    cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
}

/// The examples with workers, in the build that leaves least of a program.
fn lean_examples() -> Command {
    let mut build = cargo(&["build", "--profile", "lean", "-p", "rt"]);
    build.args(WORKER_EXAMPLES.iter().flat_map(|name| ["--example", *name]));
    build
}

/// What the plain build does not see. A constant that a model shrinks to 1 makes `x % 1`.
fn clippy_of_models(models: &[String]) -> Command {
    let mut command = cargo_with_cfg("rt_loom", &["clippy", "--lib", "--tests"]);
    for package in models {
        command.args(["-p", package]);
    }
    command.args(["--", "-D", "warnings", "-A", "clippy::modulo_one"]);
    command
}

fn doc() -> Command {
    let mut command = cargo(&["doc", "--workspace", "--no-deps", "--document-private-items"]);
    command.env("RUSTDOCFLAGS", "-D warnings");
    command
}

fn nextest(arguments: &[&str]) -> Command {
    let mut command = cargo(&["nextest", "run", "--workspace", "--release", "--color", "never"]);
    command.args(arguments);
    command
}

/// A machine with only Rust on it has none.
fn has_nextest() -> bool {
    cargo(&["nextest", "--version"]).output().is_ok_and(|output| output.status.success())
}

fn soak() -> Command {
    let mut command = nextest(&["--profile", "soak", "--no-tests", "pass"]);
    command.args(["--run-ignored", "all", "-E", "test(soak)", "--features", "rt/perturb"]);
    command.env("RT_SOAK_SECONDS", SOAK_SECONDS);
    command
}
