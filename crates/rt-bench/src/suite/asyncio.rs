//! asyncio beside the suite: the works that it has an equal of, in a process of CPython.

use std::{path::PathBuf, process::Command};

/// Reps of each work; one takes seconds, and they lie close together.
const REPS: &str = "3";

/// A table of what asyncio takes, in milliseconds; a sentence where there is no CPython for it.
pub(crate) fn asyncio() -> String {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("python/suite.py");
    let output = Command::new("python3").arg(script).arg(REPS).output();
    let output = match output {
        Ok(output) if output.status.success() => output,
        Ok(output) => {
            return format!("asyncio: {}\n", String::from_utf8_lossy(&output.stderr).trim());
        }
        Err(error) => return format!("asyncio: no python3 ({error})\n"),
    };
    let lines = String::from_utf8_lossy(&output.stdout);
    let rows = lines.lines().filter_map(|line| line.split_once(' '));
    let rows: String = rows.map(|(work, time)| format!("| {work} | {time} |\n")).collect();
    format!(
        "The same works in asyncio, as its users would write them, medians of {REPS}, in ms\n\n\
         | bench | asyncio |\n|---|--:|\n{rows}"
    )
}
