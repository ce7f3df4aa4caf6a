//! The measures on CPython's pool, in an asyncio program that is told what to measure.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use crate::Measure;

const PROGRAM: &str = include_str!("pool.py");

/// The program, waiting for a line.
pub(crate) struct CPython {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl CPython {
    /// `None` if there is no `python3` that can run it.
    pub(crate) fn start() -> Option<CPython> {
        // The pool's workers import the program, so it has to be a file.
        let path = std::env::temp_dir().join(format!("rt-bench-pool-{}.py", std::process::id()));
        std::fs::write(&path, PROGRAM).ok()?;
        let mut child = Command::new("python3")
            .arg(&path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let input = child.stdin.take()?;
        let output = BufReader::new(child.stdout.take()?);
        let mut python = CPython { child, input, output };
        python.ask("throughput", 100)?;
        Some(python)
    }

    pub(crate) fn run(&mut self, measure: Measure) -> Duration {
        self.ask(measure.name(), measure.jobs()).expect("the Python program answers")
    }

    fn ask(&mut self, name: &str, jobs: u32) -> Option<Duration> {
        writeln!(self.input, "{name} {jobs}").ok()?;
        self.input.flush().ok()?;
        let mut line = String::new();
        self.output.read_line(&mut line).ok()?;
        line.trim().parse().ok().map(Duration::from_secs_f64)
    }
}

impl Drop for CPython {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
