//! Names to steps: `cargo xtask NAME` is every check and every measurement of the workspace.

mod ci;
mod process;

mod tidy;

mod loom;
mod mutants;
mod orderings_mutator;
mod shuttle;

mod san;

mod bench;
mod cost;
mod package;
mod timeline;

#[cfg(test)]
mod tests;

use std::env;
use std::fmt::Write as _;
use std::process::ExitCode;

/// Why a command did not succeed.
#[derive(Debug, PartialEq, Eq)]
enum Failure {
    /// The command line is wrong; exit code 2.
    Usage(String),
    /// The check found something, or could not run; exit code 1.
    Failed(String),
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::Failed(error.to_string())
    }
}

type Outcome = Result<(), Failure>;

/// One command: what to type, what it is for, and the function that does it.
struct Command {
    usage: &'static str,
    purpose: &'static str,
    run: fn(&[String]) -> Outcome,
}

const COMMANDS: &[Command] = &[
    Command { usage: "help", purpose: "print this list", run: help },
    Command { usage: "ci [--full]", purpose: "everything that CI runs", run: ci::run },
    Command {
        usage: "tidy [--update-budget] [--update-guarantees]",
        purpose: "the house rules that no compiler knows",
        run: tidy::run,
    },
    Command {
        usage: "loom [FILTER] [--full] [--update-ledger]",
        purpose: "the models, under every interleaving loom sees",
        run: loom::run,
    },
    Command {
        usage: "shuttle [FILTER] [--full]",
        purpose: "the same models, under many random schedules",
        run: shuttle::run,
    },
    Command {
        usage: "mutants [FILTER] [--quick] [--skip-baseline]",
        purpose: "each seeded bug must turn its tests red",
        run: mutants::run,
    },
    Command {
        usage: "mutants --orderings FILE [MODELS]",
        purpose: "each weaker ordering of a file against the models",
        run: mutants::run,
    },
    Command {
        usage: "san asan|tsan",
        purpose: "the tests under a sanitizer of addresses or threads",
        run: san::run,
    },
    Command {
        usage: "bench [FILTER] [FLAGS]",
        purpose: "rt, tokio and smol side by side; writes docs/benchmarks.md",
        run: bench::run,
    },
    Command {
        usage: "cost",
        purpose: "counted cost of each operation against its ceiling",
        run: cost::run,
    },
    Command {
        usage: "package [--no-verify]",
        purpose: "the crates as they would be published, each built from its file",
        run: package::run,
    },
    Command {
        usage: "timeline",
        purpose: "draws what each worker polled in a real run; writes docs/guide/timeline.svg",
        run: timeline::run,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Failed(reason)) => {
            eprintln!("{reason}");
            ExitCode::from(1)
        }
        Err(Failure::Usage(reason)) => {
            eprintln!("{reason}\n\n{}", command_list());
            ExitCode::from(2)
        }
    }
}

fn dispatch(arguments: &[String]) -> Outcome {
    let Some((name, rest)) = arguments.split_first() else {
        return Err(Failure::Usage("no command; give one of these".to_owned()));
    };
    if name == "--help" || name == "-h" {
        return help(rest);
    }
    match COMMANDS.iter().find(|command| command.name() == name) {
        Some(command) => (command.run)(rest),
        None => Err(Failure::Usage(format!("unknown command `{name}`; give one of these"))),
    }
}

impl Command {
    fn name(&self) -> &str {
        self.usage.split(' ').next().unwrap_or(self.usage)
    }
}

fn help(_: &[String]) -> Outcome {
    println!("{}", command_list());
    Ok(())
}

fn command_list() -> String {
    let mut list = String::from("cargo xtask COMMAND\n");
    for command in COMMANDS {
        let _ = write!(list, "\n  {:<46}{}", command.usage, command.purpose);
    }
    list
}

/// The flags of a command that takes nothing else.
fn flags_only<'a>(arguments: &'a [String], known: &[&str]) -> Result<Vec<&'a str>, Failure> {
    match flags_and_filter(arguments, known)? {
        (flags, None) => Ok(flags),
        (_, Some(word)) => Err(Failure::Usage(format!("no filter here; `{word}` is one"))),
    }
}

/// Splits a command line into the flags it may have and at most one filter.
fn flags_and_filter<'a>(
    arguments: &'a [String],
    known: &[&str],
) -> Result<(Vec<&'a str>, Option<&'a str>), Failure> {
    let (flags, mut words): (Vec<&str>, Vec<&str>) =
        arguments.iter().map(String::as_str).partition(|argument| argument.starts_with("--"));
    if let Some(unknown) = flags.iter().find(|flag| !known.contains(flag)) {
        return Err(Failure::Usage(format!("unknown flag `{unknown}`")));
    }
    let filter = words.pop();
    match words.first() {
        Some(extra) => Err(Failure::Usage(format!("one filter at most; `{extra}` is one more"))),
        None => Ok((flags, filter)),
    }
}
