//! A result, a death and a cancel of one job, in every order: it has one outcome.

use std::time::{Duration, Instant};

use rt_primitive::model::{check, spawn2, spawn3};
use rt_primitive::sync::{Arc, Mutex};

use super::process_end::{death, rules};
use crate::job_error::CancelledBy;
use crate::process::roster::{Brief, Entry, Move, Restarts, Roster};

/// A roster with one process, which runs job 1.
fn busy() -> Roster<u64> {
    let now = Instant::now();
    let mut roster = Roster::new(rules(), Restarts::new(9, Duration::from_secs(1)));
    roster.submit(Entry::new(1, 1, Brief::default()), now);
    roster.ready(0, now);
    let moves = roster.take_moves();
    assert!(matches!(moves[..], [Move::Start(0), Move::Send(0, 1)]));
    roster
}

/// How many of the moves tell of job 1.
fn settled(roster: &mut Roster<u64>) -> usize {
    let moves = roster.take_moves();
    moves.iter().filter(|step| matches!(step, Move::Settle(1, _))).count()
}

/// P6: a job has one outcome.
///
/// Mutants: pool.settle_twice
#[test]
fn a_result_a_cancel_and_a_death_make_one_outcome() {
    check("pool.process_outcome", None, |order| {
        let roster = Arc::new(Mutex::new(busy()));
        let (result, cancel, shutdown) = spawn3(
            order,
            {
                // The pool's thread: the process sends its result and dies.
                let roster = roster.clone();
                move || {
                    let now = Instant::now();
                    let is_result = roster.lock().done(0, 1, now).is_some();
                    roster.lock().died(0, death(1), now);
                    usize::from(is_result)
                }
            },
            {
                let roster = roster.clone();
                move || roster.lock().cancel(1, CancelledBy::Call, Instant::now())
            },
            {
                let roster = roster.clone();
                move || roster.lock().end()
            },
        );
        let results = result.join().unwrap();
        cancel.join().unwrap();
        shutdown.join().unwrap();
        assert_eq!(results + settled(&mut roster.lock()), 1, "I1: one outcome");
    });
}

/// P6: a job whose process died before it began is not lost while it is taken back.
///
/// Mutants: pool.lose_a_missed_job
#[test]
fn a_death_before_the_job_and_a_cancel_make_one_outcome_or_a_queued_job() {
    check("pool.process_missed", None, |order| {
        let roster = Arc::new(Mutex::new(busy()));
        let (died, cancel) = spawn2(
            order,
            {
                let roster = roster.clone();
                move || {
                    let mut roster = roster.lock();
                    roster.died(0, death(0), Instant::now());
                }
            },
            {
                let roster = roster.clone();
                move || roster.lock().cancel(1, CancelledBy::Call, Instant::now())
            },
        );
        died.join().unwrap();
        cancel.join().unwrap();
        let mut roster = roster.lock();
        assert_eq!((settled(&mut roster), roster.queue_len()), (1, 0));
    });
}
