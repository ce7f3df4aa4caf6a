//! The roster against a plain world of processes and jobs.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use crate::job_error::CancelledBy;
use crate::job_error::crash::{Crash, DeathCause};
use crate::process::roster::{Brief, Death, Entry, Move, Restarts, Roster, Rules};

const SLOTS: usize = 3;

/// What happens next. Numbers choose among what there is.
#[derive(Clone, Debug)]
enum Event {
    Submit {
        retries: u32,
        timeout_ms: Option<u64>,
        queue_timeout_ms: Option<u64>,
        grace_ms: u64,
    },
    Cancel {
        which: usize,
    },
    /// The process of this slot does what it is about to do: come, be ready, finish, leave.
    Go {
        slot: usize,
    },
    Die {
        slot: usize,
        had_begun: bool,
    },
    Wait {
        ms: u64,
    },
}

fn event() -> impl Strategy<Value = Event> {
    let ms = || prop::option::of(0_u64..50);
    prop_oneof![
        4 => (0_u32..3, ms(), ms(), 0_u64..20).prop_map(
            |(retries, timeout_ms, queue_timeout_ms, grace_ms)| Event::Submit {
                retries,
                timeout_ms,
                queue_timeout_ms,
                grace_ms,
            }
        ),
        1 => any::<usize>().prop_map(|which| Event::Cancel { which }),
        8 => (0..SLOTS).prop_map(|slot| Event::Go { slot }),
        1 => ((0..SLOTS), any::<bool>())
            .prop_map(|(slot, had_begun)| Event::Die { slot, had_begun }),
        2 => (0_u64..30).prop_map(|ms| Event::Wait { ms }),
    ]
}

/// What a process is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Process {
    None,
    Starting,
    Idle,
    Busy(u64),
    Leaving,
    Killed,
}

struct World {
    roster: Roster<u64>,
    now: Instant,
    processes: [Process; SLOTS],
    /// How often each job was settled.
    outcomes: BTreeMap<u64, u32>,
}

impl World {
    fn new() -> World {
        let rules = Rules {
            workers_max: SLOTS,
            workers_min: 1,
            idle_for: Duration::from_millis(40),
            jobs_max: Some(4),
            age_max: None,
            start_within: Duration::from_millis(100),
            queue_max: 1_000,
            kills_max: 2,
            leave_within: Duration::from_millis(50),
            memory_look: None,
        };
        let restarts = Restarts::new(3, Duration::from_millis(200));
        let roster = Roster::new(rules, restarts);
        let processes = [Process::None; SLOTS];
        World { roster, now: Instant::now(), processes, outcomes: BTreeMap::new() }
    }

    /// Does what the roster has decided, and checks that it can be done.
    fn obey(&mut self) {
        for step in self.roster.take_moves() {
            match step {
                Move::Start(slot) => {
                    assert_eq!(self.processes[slot], Process::None, "a slot has one process");
                    self.processes[slot] = Process::Starting;
                }
                Move::Send(slot, job) => {
                    assert_eq!(self.processes[slot], Process::Idle, "I2: one job a process");
                    self.processes[slot] = Process::Busy(job);
                }
                Move::Retire(slot) => match self.processes[slot] {
                    Process::Idle => self.processes[slot] = Process::Leaving,
                    process => assert_eq!(process, Process::Killed),
                },
                Move::Kill(slot) => {
                    assert_ne!(self.processes[slot], Process::None, "somebody is killed");
                    self.processes[slot] = Process::Killed;
                }
                Move::Warn(..) => {}
                Move::Settle(job, _) => self.settle(job),
            }
        }
    }

    fn settle(&mut self, job: u64) {
        let outcomes = self.outcomes.get_mut(&job).expect("it was submitted");
        *outcomes += 1;
        assert_eq!(*outcomes, 1, "I1: job {job} is settled once");
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Submit { retries, timeout_ms, queue_timeout_ms, grace_ms } => {
                let id = self.outcomes.len() as u64 + 1;
                self.outcomes.insert(id, 0);
                let brief = Brief {
                    retries,
                    timeout: timeout_ms.map(Duration::from_millis),
                    queue_timeout: queue_timeout_ms.map(Duration::from_millis),
                    grace: Duration::from_millis(grace_ms),
                };
                self.roster.submit(Entry::new(id, id, brief), self.now);
            }
            Event::Cancel { which } => {
                let id = (which % (self.outcomes.len() + 1)) as u64;
                self.roster.cancel(id, CancelledBy::Call, self.now);
            }
            Event::Go { slot } => self.go(slot),
            Event::Die { slot, had_begun } => self.die(slot, had_begun),
            Event::Wait { ms } => {
                self.now += Duration::from_millis(ms);
                self.roster.tick(self.now);
            }
        }
        self.obey();
    }

    fn go(&mut self, slot: usize) {
        match self.processes[slot] {
            Process::None | Process::Idle => {}
            Process::Starting => {
                self.processes[slot] = Process::Idle;
                self.roster.ready(slot, self.now);
            }
            Process::Busy(job) => {
                self.processes[slot] = Process::Idle;
                if let Some(job) = self.roster.done(slot, job, self.now) {
                    self.settle(job);
                }
            }
            Process::Leaving | Process::Killed => self.die(slot, true),
        }
    }

    fn die(&mut self, slot: usize, had_begun: bool) {
        let process = std::mem::replace(&mut self.processes[slot], Process::None);
        if process == Process::None {
            return;
        }
        let job = match process {
            Process::Busy(job) if had_begun => job,
            _ => 0,
        };
        let crash = Crash {
            how: DeathCause::Exit(1),
            pid: 1,
            ran_for: Duration::ZERO,
            cpu_time: None,
            stderr_tail: String::new(),
            attempts: Vec::new(),
            likely_oom: false,
            item: 0,
        };
        self.roster.died(slot, Death { job, crash, verdict: None, start_error: None }, self.now);
    }

    /// I3: nobody waits for ever.
    fn check_progress(&self) {
        let is_moving = self.processes.iter().any(|process| *process != Process::None);
        let waits = self.roster.queue_len();
        let has_time = self.roster.next_tick(self.now).is_some();
        assert!(waits == 0 || is_moving || has_time, "I3: {waits} jobs wait for nothing");
        let is_idle = self.processes.contains(&Process::Idle);
        assert!(waits == 0 || !is_idle, "I3: {waits} jobs wait beside an idle process");
    }
}

proptest! {
    #[test]
    fn each_job_is_settled_once(events in prop::collection::vec(event(), 1..120)) {
        let mut world = World::new();
        for event in events {
            world.happen(event);
            world.check_progress();
        }
        world.roster.end();
        world.obey();
        for slot in 0..SLOTS {
            world.die(slot, true);
            world.obey();
        }
        prop_assert!(world.outcomes.values().all(|settled| *settled == 1), "{:?}", world.outcomes);
        prop_assert!(world.roster.is_over());
    }
}
