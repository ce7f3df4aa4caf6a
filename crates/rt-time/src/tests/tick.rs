//! Rounding of times to ticks.

use crate::tick::Tick;
use std::time::Duration;

#[test]
fn a_deadline_is_rounded_up_and_the_present_down() {
    let cases = [(0, 0, 0), (1, 0, 1), (999_999, 0, 1), (1_000_000, 1, 1), (1_000_001, 1, 2)];
    for (nanos, floor, ceil) in cases {
        let time = Duration::from_nanos(nanos);
        assert_eq!(Tick::floor(time), Tick::new(floor), "{time:?}");
        assert_eq!(Tick::ceil(time), Tick::new(ceil), "{time:?}");
    }
}

#[test]
fn a_deadline_one_nanosecond_before_a_second_is_that_second() {
    assert_eq!(Tick::ceil(Duration::new(1, 999_999_999)), Tick::new(2_000));
}

#[test]
fn a_time_that_does_not_fit_is_the_last_tick() {
    assert_eq!(Tick::ceil(Duration::MAX), Tick::LAST);
    assert_eq!(Tick::floor(Duration::MAX), Tick::LAST);
    assert!(Tick::LAST < Tick::NEVER);
}
