//! `bench`: builds the side-by-side suite of rt-bench and runs it.

use crate::process::{cargo, workspace_root};
use crate::{Failure, Outcome};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    if !workspace_root().join("crates/rt-bench/src/main.rs").exists() {
        return Err(Failure::Failed("no suite: crates/rt-bench/src/main.rs is absent".to_owned()));
    }
    // Inherits the terminal: a run takes minutes and prints its rows as they come.
    let status =
        cargo(&["run", "--release", "--quiet", "-p", "rt-bench", "--"]).args(arguments).status()?;
    match status.code() {
        Some(0) => Ok(()),
        Some(2) => Err(Failure::Failed("rt-bench did not understand its arguments".to_owned())),
        _ => Err(Failure::Failed(format!("rt-bench failed: {status}"))),
    }
}
