//! How soon a worker process may be started after others have died.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The first pause, doubled with each death that is too many.
const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(10);

/// A budget of deaths: within it a replacement is started at once, beyond it after a pause.
#[derive(Debug)]
pub(crate) struct Restarts {
    deaths_max: usize,
    within: Duration,
    recent: VecDeque<Instant>,
    pause: Duration,
    until: Option<Instant>,
}

impl Restarts {
    pub(crate) fn new(deaths_max: usize, within: Duration) -> Restarts {
        Restarts { deaths_max, within, recent: VecDeque::new(), pause: PAUSE_MIN, until: None }
    }

    /// A process died that nobody wanted dead.
    pub(super) fn note(&mut self, now: Instant) {
        self.forget(now);
        if self.recent.is_empty() {
            self.pause = PAUSE_MIN;
        }
        self.recent.push_back(now);
        if self.recent.len() > self.deaths_max {
            // What is beyond the budget is not kept: the list is bounded by it.
            self.recent.pop_front();
            self.until = Some(now + self.pause);
            self.pause = (self.pause * 2).min(PAUSE_MAX);
        }
    }

    fn forget(&mut self, now: Instant) {
        while self.recent.front().is_some_and(|death| now.duration_since(*death) > self.within) {
            self.recent.pop_front();
        }
    }

    /// Whether a process may be started now.
    pub(super) fn allows(&self, now: Instant) -> bool {
        self.until.is_none_or(|until| until <= now)
    }

    /// When one may be started, if not now.
    pub(super) fn next(&self, now: Instant) -> Option<Instant> {
        self.until.filter(|until| *until > now)
    }
}
