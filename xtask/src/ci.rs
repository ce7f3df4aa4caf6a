//! `ci`: every check in one fixed order; the first that fails ends it.

mod steps;

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::Instant;

use crate::loom::packages_for;
use crate::process::{Show, finish, workspace_root};
use crate::{Failure, Outcome};

use steps::{Step, TESTS};

/// How much of a failing step is shown.
const TAIL_LINES: usize = 80;

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let flags = crate::flags_only(arguments, &["--full"])?;
    let is_full = flags.contains(&"--full");
    let start = Instant::now();
    let mut summary = None;
    for mut step in steps::all(&example_names()?, &packages_for(None)?.0, is_full) {
        let lines = run_step(&mut step)?;
        if step.name == TESTS {
            summary = lines.into_iter().rfind(|line| line.trim_start().starts_with("Summary"));
        }
    }
    println!(
        "every step passed in {:.1} minutes; the tests' own summary:",
        start.elapsed().as_secs_f64() / 60.0
    );
    let summary =
        summary.ok_or_else(|| Failure::Failed("nextest printed no summary".to_owned()))?;
    println!("{summary}");
    Ok(())
}

/// Runs one step to its end; what it printed, when it passed.
fn run_step(step: &mut Step) -> Result<Vec<String>, Failure> {
    print!("step {} … ", step.name);
    io::stdout().flush()?;
    let finished = finish(&mut step.command, Show::Quiet, step.limit)?;
    let seconds = finished.elapsed.as_secs_f64();
    let complaint = match &step.expected {
        Some(file) if finished.succeeded() => difference(&finished.lines, file)?,
        _ => None,
    };
    if let Some(complaint) = complaint {
        println!("FAILED {seconds:.1}s\n{complaint}");
        return Err(Failure::Failed(format!("step {} failed: {:?}", step.name, step.command)));
    }
    if finished.succeeded() {
        println!("ok {seconds:.1}s");
        return Ok(finished.lines);
    }
    let end = if finished.timed_out { "TIMED OUT" } else { "FAILED" };
    println!("{end} {seconds:.1}s\n{}", finished.tail(TAIL_LINES));
    Err(Failure::Failed(format!("step {} failed: {:?}", step.name, step.command)))
}

/// What is wrong with these lines, which are to be those of the file.
fn difference(lines: &[String], file: &Path) -> io::Result<Option<String>> {
    let expected = fs::read_to_string(file)?;
    let expected: Vec<&str> = expected.lines().collect();
    let is_same = lines.iter().map(String::as_str).eq(expected.iter().copied());
    Ok((!is_same).then(|| {
        format!(
            "it printed\n{}\nand {} holds\n{}",
            lines.join("\n"),
            file.display(),
            expected.join("\n")
        )
    }))
}

/// The examples of crate `rt`: each file and each directory with a `main.rs`.
fn example_names() -> io::Result<Vec<String>> {
    let directory = workspace_root().join("crates/rt/examples");
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).into_iter().flatten() {
        let path = entry?.path();
        let is_example =
            path.extension().is_some_and(|end| end == "rs") || path.join("main.rs").exists();
        if is_example {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}
