//! The programs of the tour in CPython, and how long they took there and here.

use std::io::{self, ErrorKind};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::Past;

/// The tour's programs with asyncio.
const PROGRAMS: &str = include_str!("walk.py");

/// CPython at work, if there is one.
pub(crate) struct Walk(io::Result<Child>);

impl Walk {
    pub(crate) fn start() -> Walk {
        let mut python = Command::new("python3");
        python.args(["-c", PROGRAMS]).stdout(Stdio::piped()).stderr(Stdio::piped());
        Walk(python.spawn())
    }

    /// The name and the time of each program, or what went wrong.
    fn finish(self) -> Result<Vec<(String, Duration)>, String> {
        let output = self.0.and_then(Child::wait_with_output).map_err(|error| {
            if error.kind() == ErrorKind::NotFound {
                return "there is no python3 on this machine".to_owned();
            }
            format!("python3 does not run: {error}")
        })?;
        if !output.status.success() {
            return Err(format!("python3 failed: {}", String::from_utf8_lossy(&output.stderr)));
        }
        Ok(String::from_utf8_lossy(&output.stdout).lines().filter_map(read).collect())
    }
}

pub(crate) fn compare(past: &mut Past) {
    if past.took.is_empty() {
        println!("    (it compares with steps before it: run the whole tour, or name some)");
        return;
    }
    match past.python.take().expect("it is started with the tour").finish() {
        Ok(walk) => print(past, &walk),
        Err(complaint) => {
            println!("    {complaint}; so only what the programs took here:");
            print(past, &[]);
        }
    }
}

/// Reads a line of the walk: a name, and seconds.
fn read(line: &str) -> Option<(String, Duration)> {
    let (name, seconds) = line.split_once(' ')?;
    Some((name.to_owned(), Duration::try_from_secs_f64(seconds.parse().ok()?).ok()?))
}

fn print(past: &Past, walk: &[(String, Duration)]) {
    println!("    {:<12}{:>12}{:>12}", "milliseconds", "asyncio", "rt");
    for (step, time) in &past.took {
        let python = walk.iter().find(|(name, _)| name == step);
        let python = python.map_or("-".to_owned(), |(_, time)| milliseconds(*time));
        println!("    {step:<12}{python:>12}{:>12}", milliseconds(*time));
    }
    println!();
    println!("    They wait, and a wait takes as long in both; here the time includes starting a");
    println!(
        "    runtime for each, and printing. `cargo xtask bench` has programs that do not wait."
    );
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1e3)
}
