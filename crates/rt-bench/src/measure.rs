//! One rep of one bench on one peer.

use std::{
    fs,
    time::{Duration, Instant},
};

use rustix::time::{ClockId, clock_gettime};

use crate::{
    peer::{Peer, inside},
    suite::Work,
    watchdog::Watchdog,
};

/// What a rep took.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) wall: Duration,
    /// Processor time of all threads of the process.
    pub(crate) cpu: Duration,
}

/// Runs the work once in a fresh runtime. Its start and stop are not in the sample.
pub(crate) fn rep<W: Work, P: Peer>(workers: usize) -> Sample {
    let _watchdog = Watchdog::new(format!("{} on {}, workers {workers},", W::NAME, P::NAME));
    let runtime = P::start(workers);
    warm::<P>(&runtime);
    let (start, cpu_start) = (Instant::now(), process_cpu());
    W::run::<P>(&runtime);
    Sample { wall: start.elapsed(), cpu: process_cpu() - cpu_start }
}

/// Runs one task, so that the start of the first thread is not in the sample.
pub(crate) fn warm<P: Peer>(runtime: &P::Runtime) {
    inside::<P, _>(runtime, async {});
}

/// Ends the run. A panic would not do: inside a task the runtime keeps it to itself.
pub(crate) fn wrong(what: &str) -> ! {
    eprintln!("rt-bench: {what}");
    std::process::exit(1);
}

fn process_cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).expect("the processor clock starts at zero")
}

/// Bytes of memory that the process has in use, as the kernel sees it.
pub(crate) fn resident_bytes() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let field = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = field.and_then(|field| field.split_whitespace().next()?.parse::<usize>().ok());
    1024 * kib.expect("/proc/self/status has VmRSS in kB")
}
