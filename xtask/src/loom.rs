//! `loom`: runs every model, and does not believe a run in which nothing was explored.
//!
//! Models that pass without a model checker look exactly like models that pass. So each crate's
//! canary, a race that must be found, has to run. And the number of executions of each model is
//! held against the ledger, since loom can skip interleavings without a word.

mod ledger;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use crate::process::{Finished, Show, cargo_with_cfg, finish, target_directory, workspace_root};
use crate::{Failure, Outcome};

pub(crate) use ledger::Ledger;

const MODELS: &str = "test(/^tests::loom::/)";
/// Run first: they show that loom is in charge.
const CANARIES: &str = "test(/^tests::loom::canary::/)";
/// Run second: they pin what loom can see when it has no bound.
const LITMUS: &str = "test(/^tests::loom::litmus::/)";

/// Preemptions an execution may have under `--full`. It bounds every model, also those that have no
/// bound of their own, so a full run comes after a plain one and never instead.
const BOUND_FULL: &str = "3";

/// The longest that all models of one run may take together.
const LIMIT: Duration = Duration::from_secs(4 * 60 * 60);

/// What nextest answers when its filter selects nothing.
pub(crate) const NO_TESTS_RUN: i32 = 4;

pub(crate) const LEDGER: &str = "docs/model-ledger.txt";

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let (flags, filter) = crate::flags_and_filter(arguments, &["--full", "--update-ledger"])?;
    let is_full = flags.contains(&"--full");
    let updates = flags.contains(&"--update-ledger");
    if updates && is_full {
        return Err(Failure::Usage("--update-ledger goes with no --full".to_owned()));
    }
    let (packages, filter_of_tests) = packages_for(filter)?;
    let log = target_directory().join("loom").join("models.log");
    fs::create_dir_all(log.parent().expect("the log is in a directory"))?;
    fs::write(&log, "")?;

    let mut run = ModelRun { packages: &packages, log: &log, is_full, lines: Vec::new() };
    match filter_of_tests {
        Some(filter) => run.nextest(&format!("{MODELS} & test({filter})"))?,
        None => {
            run.nextest(CANARIES)?;
            run.canaries_ran()?;
            // They are all in one crate.
            if !is_full && packages.iter().any(|package| package == "rt-primitive") {
                run.nextest(LITMUS)?;
            }
            run.nextest(&format!("{MODELS} - {CANARIES} - {LITMUS}"))?;
        }
    }
    let explored = Ledger::parse(&fs::read_to_string(&log)?).map_err(Failure::Failed)?;
    if explored.is_empty() {
        return Err(Failure::Failed(
            "no model wrote to RT_MODEL_LOG: nothing was explored".to_owned(),
        ));
    }
    print!("{}", explored.table());
    judge(explored, updates, filter.is_some(), is_full)
}

/// Holds what was explored against the ledger, or writes it.
fn judge(explored: Ledger, updates: bool, is_part: bool, is_full: bool) -> Outcome {
    let path = workspace_root().join(LEDGER);
    if updates && !is_part {
        fs::write(path, explored.to_text())?;
        println!("{LEDGER} is written");
        return crate::tidy::update_guarantees();
    }
    // Another bound explores another number.
    if is_full || std::env::var_os("RT_BOUND").is_some() {
        println!("the bound is not the ledger's; executions are not compared");
        return Ok(());
    }
    let committed = fs::read_to_string(&path).map_err(|_| {
        Failure::Failed(format!("{LEDGER} is absent; `cargo xtask loom --update-ledger` writes it"))
    })?;
    let mut expected = Ledger::parse(&committed)
        .map_err(|reason| Failure::Failed(format!("{LEDGER}: {reason}")))?;
    if updates {
        expected.replace_by(explored);
        fs::write(path, expected.to_text())?;
        println!("{LEDGER} is written for the models that ran");
        return crate::tidy::update_guarantees();
    }
    let complaints = explored.compare(&expected, is_part);
    if complaints.is_empty() {
        return Ok(());
    }
    let advice = "see why, then `cargo xtask loom --update-ledger` and let a reviewer see the diff";
    Err(Failure::Failed(format!("{}\n{advice}", complaints.join("\n"))))
}

struct ModelRun<'a> {
    packages: &'a [String],
    log: &'a PathBuf,
    is_full: bool,
    lines: Vec<String>,
}

impl ModelRun<'_> {
    fn nextest(&mut self, filter: &str) -> Outcome {
        let profile = if self.is_full { "loom-full" } else { "loom" };
        let mut command = cargo_with_cfg("rt_loom", &["nextest", "run", "--release", "--lib"]);
        command.args(["--profile", profile, "--color", "never", "-E", filter]);
        for package in self.packages {
            command.args(["-p", package]);
        }
        command.env("RT_MODEL_LOG", self.log);
        if self.is_full && std::env::var_os("RT_BOUND").is_none() {
            command.env("RT_BOUND", BOUND_FULL);
        }
        let finished = finish(&mut command, Show::Echo, LIMIT)?;
        self.lines.extend(finished.lines.iter().cloned());
        models_passed(&finished, filter)
    }

    /// Each crate's canary must have run, which means: must have found its race.
    fn canaries_ran(&self) -> Outcome {
        let has_canary = |package: &&String| {
            self.lines.iter().any(|line| {
                line.trim_start().starts_with("PASS")
                    && line.contains(&format!(" {package} tests::loom::canary::"))
            })
        };
        match self.packages.iter().find(|package| !has_canary(package)) {
            None => Ok(()),
            Some(package) => Err(Failure::Failed(format!(
                "the canary of {package} did not run; it belongs into src/tests/loom/canary.rs"
            ))),
        }
    }
}

fn models_passed(finished: &Finished, filter: &str) -> Outcome {
    match finished.code {
        Some(0) => Ok(()),
        Some(NO_TESTS_RUN) => Err(Failure::Failed(format!("no model matches {filter}"))),
        _ if finished.timed_out => Err(Failure::Failed("the models did not end".to_owned())),
        _ => Err(Failure::Failed("a model failed, or did not build; see above".to_owned())),
    }
}

/// A filter that is the name of a crate stands for all models of that crate.
pub(crate) fn packages_for(filter: Option<&str>) -> Result<(Vec<String>, Option<&str>), Failure> {
    let packages = packages_with_models()?;
    match filter {
        Some(name) if packages.iter().any(|package| package == name) => {
            Ok((vec![name.to_owned()], None))
        }
        other => Ok((packages, other)),
    }
}

/// The crates that have models, in the order of their names.
fn packages_with_models() -> Result<Vec<String>, Failure> {
    let mut packages = Vec::new();
    for entry in fs::read_dir(workspace_root().join("crates"))? {
        let entry = entry?;
        if entry.path().join("src/tests/loom").is_dir() {
            packages.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    packages.sort();
    if packages.is_empty() {
        return Err(Failure::Failed("no crate has models in src/tests/loom".to_owned()));
    }
    Ok(packages)
}
