//! A wheel that is handed over against the owner of an entry in it, and against its new driver.

use super::{SOON, entry, waiting};
use crate::entry::Home;
use crate::tests::wakers::Counts;
use crate::tick::Tick;
use crate::timers::Timers;
use crate::timers::shared_wheel::{Registered, withdraw};
use rt_primitive::model::{check, spawn2};
use rt_primitive::park::Parker;
use rt_primitive::sync::Arc;

/// The owner may look for its entry in the wheel that it has just left.
///
/// Mutants: time.lock_no_recheck
#[test]
fn a_timer_is_taken_back_from_wherever_it_was_handed_to() {
    check("time.withdraw_and_hand_over", None, |order| {
        let timers = Arc::new(Timers::new(2));
        let counts = Counts::new();
        let entry = waiting(&timers, SOON, counts.waker());
        let (owner, mover) = spawn2(
            order,
            move || {
                assert!(withdraw(&entry).is_some());
                drop(entry);
            },
            {
                let timers = timers.clone();
                move || timers.hand_over(0, 1)
            },
        );
        owner.join().unwrap();
        mover.join().unwrap();
        for slot in [0, 1] {
            assert_eq!(timers.fire(slot, SOON), Tick::NEVER);
        }
        assert_eq!((counts.wakes(), counts.drops()), (0, 1));
    });
}

/// The driver that gets the timers knows when they are due.
///
/// Mutants: time.hand_over_no_publish
#[test]
fn a_timer_that_is_handed_over_is_fired_by_its_new_driver() {
    check("time.hand_over_and_park", None, |order| {
        let timers = Arc::new(Timers::new(2));
        let parker = Arc::new(Parker::new());
        let counts = Counts::new();
        let entry = waiting(&timers, SOON, counts.waker());
        let (mover, driver) = spawn2(
            order,
            {
                let (timers, parker) = (timers.clone(), parker.clone());
                move || {
                    timers.hand_over(0, 1);
                    parker.unpark();
                }
            },
            {
                let timers = timers.clone();
                move || {
                    while timers.fire(1, Tick::ZERO) > SOON {
                        parker.park();
                    }
                    timers.fire(1, SOON)
                }
            },
        );
        mover.join().unwrap();
        driver.join().unwrap();
        assert!(matches!(entry.home(), Home::Fired));
        assert_eq!((counts.wakes(), counts.drops()), (1, 1));
    });
}

/// Two wheels that are handed to each other: no timer is lost, and nobody waits for ever.
///
/// Mutants: time.lock_in_any_order
#[test]
fn two_wheels_are_locked_in_one_order() {
    check("time.hand_over_both_ways", None, |order| {
        let timers = Arc::new(Timers::new(2));
        let counts = Counts::new();
        let first = waiting(&timers, SOON, counts.waker());
        let second = entry();
        let registered = timers.register(1, second.as_ref(), SOON, counts.waker(), || ());
        assert!(matches!(registered, Registered::Waiting { .. }));
        let hand_over = |from, to| {
            let timers = timers.clone();
            move || timers.hand_over(from, to)
        };
        let (one, two) = spawn2(order, hand_over(0, 1), hand_over(1, 0));
        one.join().unwrap();
        two.join().unwrap();
        timers.fire(0, SOON);
        timers.fire(1, SOON);
        assert!(matches!(first.home(), Home::Fired));
        assert!(matches!(second.home(), Home::Fired));
        assert_eq!((counts.wakes(), counts.drops()), (2, 2));
    });
}
