//! The parker on real threads and a real clock.

use crate::park::Parker;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

#[test]
fn a_deadline_ends_the_sleep_and_not_before_its_time() {
    let parker = Parker::new();
    let deadline = Instant::now() + Duration::from_millis(5);
    parker.park_until(Some(deadline));
    assert!(Instant::now() >= deadline);
}

#[test]
fn a_deadline_in_the_past_still_takes_the_token() {
    let parker = Parker::new();
    parker.unpark();
    parker.park_until(Some(Instant::now()));
    let deadline = Instant::now() + Duration::from_millis(1);
    parker.park_until(Some(deadline));
    assert!(Instant::now() >= deadline, "the token was taken by the first");
}

#[test]
fn two_tokens_are_one() {
    let parker = Parker::new();
    parker.unpark();
    parker.unpark();
    parker.park();
    let deadline = Instant::now() + Duration::from_millis(1);
    parker.park_until(Some(deadline));
    assert!(Instant::now() >= deadline);
}

#[test]
fn a_far_deadline_does_not_keep_a_token_waiting() {
    let parker = Arc::new(Parker::new());
    let waker = Arc::clone(&parker);
    let far = Instant::now() + Duration::from_secs(u64::from(u32::MAX));
    let thread = thread::spawn(move || waker.unpark());
    parker.park_until(Some(far));
    thread.join().unwrap();
}

#[test]
fn a_ball_between_two_threads_is_never_dropped() {
    const ROUNDS: u64 = 20_000;
    let beds = Arc::new([Parker::new(), Parker::new()]);
    let hits = Arc::new(AtomicU64::new(0));
    let play = |me: usize| {
        let (beds, hits) = (Arc::clone(&beds), Arc::clone(&hits));
        move || {
            for _ in 0..ROUNDS {
                beds[me].park();
                hits.fetch_add(1, Ordering::Relaxed);
                beds[1 - me].unpark();
            }
        }
    };
    let threads = [thread::spawn(play(0)), thread::spawn(play(1))];
    beds[0].unpark();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(hits.load(Ordering::Relaxed), 2 * ROUNDS);
}
