//! The command line.

use std::{fmt, thread};

use crate::suite;

/// Fewer reps than this do not make a page.
pub(crate) const REPS: usize = 7;
const QUICK_REPS: usize = 3;

const USAGE: &str = "\
usage: rt-bench [FILTER] [--workers N]... [--reps N] [--quick] [--no-write] [--list] [--beside]
  FILTER       only benches with this in their name, or those of this group
  --workers N  how many workers each peer gets; may be given more than once
  --reps N     how many reps are counted (7)
  --quick      3 reps on one number of workers
  --no-write   leave docs/benchmarks.md alone; so do a filter, --quick and fewer than 7 reps
  --list       name the benches
  --beside     instead of the benches, how late the sleeps of each peer end, the channels of other
               crates, and asyncio
";

/// What the program was asked to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    List,
    /// What is measured beside the benches.
    Beside {
        workers: usize,
        reps: usize,
    },
    Run(Options),
    /// Weigh one peer and print two numbers; only the program itself asks for it.
    Weigh {
        peer: String,
        workers: usize,
    },
}

/// How to run which benches.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) filter: Option<String>,
    pub(crate) workers: Vec<usize>,
    pub(crate) reps: usize,
    /// Whether the result becomes the page.
    pub(crate) is_page: bool,
}

/// An argument that means nothing here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UsageError(String);

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "rt-bench: {}\n\n{USAGE}\n{}", self.0, bench_list())
    }
}

pub(crate) fn usage() -> String {
    format!("{USAGE}\n{}", bench_list())
}

/// The names of the benches, with their groups and what they do.
pub(crate) fn bench_list() -> String {
    let line =
        |bench: &suite::Bench| format!("{:<18} {:<11} {}\n", bench.name, bench.group.0, bench.does);
    suite::all().iter().map(line).collect()
}

pub(crate) fn parse(args: impl IntoIterator<Item = String>) -> Result<Command, UsageError> {
    let mut args = args.into_iter();
    let (mut filter, mut workers, mut reps) = (None, Vec::new(), None);
    let (mut is_quick, mut is_silent, mut is_list, mut is_beside) = (false, false, false, false);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--help" | "-h" => return Ok(Command::Help),
            "--weigh" => return parse_weigh(args),
            "--list" => is_list = true,
            "--beside" => is_beside = true,
            "--quick" => is_quick = true,
            "--no-write" => is_silent = true,
            "--workers" => workers.push(number(&arg, args.next())?),
            "--reps" => reps = Some(number(&arg, args.next())?),
            flag if flag.starts_with('-') => {
                return Err(UsageError(format!("`{flag}` is not an option")));
            }
            _ if filter.is_some() => {
                return Err(UsageError(format!("`{arg}` is a second filter; give one")));
            }
            _ => filter = Some(arg),
        }
    }
    if let Some(filter) = filter.as_deref().filter(|filter| !is_known(filter)) {
        return Err(UsageError(format!("no bench is named like `{filter}`; give one of these")));
    }
    if is_list {
        return Ok(Command::List);
    }
    let reps = reps.unwrap_or(if is_quick { QUICK_REPS } else { REPS });
    if workers.is_empty() {
        workers = default_workers(is_quick);
    }
    if is_beside {
        return Ok(Command::Beside { workers: workers[0], reps });
    }
    let is_page = filter.is_none() && !is_quick && !is_silent && reps >= REPS;
    Ok(Command::Run(Options { filter, workers, reps, is_page }))
}

fn is_known(filter: &str) -> bool {
    suite::all().iter().any(|bench| bench.matches(filter))
}

fn parse_weigh(mut args: impl Iterator<Item = String>) -> Result<Command, UsageError> {
    let peer = args.next().ok_or_else(|| UsageError("`--weigh` needs a peer".to_owned()))?;
    let workers = number("--weigh", args.next())?;
    Ok(Command::Weigh { peer, workers })
}

/// The number that an option needs, at least 1.
fn number(option: &str, value: Option<String>) -> Result<usize, UsageError> {
    match value.as_deref().map(str::parse) {
        Some(Ok(number)) if number > 0 => Ok(number),
        _ => {
            let value = value.unwrap_or_default();
            Err(UsageError(format!("`{option}` needs a number from 1, not `{value}`")))
        }
    }
}

/// A worker a core, then one, then more workers than cores.
fn default_workers(is_quick: bool) -> Vec<usize> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut workers = vec![cores];
    if !is_quick {
        workers.extend([1, 2 * cores, 4 * cores].iter().filter(|&&count| count != cores));
    }
    workers
}
