//! `san`: runs the tests under a sanitizer, which sees what no assertion looks at.
//!
//! `asan` needs the nightly compiler: use after free, overflows, leaks. `tsan` finds accesses that
//! nothing orders, also where this machine happens to order them; it needs a standard library that
//! is instrumented too, or std's own locks look like races (`san/instrumented.rs`). It does not
//! understand fences; where only a fence orders two accesses it would be wrong, and today no data
//! is published by a fence alone.

mod instrumented;

use std::fs;
use std::process::Command;
use std::time::Duration;

use crate::process::{Finished, Show, finish, target_directory, workspace_root};
use crate::{Failure, Outcome};

#[cfg(test)]
pub(crate) use instrumented::newest;

/// The one platform that both sanitizers are known to work on here.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// The longest that one sanitizer may take, with its first build.
const LIMIT: Duration = Duration::from_secs(60 * 60);

/// The deque's slots are read and written by volatile accesses, which its authors call a race.
const SUPPRESSIONS: &str = "race:crossbeam_deque*push\nrace:crossbeam_deque*steal\n";

/// One line a test that is known to leak: nodes a queue under test never frees. Never a whole
/// module: that would hide every leak its tests show.
const LEAK_SUPPRESSIONS: &str = "leak:rt_core::tests::node\n";

/// What is run: unit tests of the crates with unsafe code, then the promises and the stress.
const RUNS: &[&[&str]] = &[
    &["-p", "rt-primitive", "-p", "rt-core", "-p", "rt-time", "--lib"],
    &["-p", "rt", "--features", "perturb", "--test", "it", "--test", "stress"],
];

/// What no sanitizer can run, each with the reason.
const SKIPPED: &[(&str, &str)] = &[
    ("leaks::", "they measure memory, which a sanitizer multiplies"),
    ("memory::", "as above"),
    ("a_million_timers_leave_no_memory_behind", "as above"),
    ("idle::", "they measure the processor's time, which a sanitizer takes too"),
    ("an_idle_pool_uses_no_processor", "as above"),
    ("fairness::", "they count polls beside others, which a sanitizer slows down unevenly"),
    ("a_million_seconds_of_sleeps_end", "it is to end within a second"),
    ("a_worker_that_is_idle_for_long_ends", "it starts a process within a time"),
    ("a_process_killed_while_it_is_replaced", "its hundreds of starts are to end within a minute"),
    ("a_memory_limit_is_named", "the shadow memory alone is beyond the limit"),
    ("a_job_over_its_memory_is_killed", "as above"),
    ("a_forgotten_guard", "it leaks on purpose"),
    ("a_payload_that_panics_in_its_drop", "as above"),
];

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let (_, sanitizer) = crate::flags_and_filter(arguments, &[])?;
    match sanitizer {
        Some("asan") => {
            nightly_version()?;
            println!("asan: the nightly compiler, with its own std");
            let directory = target_directory().join("san");
            fs::create_dir_all(&directory)?;
            let suppressions = directory.join("leak.suppressions");
            fs::write(&suppressions, LEAK_SUPPRESSIONS)?;
            run_tests("asan", "address", |command| {
                command.env("ASAN_OPTIONS", "detect_leaks=1:exitcode=66");
                let options =
                    format!("print_suppressions=0:suppressions={}", suppressions.display());
                command.env("LSAN_OPTIONS", options);
            })
        }
        Some("tsan") => {
            let compiler = instrumented::prepare(&target_directory().join("san"))?;
            println!("tsan: {}, with std instrumented", compiler.version);
            let suppressions = target_directory().join("san/tsan.suppressions");
            fs::write(&suppressions, SUPPRESSIONS)?;
            run_tests("tsan", "thread", |command| {
                command.arg("-Zbuild-std").env("RUSTC", &compiler.path).env("RUSTC_BOOTSTRAP", "1");
                let options = format!("exitcode=66 suppressions={}", suppressions.display());
                command.env("TSAN_OPTIONS", options);
            })
        }
        _ => Err(Failure::Usage("name a sanitizer: `san asan` or `san tsan`".to_owned())),
    }
}

/// Runs every test with `-Zsanitizer=<kind>`; `adapt` adds what this sanitizer needs.
fn run_tests(name: &str, kind: &str, adapt: impl Fn(&mut Command)) -> Outcome {
    for run in RUNS {
        let mut command = nightly_cargo();
        command.args(["test", "--no-fail-fast", "--target", TARGET]).args(*run);
        command
            .env("RUSTFLAGS", format!("-Zsanitizer={kind}"))
            .env_remove("CARGO_ENCODED_RUSTFLAGS");
        command.env("CARGO_TARGET_DIR", target_directory().join(name));
        // A sanitizer slows everything down; optimised code makes up for it.
        command.env("CARGO_PROFILE_DEV_OPT_LEVEL", "1").env("PROPTEST_CASES", "16");
        // Lines are enough for a report, and what is built once gains nothing from being kept.
        command.env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only").env("CARGO_INCREMENTAL", "0");
        adapt(&mut command);
        command.arg("--");
        command.args(SKIPPED.iter().flat_map(|(name, _)| ["--skip", name]));
        judge(name, &finish(&mut command, Show::Echo, LIMIT)?)?;
    }
    Ok(())
}

/// A run in which no test ran is no success, and neither is a report in a process that went on.
fn judge(name: &str, finished: &Finished) -> Outcome {
    let says = |text: &str| finished.lines.iter().any(|line| line.contains(text));
    let failure = if finished.timed_out {
        "did not end"
    } else if says("Sanitizer: ") {
        "reported something; see above"
    } else if !finished.succeeded() {
        "a test failed, or nothing could be built; see above"
    } else if !says("test result: ok. ") || says("running 0 tests") {
        "ran no test"
    } else {
        return Ok(());
    };
    Err(Failure::Failed(format!("{name}: {failure}")))
}

/// Cargo of the nightly toolchain: sanitizers are unstable options.
fn nightly_cargo() -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", "nightly", "cargo"]).current_dir(workspace_root());
    // They name the toolchain that this program was built with.
    for variable in ["CARGO", "RUSTC", "RUSTUP_TOOLCHAIN"] {
        command.env_remove(variable);
    }
    command
}

fn nightly_version() -> Result<String, Failure> {
    said(Command::new("rustup").args(["run", "nightly", "rustc", "--version"])).map_err(|_| {
        Failure::Failed("no nightly compiler: `rustup toolchain install nightly`".into())
    })
}

/// What a program prints, without the last line break.
fn said(command: &mut Command) -> Result<String, Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| Failure::Failed(format!("cannot start `{program}`: {error}")))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned());
    }
    let reason = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
    Err(Failure::Failed(format!("{command:?} failed: {reason}")))
}
