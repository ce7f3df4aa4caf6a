//! `shuttle`: runs the models under random schedules, which reach deeper than loom's bound.

use std::time::Duration;

use crate::loom::{NO_TESTS_RUN, packages_for};
use crate::process::{Show, cargo_with_cfg, finish};
use crate::{Failure, Outcome};

/// Schedules a model, for the gate and for `--full`; RT_ITERS overrides both.
const ITERATIONS: &str = "1000";
const ITERATIONS_FULL: &str = "50000";

const LIMIT: Duration = Duration::from_secs(60 * 60);

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let (flags, filter) = crate::flags_and_filter(arguments, &["--full"])?;
    let is_full = flags.contains(&"--full");
    let (packages, filter) = packages_for(filter)?;
    let models = "test(/^tests::loom::/)";
    let selected = filter.map_or(models.to_owned(), |filter| format!("{models} & test({filter})"));

    let profile = if is_full { "loom-full" } else { "loom" };
    let mut command = cargo_with_cfg("rt_shuttle", &["nextest", "run", "--release", "--lib"]);
    command.args(["--profile", profile, "--color", "never", "-E", &selected]);
    for package in packages {
        command.args(["-p", &package]);
    }
    if std::env::var_os("RT_ITERS").is_none() {
        command.env("RT_ITERS", if is_full { ITERATIONS_FULL } else { ITERATIONS });
    }
    match finish(&mut command, Show::Echo, LIMIT)?.code {
        Some(0) => Ok(()),
        Some(NO_TESTS_RUN) => Err(Failure::Failed(format!("no model matches {selected}"))),
        _ => Err(Failure::Failed("a model failed, or did not build; see above".to_owned())),
    }
}
