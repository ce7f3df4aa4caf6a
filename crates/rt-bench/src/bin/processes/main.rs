//! Process pools side by side: rt, procspawn and CPython's, interleaved rep by rep.
//!
//! `cargo run --release -p rt-bench --bin processes [REPS]`. Each pool has two workers. Targets are
//! how much of a peer's time rt may take; CPython is left out, loudly, where there is none.

mod cpython;
mod ours;
mod peer_procspawn;

use std::time::Duration;

/// What is measured, and how much of procspawn's and of CPython's time rt may take.
const MEASURES: [(Measure, f64, f64); 5] = [
    (Measure::Latency, 0.5, 0.2),
    (Measure::Throughput, 1.0 / 3.0, 0.1),
    (Measure::Bytes, 1.0 / 3.0, 1.0),
    (Measure::Panics, 1.0 / 20.0, 1.0),
    (Measure::Start, 0.9, 0.1),
];

/// One kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// An empty job, one after the other.
    Latency,
    /// Empty jobs, 64 at a time.
    Throughput,
    /// One MiB there and back.
    Bytes,
    /// Jobs that panic, or raise.
    Panics,
    /// A new pool, and its first result.
    Start,
}

impl Measure {
    /// How many jobs a rep has.
    pub(crate) fn jobs(self) -> u32 {
        match self {
            Measure::Latency => 300,
            Measure::Throughput => 3_200,
            Measure::Bytes => 30,
            Measure::Panics => 5,
            Measure::Start => 3,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Measure::Latency => "latency",
            Measure::Throughput => "throughput",
            Measure::Bytes => "bytes",
            Measure::Panics => "panics",
            Measure::Start => "start",
        }
    }
}

/// The middle one; not that of an even number, of which there is none here.
fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn main() {
    // Panics are measured, and not how a terminal takes their texts; each pool still reports them.
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| match info.payload().downcast_ref::<&str>() {
        Some(&"on purpose") => {}
        _ => print(info),
    }));
    // In a worker of procspawn this does not return; workers of rt do not come here.
    procspawn::init();
    if std::env::var_os("RUST_BACKTRACE").is_some() {
        eprintln!(
            "RUST_BACKTRACE is set, so a panic would cost what its backtrace does: unset it, and \
             run again"
        );
        std::process::exit(2);
    }
    let reps = std::env::args().nth(1).and_then(|reps| reps.parse().ok()).unwrap_or(9_usize);
    let ours = ours::Ours::new();
    let theirs = peer_procspawn::Procspawn::new();
    let mut python = cpython::CPython::start();
    if python.is_none() {
        eprintln!("no CPython here: its column is LEFT OUT");
    }
    println!("microseconds a job, median of {reps} reps, 2 workers each");
    println!("| work | rt | procspawn | CPython | rt/procspawn | rt/CPython |");
    println!("|---|---:|---:|---:|---:|---:|");
    for (measure, of_procspawn, of_python) in MEASURES {
        let mut times = [Vec::new(), Vec::new(), Vec::new()];
        for _ in 0..reps {
            times[0].push(ours.run(measure));
            times[1].push(theirs.run(measure));
            times[2].extend(python.as_mut().map(|python| python.run(measure)));
        }
        let micros = |times: &mut Vec<Duration>| match times.is_empty() {
            true => f64::NAN,
            false => median(times).as_secs_f64() * 1e6 / f64::from(measure.jobs()),
        };
        let [ours, procspawn, python] = times.each_mut().map(micros);
        let ratio = |peer: f64, target: f64| {
            let ratio = ours / peer;
            let verdict = if ratio <= target { "" } else { " MISSED" };
            format!("{ratio:.3} (≤ {target:.2}){verdict}")
        };
        println!(
            "| {} | {ours:.1} | {procspawn:.1} | {python:.1} | {} | {} |",
            measure.name(),
            ratio(procspawn, of_procspawn),
            ratio(python, of_python),
        );
    }
}
