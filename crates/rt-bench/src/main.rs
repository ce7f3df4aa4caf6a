//! The side-by-side suite: rt, tokio and smol, interleaved rep by rep in one process.

mod allocator;
mod args;
mod channels;
mod doorbell;
mod latch;
mod machine;
mod measure;
mod oneshot;
mod page;
mod peer;
mod report;
mod round;
mod row;
mod run;
mod spread;
mod suite;
mod table;
mod watchdog;

#[cfg(test)]
mod tests;

use std::{env, process::ExitCode};

use args::{Command, Options};

fn main() -> ExitCode {
    match args::parse(env::args().skip(1)) {
        Ok(Command::Help) => print!("{}", args::usage()),
        Ok(Command::List) => print!("{}", args::bench_list()),
        Ok(Command::Beside { workers, reps }) => print!("{}", beside(workers, reps)),
        Ok(Command::Weigh { peer, workers }) => return weigh(&peer, workers),
        Ok(Command::Run(options)) => return bench(&options),
        Err(error) => {
            eprint!("{error}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

fn weigh(peer: &str, workers: usize) -> ExitCode {
    let Some(footprint) = suite::weigh(peer, workers) else {
        eprintln!("rt-bench: there is no peer `{peer}`; weigh one of {}", peer::PEERS.join(", "));
        return ExitCode::from(2);
    };
    println!("{} {}", footprint.allocated, footprint.resident);
    ExitCode::SUCCESS
}

/// What is measured beside the benches, since it is no race between the three peers.
fn beside(workers: usize, reps: usize) -> String {
    let lateness = suite::lateness(workers);
    let channels = suite::channels_of_crates(workers, reps);
    format!("{lateness}\n{channels}\n{}", suite::asyncio())
}

fn bench(options: &Options) -> ExitCode {
    let mut facts = machine::facts(&page::lock_file());
    let neighbours = machine::Neighbours::watch();
    let report = run::run(options);
    facts += &neighbours.fact();
    println!("{facts}* Reps: {}\n\n{}", options.reps, report.body());
    if !options.is_page {
        println!("docs/benchmarks.md is left as it was: only a whole run is written.");
        return ExitCode::SUCCESS;
    }
    let beside = beside(options.workers[0], options.reps);
    println!("{beside}");
    match page::write(&report, &facts, options.reps, &beside) {
        Ok(path) => println!("written: {}", path.display()),
        Err(error) => measure::wrong(&format!("docs/benchmarks.md was not written: {error}")),
    }
    ExitCode::SUCCESS
}
