//! Who registers a timer against a driver that is about to park.

use super::{LATER, SOON, entry, waiting};
use crate::tests::wakers::Counts;
use crate::tick::Tick;
use crate::timers::Timers;
use rt_primitive::model::{check, spawn2};
use rt_primitive::park::Parker;
use rt_primitive::sync::Arc;
use std::task::Waker;

/// Parks, without a time limit, until slot 0 must be looked at by `tick`. A wake that is lost is a
/// deadlock.
fn drive_until(timers: &Timers, parker: &Parker, tick: Tick) {
    while timers.fire(0, Tick::ZERO) > tick {
        parker.park();
    }
}

/// W5: a driver that parks until a later deadline is told of an earlier one.
///
/// Mutants: time.register_no_unpark
#[test]
fn an_earlier_deadline_unparks_the_driver() {
    check("time.register_and_park", None, |order| {
        let timers = Arc::new(Timers::new(1));
        let parker = Arc::new(Parker::new());
        let counts = Counts::new();
        let later = waiting(&timers, LATER, Waker::noop().clone());
        let (owner, driver) = spawn2(
            order,
            {
                let (timers, parker, counts) = (timers.clone(), parker.clone(), counts.clone());
                move || {
                    let entry = entry();
                    let waker = counts.waker();
                    drop(timers.register(0, entry.as_ref(), SOON, waker, || parker.unpark()));
                    entry
                }
            },
            {
                let timers = timers.clone();
                move || {
                    drive_until(&timers, &parker, SOON);
                    timers.fire(0, SOON)
                }
            },
        );
        let entry = owner.join().unwrap();
        driver.join().unwrap();
        assert_eq!(counts.wakes(), 1);
        drop((entry, later));
    });
}

/// W5: the same of a timer that is reset to an earlier deadline.
///
/// Mutants: time.reset_no_unpark
#[test]
fn a_reset_to_an_earlier_deadline_unparks_the_driver() {
    check("time.reset_and_park", None, |order| {
        let timers = Arc::new(Timers::new(1));
        let parker = Arc::new(Parker::new());
        let counts = Counts::new();
        let entry = waiting(&timers, LATER, counts.waker());
        let (owner, driver) = spawn2(
            order,
            {
                let (timers, parker) = (timers.clone(), parker.clone());
                move || {
                    assert!(timers.reset(0, entry.as_ref(), SOON, || parker.unpark()));
                    entry
                }
            },
            {
                let timers = timers.clone();
                move || {
                    drive_until(&timers, &parker, SOON);
                    timers.fire(0, SOON)
                }
            },
        );
        let entry = owner.join().unwrap();
        driver.join().unwrap();
        assert_eq!(counts.wakes(), 1);
        drop(entry);
    });
}

/// W5: what a driver publishes after it has fired does not hide a timer that was registered
/// meanwhile.
///
/// Mutants: time.publish_after_unlock
#[test]
fn a_fire_hides_no_timer_that_is_registered_meanwhile() {
    check("time.register_and_publish", None, |order| {
        let timers = Arc::new(Timers::new(1));
        let parker = Arc::new(Parker::new());
        let due = waiting(&timers, SOON, Waker::noop().clone());
        let (owner, driver) = spawn2(
            order,
            {
                let (timers, parker) = (timers.clone(), parker.clone());
                move || {
                    let entry = entry();
                    let waker = Waker::noop().clone();
                    drop(timers.register(0, entry.as_ref(), LATER, waker, || parker.unpark()));
                    entry
                }
            },
            {
                let timers = timers.clone();
                move || {
                    timers.fire(0, SOON);
                    drive_until(&timers, &parker, LATER);
                }
            },
        );
        let entry = owner.join().unwrap();
        driver.join().unwrap();
        drop((entry, due));
    });
}
