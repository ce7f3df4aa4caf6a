//! What a dead worker process died of.

use std::fs;
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::param::{clock_ticks_per_second, page_size};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, WaitIdStatus, waitid};

use super::station::Station;
use crate::job_error::JobError;
use crate::job_error::crash::{Crash, DeathCause};
use crate::process::page::PageSnapshot;
use crate::process::roster::Death;

/// What Rust says before it aborts for want of memory.
const NO_MEMORY: &str = "memory allocation of ";

/// What is known from before a death.
#[derive(Debug)]
pub(super) struct Witness {
    memory_max: Option<u64>,
    /// How often the system had killed for want of memory.
    oom_kills: u64,
}

impl Witness {
    pub(super) fn new(memory_max: Option<u64>) -> Witness {
        Witness { memory_max, oom_kills: oom_kills() }
    }

    /// Finds out what a process died of, and takes its status, so that it is gone.
    pub(super) fn examine(&mut self, station: Station) -> Death {
        let Station { link, tail, start_error, .. } = station;
        let cpu_time = cpu_time(link.pid);
        // While the dead process is there its group's number cannot be another's.
        link.kill_group();
        let status = waitid(WaitId::PidFd(link.pidfd.as_fd()), WaitIdOptions::EXITED);
        let page = link.page.read();
        let how = cause(status.ok().flatten(), &page);
        let stderr_tail = tail.into_text();
        let verdict = self.verdict(&how, &stderr_tail);
        let crash = Crash {
            likely_oom: self.is_likely_oom(&how),
            how,
            pid: link.pid.as_raw_pid() as u32,
            ran_for: Duration::ZERO,
            cpu_time,
            stderr_tail,
            attempts: Vec::new(),
            item: page.item,
        };
        Death { job: page.job, crash, verdict, start_error }
    }

    /// A limit on memory makes an allocation fail, and that ends a program by SIGABRT.
    fn verdict(&self, how: &DeathCause, stderr_tail: &str) -> Option<JobError> {
        let limit = self.memory_max?;
        let is_abort = how.signal() == Some(Signal::ABORT.as_raw());
        let is_meant = is_abort && stderr_tail.contains(NO_MEMORY);
        is_meant.then_some(JobError::MemoryLimit { limit, seen: limit })
    }

    fn is_likely_oom(&mut self, how: &DeathCause) -> bool {
        if how.signal() != Some(Signal::KILL.as_raw()) {
            return false;
        }
        let before = std::mem::replace(&mut self.oom_kills, oom_kills());
        self.oom_kills > before
    }
}

fn cause(status: Option<WaitIdStatus>, page: &PageSnapshot) -> DeathCause {
    let Some(status) = status else { return DeathCause::Vanished };
    if let Some(code) = status.exit_status() {
        return DeathCause::Exit(code);
    }
    let Some(number) = status.terminating_signal() else { return DeathCause::Vanished };
    let is_noted = page.signal == number as u64;
    DeathCause::Signal {
        number,
        is_core_dumped: status.dumped(),
        fault_address: (is_noted && tells_address(number)).then_some(page.address),
        is_stack_overflow: is_noted && page.is_overflow,
    }
}

/// Whether the signal is about an address.
fn tells_address(number: i32) -> bool {
    [Signal::SEGV, Signal::BUS, Signal::FPE, Signal::ILL]
        .iter()
        .any(|signal| signal.as_raw() == number)
}

/// Processor time of a process that is alive, or dead and not yet waited for.
fn cpu_time(pid: Pid) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_pid())).ok()?;
    // The name, in brackets, may have blanks. User and system time are the 14th and 15th field.
    let (_, after_name) = stat.rsplit_once(')')?;
    let ticks = |field: &str| field.parse::<u64>().ok();
    let mut fields = after_name.split_whitespace().skip(11);
    let sum = ticks(fields.next()?)? + ticks(fields.next()?)?;
    Some(Duration::from_millis(sum * 1_000 / clock_ticks_per_second()))
}

/// Resident memory of a process, without what it shares with the file it executes; 0 if unknown.
pub(super) fn resident_bytes(pid: Pid) -> u64 {
    let statm = fs::read_to_string(format!("/proc/{}/statm", pid.as_raw_pid()));
    let pages = statm.ok().and_then(|statm| statm.split(' ').nth(1)?.parse::<u64>().ok());
    pages.unwrap_or(0) * page_size() as u64
}

/// How often the system has killed a process for want of memory.
fn oom_kills() -> u64 {
    let vmstat = fs::read_to_string("/proc/vmstat").unwrap_or_default();
    let line = vmstat.lines().find_map(|line| line.strip_prefix("oom_kill "));
    line.and_then(|count| count.parse().ok()).unwrap_or(0)
}
