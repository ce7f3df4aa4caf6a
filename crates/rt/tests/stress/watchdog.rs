//! Ends the process when a round hangs: a lost task must be a failure, and soon.

use std::io::{self, Write as _};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use crate::number;

/// How long a round may take, in seconds; where the machine has hardly any time for it, longer.
const ROUND_VARIABLE: &str = "RT_STRESS_ROUND_SECONDS";

/// A round takes a fraction of a second, and some seconds under a sanitizer.
const ROUND_SECONDS_MAX: u64 = 30;

/// Seconds are counted one by one, so that those in which the process was stopped count as one.
const TICK: Duration = Duration::from_secs(1);

/// Told the seed of each round as it begins.
pub(crate) struct Watchdog {
    rounds: Sender<u64>,
}

impl Watchdog {
    pub(crate) fn new() -> Watchdog {
        let seconds_max = number(ROUND_VARIABLE).unwrap_or(ROUND_SECONDS_MAX);
        let (rounds, begun) = mpsc::channel();
        thread::spawn(move || {
            let (mut current, mut seconds) = (0, 0);
            loop {
                match begun.recv_timeout(TICK) {
                    Ok(seed) => (current, seconds) = (seed, 0),
                    Err(RecvTimeoutError::Disconnected) => return,
                    Err(RecvTimeoutError::Timeout) if seconds < seconds_max => seconds += 1,
                    Err(RecvTimeoutError::Timeout) => {
                        say(&format!("the round of seed {current} hangs"));
                        std::process::abort();
                    }
                }
            }
        });
        Watchdog { rounds }
    }

    pub(crate) fn begins(&self, seed: u64) {
        self.rounds.send(seed).unwrap();
    }
}

/// Writes a line that is seen even if the process dies with the next instruction.
pub(crate) fn say(line: &str) {
    // Not `eprintln!`: the test harness keeps that for itself until the test ends.
    let _ = writeln!(io::stderr(), "stress: {line}");
}
