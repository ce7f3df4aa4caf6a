//! `package`: the crates as they would be published, each built from its file alone.

use std::time::Duration;

use crate::process::{Show, cargo, finish, target_directory};
use crate::{Failure, Outcome};

/// What the workspace promises to build with.
const RUST_VERSION: &str = env!("CARGO_PKG_RUST_VERSION");

const LIMIT: Duration = Duration::from_secs(30 * 60);

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let flags = crate::flags_only(arguments, &["--no-verify"])?;
    let mut command = cargo(&["package", "--workspace", "--allow-dirty"]);
    command.args(["--exclude", "rt-bench", "--exclude", "xtask"]).args(flags);
    let packaged = finish(&mut command, Show::Echo, LIMIT)?;
    if !packaged.succeeded() {
        return Err(Failure::Failed(
            "a crate cannot be packaged, or built from its package".into(),
        ));
    }
    check_rust_versions()?;
    println!("the crates are in {}", target_directory().join("package").display());
    Ok(())
}

/// No locked dependency may ask for a younger Rust than we do.
fn check_rust_versions() -> Outcome {
    let mut command = cargo(&["metadata", "--format-version", "1", "--locked"]);
    let metadata = finish(&mut command, Show::Quiet, LIMIT)?;
    if !metadata.succeeded() {
        return Err(Failure::Failed(metadata.tail(20)));
    }
    let younger: Vec<String> =
        metadata.lines.iter().flat_map(|line| younger_than_ours(line)).collect();
    if younger.is_empty() {
        return Ok(());
    }
    Err(Failure::Failed(format!(
        "these need more than Rust {RUST_VERSION}: {}",
        younger.join(", ")
    )))
}

/// The packages in cargo's metadata that need a younger Rust, with what they need.
pub(crate) fn younger_than_ours(metadata: &str) -> Vec<String> {
    // Each package has its id before what it needs; the nodes behind the packages need nothing.
    let packages = metadata.split("\"id\":\"").skip(1).filter_map(|package| {
        let (id, rest) = package.split_once('"')?;
        let (_, version) = rest.split_once("\"rust_version\":\"")?;
        Some((id, version.split('"').next()?))
    });
    let ours = minor(RUST_VERSION);
    let younger = packages.filter(|(_, version)| minor(version) > ours);
    younger.map(|(id, version)| format!("{id} ({version})")).collect()
}

/// The second number of a version.
fn minor(version: &str) -> u64 {
    version.split('.').nth(1).and_then(|minor| minor.parse().ok()).unwrap_or(0)
}
