//! The page `docs/benchmarks.md`.

use std::{fs, io, path::PathBuf};

use crate::{report::Report, suite};

/// How the numbers were got, above the table.
const METHOD: &str = "\
Each rep runs rt, tokio and smol one after the other in the same process, on a fresh runtime each,
after one rep that is not counted. A number is the median of the reps, with the lowest and the
highest in brackets. A ratio is the peer's median over ours: above 1.0 rt needs less. `better` is
the peer that needs less of the two, bench by bench. CPU seconds are of all threads of the process,
and of the measured part only: starting and stopping a runtime is outside. All peers use the same
allocator and build profile. smol, which has no oneshot, watch and broadcast of its own, uses a
plain oneshot of the suite, and tokio's watch and broadcast. Each peer has its default settings.
`block_on_rt` stands alone, since where no thread is switched its ratio says little. Parked tasks
are weighed in a process for each peer, by the count of the global allocator and by the growth of
the process. The machine is shared: compare ratios, not times, and look first at what other
processes used. With a core taken by them, two workers share one.
";

/// Writes the page and returns its place.
pub(crate) fn write(
    report: &Report,
    facts: &str,
    reps: usize,
    beside: &str,
) -> io::Result<PathBuf> {
    let docs = root().join("docs");
    fs::create_dir_all(&docs)?;
    let path = docs.join("benchmarks.md");
    fs::write(&path, text(report, facts, reps, beside))?;
    Ok(path)
}

/// The text of `Cargo.lock`, or nothing where there is none.
pub(crate) fn lock_file() -> String {
    fs::read_to_string(root().join("Cargo.lock")).unwrap_or_default()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub(crate) fn text(report: &Report, facts: &str, reps: usize, beside: &str) -> String {
    let line = |bench: &suite::Bench| format!("* `{}`: {}.\n", bench.name, bench.does);
    let works: String = suite::all().iter().map(line).collect();
    format!(
        "# Benchmarks\n\nWritten by `cargo xtask bench`; do not edit.\n\n{facts}* Reps: {reps}\n\n\
         {}\n## Beside the benches\n\n{beside}\n## Method\n\n{METHOD}\n## The benches\n\n{works}",
        report.body()
    )
}
