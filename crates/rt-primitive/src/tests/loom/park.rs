//! A token is kept, handed over with what was written before it, and never lost.

use crate::atomic::{AtomicUsize, Ordering};
use crate::model;
use crate::park::Parker;
use crate::sync::Arc;
use std::time::Instant;

/// What the threads of a model share.
struct Bed {
    parker: Parker,
    // [A] Counts what happened.
    count: AtomicUsize,
}

impl Bed {
    fn new() -> Arc<Self> {
        Arc::new(Self { parker: Parker::new(), count: AtomicUsize::new(0) })
    }
}

/// Whoever comes first, the sleeper returns once, and sees what was written before the token.
///
/// Mutants: park.drop_early_token, park.no_wake, park.take_relaxed, park.give_relaxed
#[test]
fn unpark_before_park_is_kept() {
    model::check("unpark_before_park_is_kept", None, |order| {
        let bed = Bed::new();
        let (sleeper, waker) = (Arc::clone(&bed), Arc::clone(&bed));
        let (a, b) = model::spawn2(
            order,
            move || {
                sleeper.parker.park();
                // ORDERING: Relaxed; the token makes it visible.
                assert_eq!(sleeper.count.load(Ordering::Relaxed), 1);
            },
            move || {
                // ORDERING: Relaxed; the token publishes it.
                waker.count.store(1, Ordering::Relaxed);
                waker.parker.unpark();
            },
        );
        a.join().unwrap();
        b.join().unwrap();
    });
}

/// Two wakers, one sleeper that sleeps until it has seen both: it always does.
///
/// Mutants: park.drop_early_token, park.no_wake, park.take_relaxed, park.give_relaxed
#[test]
fn park_and_unpark_lose_no_wake() {
    model::check("park_and_unpark_lose_no_wake", Some(3), |order| {
        let bed = Bed::new();
        let wake = |bed: Arc<Bed>| {
            move || {
                // ORDERING: Relaxed; the token publishes it.
                bed.count.fetch_add(1, Ordering::Relaxed);
                bed.parker.unpark();
            }
        };
        let sleeper = Arc::clone(&bed);
        let sleep = move || {
            // ORDERING: Relaxed; the token makes the newest count visible.
            while sleeper.count.load(Ordering::Relaxed) < 2 {
                sleeper.parker.park();
            }
        };
        let wakers = (wake(Arc::clone(&bed)), wake(bed));
        let (a, b, c) = model::spawn3(order, sleep, wakers.0, wakers.1);
        a.join().unwrap();
        b.join().unwrap();
        c.join().unwrap();
    });
}

/// A token that comes with the deadline is either kept or was taken with all that belongs to it.
///
/// Mutants: park.late_relaxed, park.drop_early_token, park.no_wake
#[test]
fn a_token_that_meets_the_deadline_is_not_lost() {
    model::check("a_token_that_meets_the_deadline_is_not_lost", None, |order| {
        let bed = Bed::new();
        let (sleeper, waker) = (Arc::clone(&bed), Arc::clone(&bed));
        let (a, b) = model::spawn2(
            order,
            move || {
                sleeper.parker.park_until(Some(Instant::now()));
                // ORDERING: Relaxed; the token makes it visible, if it was taken.
                if sleeper.count.load(Ordering::Relaxed) == 0 {
                    sleeper.parker.park();
                }
            },
            move || {
                // ORDERING: Relaxed; the token publishes it.
                waker.count.store(1, Ordering::Relaxed);
                waker.parker.unpark();
            },
        );
        a.join().unwrap();
        b.join().unwrap();
    });
}

/// A sleeper with a deadline looks around again and again, and lets the others run meanwhile.
#[test]
fn a_loop_around_a_deadline_ends() {
    model::check("a_loop_around_a_deadline_ends", Some(3), |order| {
        let bed = Bed::new();
        let (sleeper, waker) = (Arc::clone(&bed), Arc::clone(&bed));
        let (a, b) = model::spawn2(
            order,
            move || {
                // ORDERING: Acquire; pairs with Release below.
                while sleeper.count.load(Ordering::Acquire) == 0 {
                    sleeper.parker.park_until(Some(Instant::now()));
                }
            },
            move || {
                // ORDERING: Release; pairs with Acquire above.
                waker.count.store(1, Ordering::Release);
            },
        );
        a.join().unwrap();
        b.join().unwrap();
    });
}
