//! What the system knows about this process.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// Threads alive.
pub(crate) fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

/// Memory in use, in KiB.
pub(crate) fn resident_kib() -> u64 {
    status_kib("VmRSS:")
}

/// Addresses in use, in bytes.
pub(crate) fn address_space() -> u64 {
    status_kib("VmSize:") * 1024
}

fn status_kib(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Processor time of all threads so far.
pub(crate) fn cpu() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime).try_into().unwrap()
}
