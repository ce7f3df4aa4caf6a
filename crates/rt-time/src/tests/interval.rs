//! When the next tick of an interval is due.

use crate::{Instant, MissedTickBehavior, interval};
use std::time::Duration;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// The tick after one that was due at 20 and taken at `taken`, with a period of 10 milliseconds.
fn next_ms(behavior: MissedTickBehavior, taken: u64) -> Duration {
    let start = Instant::now();
    behavior.next(start + ms(20), start + ms(taken), ms(10)) - start
}

#[test]
fn a_missed_tick_is_made_up_for_put_off_or_left_out() {
    assert_eq!(next_ms(MissedTickBehavior::Burst, 34), ms(30));
    assert_eq!(next_ms(MissedTickBehavior::Delay, 34), ms(44));
    assert_eq!(next_ms(MissedTickBehavior::Skip, 34), ms(40));
}

#[test]
fn a_tick_that_is_little_late_keeps_the_pace() {
    for behavior in [MissedTickBehavior::Burst, MissedTickBehavior::Delay, MissedTickBehavior::Skip]
    {
        for taken in [20, 22, 25] {
            assert_eq!(next_ms(behavior, taken), ms(30), "{behavior:?} at {taken}");
        }
    }
}

#[test]
fn a_tick_after_whole_periods_skips_to_the_next() {
    assert_eq!(next_ms(MissedTickBehavior::Skip, 40), ms(50));
}

#[test]
fn a_period_without_end_ticks_far_away() {
    let start = Instant::now();
    for behavior in [MissedTickBehavior::Burst, MissedTickBehavior::Skip] {
        let next = behavior.next(start, start + ms(9), Duration::MAX);
        assert!(next - start > Duration::from_secs(86_400 * 365), "{behavior:?}");
    }
}

#[test]
#[should_panic(expected = "the period of an interval is zero")]
fn a_period_of_zero_is_refused() {
    let _ = interval(Duration::ZERO);
}
