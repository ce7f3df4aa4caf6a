//! The start of a process against the end of its pool.

use std::time::{Duration, Instant};

use rt_primitive::model::{check, spawn2};
use rt_primitive::sync::{Arc, Mutex};

use crate::job_error::crash::{Crash, DeathCause};
use crate::process::roster::{Brief, Death, Entry, Move, Restarts, Roster, Rules};

/// What a pool of one process may do.
pub(super) fn rules() -> Rules {
    Rules {
        workers_max: 1,
        workers_min: 0,
        idle_for: Duration::from_secs(10),
        jobs_max: None,
        age_max: None,
        start_within: Duration::from_secs(10),
        queue_max: 2,
        kills_max: 2,
        leave_within: Duration::from_secs(1),
        memory_look: None,
    }
}

/// The death of a process that had begun with this job.
pub(super) fn death(job: u64) -> Death {
    let crash = Crash {
        how: DeathCause::Vanished,
        pid: 1,
        ran_for: Duration::ZERO,
        cpu_time: None,
        stderr_tail: String::new(),
        attempts: Vec::new(),
        likely_oom: false,
        item: 0,
    };
    Death { job, crash, verdict: None, start_error: None }
}

/// P7: a process that comes while its pool ends is killed, whichever is first.
///
/// Mutants: pool.spare_a_condemned
#[test]
fn a_process_that_comes_to_an_ended_pool_is_killed() {
    check("pool.process_end", None, |order| {
        let now = Instant::now();
        let mut roster = Roster::new(rules(), Restarts::new(9, Duration::from_secs(1)));
        roster.submit(Entry::new(1, 1_u64, Brief::default()), now);
        assert!(matches!(roster.take_moves()[..], [Move::Start(0)]));
        // Whether the link of the process is there, and whether it was killed through it.
        let deck = Arc::new(Mutex::new((roster, false, false)));
        let obey = |deck: &mut (Roster<u64>, bool, bool)| {
            for step in deck.0.take_moves() {
                deck.2 |= deck.1 && matches!(step, Move::Kill(0));
            }
        };
        let (comes, ends) = spawn2(
            order,
            {
                let deck = deck.clone();
                move || {
                    let mut deck = deck.lock();
                    deck.1 = true;
                    deck.0.has_come(0);
                    obey(&mut deck);
                }
            },
            {
                let deck = deck.clone();
                move || {
                    let mut deck = deck.lock();
                    deck.0.end();
                    obey(&mut deck);
                }
            },
        );
        comes.join().unwrap();
        ends.join().unwrap();
        let mut deck = deck.lock();
        assert!(deck.2, "the process lives on without a pool");
        deck.0.died(0, death(0), now);
        assert!(deck.0.is_over());
    });
}
