//! The run: every bench, rep by rep, the peers in turn.

use crate::{
    args::Options,
    measure::Sample,
    peer::PEERS,
    report::Report,
    row::{Row, WeightRow},
    suite::{self, Bench, Kind, weigh_in_child},
};

/// Bytes do not vary as times do, so a few reps are enough.
const WEIGH_REPS: usize = 3;

/// Runs the benches that the options ask for.
pub(crate) fn run(options: &Options) -> Report {
    let mut report = Report::default();
    let is_asked =
        |bench: &Bench| options.filter.as_ref().is_none_or(|filter| bench.matches(filter));
    for bench in suite::all().into_iter().filter(is_asked) {
        match bench.kind {
            Kind::Timed(peers) => {
                for &workers in &options.workers {
                    eprintln!("{}, workers {workers}", bench.name);
                    let reps = interleaved(peers, workers, options.reps);
                    report.rows.push(Row::new((bench.group, bench.name), workers, &reps));
                }
            }
            // What a task weighs does not hang on the number of workers.
            Kind::Weighed => {
                let workers = options.workers[0];
                eprintln!("{}, workers {workers}", bench.name);
                let rep = |_| [0, 1, 2].map(|peer| weigh_in_child(peer, workers));
                let reps: Vec<_> = (0..WEIGH_REPS).map(rep).collect();
                report.weights.push(WeightRow::new(bench.name, workers, &reps));
            }
        }
    }
    report
}

/// The counted reps of each peer, one peer after the other in each.
fn interleaved(
    peers: [fn(usize) -> Sample; PEERS.len()],
    workers: usize,
    reps: usize,
) -> Vec<[Sample; PEERS.len()]> {
    let rep = |_| peers.map(|peer| peer(workers));
    // The first rep warms caches and pages for all of them, and is not counted.
    (0..=reps).map(rep).skip(1).collect()
}
