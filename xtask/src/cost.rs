//! `cost`: counts what each operation costs and holds it against its ceiling.

use crate::process::{cargo, workspace_root};
use crate::{Failure, Outcome};

/// The test that counts, and the arguments that run it.
pub(crate) const TEST: &str = "crates/rt/tests/cost.rs";
pub(crate) const ARGUMENTS: &[&str] = &[
    "test",
    "--release",
    "-p",
    "rt",
    "--features",
    "count",
    "--test",
    "cost",
    "--",
    "--nocapture",
];

pub(crate) fn run(arguments: &[String]) -> Outcome {
    crate::flags_only(arguments, &[])?;
    if !workspace_root().join(TEST).exists() {
        return Err(Failure::Failed(format!("nothing counts the costs: {TEST} is absent")));
    }
    let status = cargo(ARGUMENTS).status()?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::Failed("an operation costs more than its ceiling; see the table".to_owned()))
    }
}
