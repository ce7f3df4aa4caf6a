//! Runs other programs: where the workspace is, what their environment is, what they said.

use std::env;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::Failure;

/// What became of a program.
pub(crate) struct Finished {
    /// `None` when it was killed at its limit, or by a signal.
    pub(crate) code: Option<i32>,
    /// Standard output and standard error, line by line as they came.
    pub(crate) lines: Vec<String>,
    pub(crate) elapsed: Duration,
    pub(crate) timed_out: bool,
}

/// Whether the program's lines are passed on while it runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Show {
    Quiet,
    Echo,
}

impl Finished {
    pub(crate) fn succeeded(&self) -> bool {
        self.code == Some(0)
    }

    /// The last `count` lines that are not of a test that passed, as one text.
    pub(crate) fn tail(&self, count: usize) -> String {
        let is_passed = |line: &&String| line.trim_start().starts_with("PASS [");
        let mut lines: Vec<&str> =
            self.lines.iter().filter(|line| !is_passed(line)).map(String::as_str).collect();
        lines.drain(..lines.len().saturating_sub(count));
        lines.join("\n")
    }
}

/// The directory that holds the workspace's `Cargo.toml`.
pub(crate) fn workspace_root() -> PathBuf {
    // Cargo sets it for what it runs; the built-in one is wrong in a copy that shares a target
    // directory with its original.
    let manifest = env::var_os("CARGO_MANIFEST_DIR").unwrap_or(env!("CARGO_MANIFEST_DIR").into());
    let root = Path::new(&manifest).parent();
    root.expect("xtask is a directory of the workspace").to_path_buf()
}

/// Where cargo puts what it builds.
pub(crate) fn target_directory() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(path) => workspace_root().join(path),
        None => workspace_root().join("target"),
    }
}

/// A cargo command line, run at the workspace root.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(workspace_root());
    command
}

/// The same, built with `--cfg <flag>` into a target directory of its own: the flag is global, and
/// without one each build would throw the other's work away.
pub(crate) fn cargo_with_cfg(flag: &str, arguments: &[&str]) -> Command {
    let mut command = cargo(arguments);
    command.env("CARGO_TARGET_DIR", target_directory().join(flag.trim_start_matches("rt_")));
    // Cargo looks at the encoded form first and at the plain one only when that is absent.
    match env::var_os("CARGO_ENCODED_RUSTFLAGS") {
        Some(flags) if !flags.is_empty() => {
            let added = format!("\x1f--cfg\x1f{flag}");
            command.env("CARGO_ENCODED_RUSTFLAGS", joined(flags, &added));
        }
        _ => {
            let flags = env::var_os("RUSTFLAGS").unwrap_or_default();
            command.env_remove("CARGO_ENCODED_RUSTFLAGS");
            command.env("RUSTFLAGS", joined(flags, &format!(" --cfg {flag}")));
        }
    }
    command
}

fn joined(mut flags: OsString, added: &str) -> OsString {
    flags.push(added);
    flags
}

/// Runs a program to its end, or to `limit`; it gets no standard input.
pub(crate) fn finish(
    command: &mut Command,
    show: Show,
    limit: Duration,
) -> Result<Finished, Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| Failure::Failed(format!("cannot start `{program}`: {error}")))?;
    let (sender, receiver) = mpsc::channel();
    pass_lines(child.stdout.take().expect("stdout is piped"), sender.clone());
    pass_lines(child.stderr.take().expect("stderr is piped"), sender);

    let mut lines = Vec::new();
    let timed_out = loop {
        let left = limit.saturating_sub(start.elapsed());
        match receiver.recv_timeout(left) {
            Ok(line) => {
                if show == Show::Echo {
                    println!("{line}");
                }
                lines.push(line);
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => break false,
            Err(mpsc::RecvTimeoutError::Timeout) => break true,
        }
    };
    let status = wait_or_kill(&mut child, timed_out)?;
    Ok(Finished { code: status.code(), lines, elapsed: start.elapsed(), timed_out })
}

/// Both pipes are closed by now, unless the time is up.
fn wait_or_kill(child: &mut Child, timed_out: bool) -> io::Result<ExitStatus> {
    if timed_out {
        child.kill()?;
    }
    child.wait()
}

fn pass_lines(pipe: impl Read + Send + 'static, sender: mpsc::Sender<String>) {
    // Bytes and not `lines()`: one byte that is not UTF-8 must not end the reading.
    thread::spawn(move || {
        for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
            if sender.send(line).is_err() {
                return;
            }
        }
    });
}
