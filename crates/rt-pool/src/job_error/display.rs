//! The words of a job's error.

use std::fmt;

use super::crash::{Attempt, Crash, DeathCause};
use super::{CancelledBy, JobError, JobPhase, PanicReport};

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JobError::Panicked(report) => report.fmt(f),
            JobError::Crashed(crash) => crash.fmt(f),
            JobError::TimedOut { after, phase: JobPhase::Run } => {
                write!(f, "the job ran for longer than {after:?}; its time is up")
            }
            JobError::TimedOut { after, phase: JobPhase::Queue } => {
                write!(f, "the job waited for longer than {after:?} for a worker process")
            }
            JobError::MemoryLimit { limit, seen } => write!(
                f,
                "the worker process had {seen} bytes of memory and may have {limit}; raise \
                 `memory_limit`, or give it less to do"
            ),
            JobError::Cancelled { by: CancelledBy::Call } => f.write_str("the job was cancelled"),
            JobError::Cancelled { by: CancelledBy::Shutdown } => {
                f.write_str("the job was cancelled: its pool was shut down")
            }
            JobError::QueueFull => f.write_str("the pool's queue is full; try again later"),
            JobError::Encode(text) => write!(f, "cannot send the value: {text}"),
            JobError::Decode(text) => write!(f, "cannot read the value that was sent: {text}"),
            JobError::Protocol(text) => {
                write!(f, "the worker process broke the protocol and was killed: {text}")
            }
            JobError::Broken { attempts, last } => {
                write!(f, "no worker process started in {attempts} attempts; the last: {last}")
            }
            JobError::NoSuchJob { name, have } => {
                write!(f, "the worker program has no job `{name}`; it has {}", have.join(", "))
            }
            JobError::Closed => f.write_str("the pool is closed; make another one"),
        }
    }
}

impl fmt::Display for PanicReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the job panicked at {}: {}", self.location, self.message)
    }
}

impl fmt::Display for Crash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the worker process {} died after {:?} of the job: {}",
            self.pid, self.ran_for, self.how
        )?;
        if self.likely_oom {
            f.write_str(", likely because the system had no memory left")?;
        }
        for attempt in &self.attempts {
            write!(f, "; before that, {attempt}")?;
        }
        match self.stderr_tail.trim_end().rsplit('\n').next() {
            None | Some("") => Ok(()),
            Some(line) => write!(f, "; its last words: {line}"),
        }
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {} after {:?}: {}", self.pid, self.ran_for, self.how)
    }
}

impl fmt::Display for DeathCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DeathCause::Signal { number, is_core_dumped, fault_address, is_stack_overflow } => {
                match signal_name(*number) {
                    Some(name) => write!(f, "killed by {name}")?,
                    None => write!(f, "killed by signal {number}")?,
                }
                if *is_stack_overflow {
                    f.write_str(", the stack overflowed")?;
                }
                if let Some(address) = fault_address {
                    write!(f, " at address {address:#x}")?;
                }
                if *is_core_dumped { f.write_str(", core dumped") } else { Ok(()) }
            }
            DeathCause::Exit(code) => write!(f, "it exited with code {code}"),
            DeathCause::Vanished => f.write_str("it vanished, and somebody else took its status"),
        }
    }
}

/// The names of the signals that end processes in practice; numbers as on Linux.
fn signal_name(number: i32) -> Option<&'static str> {
    const NAMES: &[(i32, &str)] = &[
        (libc::SIGHUP, "SIGHUP"),
        (libc::SIGINT, "SIGINT"),
        (libc::SIGQUIT, "SIGQUIT"),
        (libc::SIGILL, "SIGILL"),
        (libc::SIGTRAP, "SIGTRAP"),
        (libc::SIGABRT, "SIGABRT"),
        (libc::SIGBUS, "SIGBUS"),
        (libc::SIGFPE, "SIGFPE"),
        (libc::SIGKILL, "SIGKILL"),
        (libc::SIGUSR1, "SIGUSR1"),
        (libc::SIGSEGV, "SIGSEGV"),
        (libc::SIGUSR2, "SIGUSR2"),
        (libc::SIGPIPE, "SIGPIPE"),
        (libc::SIGALRM, "SIGALRM"),
        (libc::SIGTERM, "SIGTERM"),
        (libc::SIGXCPU, "SIGXCPU"),
        (libc::SIGXFSZ, "SIGXFSZ"),
        (libc::SIGSYS, "SIGSYS"),
    ];
    NAMES.iter().find(|(known, _)| *known == number).map(|(_, name)| *name)
}
