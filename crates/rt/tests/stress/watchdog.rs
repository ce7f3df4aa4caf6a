//! Ends the process when a round hangs: a lost task must be a failure, and soon.

use std::io::{self, Write as _};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

/// A round takes a fraction of a second, and some seconds under a sanitizer.
const ROUND_MAX: Duration = Duration::from_secs(30);

/// Told the seed of each round as it begins.
pub(crate) struct Watchdog {
    rounds: Sender<u64>,
}

impl Watchdog {
    pub(crate) fn new() -> Watchdog {
        let (rounds, begun) = mpsc::channel();
        thread::spawn(move || {
            let mut current = 0;
            loop {
                match begun.recv_timeout(ROUND_MAX) {
                    Ok(seed) => current = seed,
                    Err(RecvTimeoutError::Disconnected) => return,
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
