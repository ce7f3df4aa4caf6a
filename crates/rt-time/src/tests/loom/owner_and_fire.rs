//! The owner of an entry against the thread that fires it.

use super::{LATER, SOON, entry, register, waiting};
use crate::entry::Home;
use crate::tests::wakers::{CallingWaker, Counts};
use crate::timers::Timers;
use crate::timers::shared_wheel::{Registered, replace_waker, withdraw};
use rt_primitive::model::{check, spawn2};
use rt_primitive::sync::{Arc, Mutex};
use std::task::Waker;

/// W1: a timer that is registered while its tick comes is due, or fires once.
///
/// Mutants: time.enter_after_unlock
#[test]
fn a_register_and_a_fire_lose_no_timer() {
    check("time.register_and_fire", None, |order| {
        let timers = Arc::new(Timers::new(1));
        let counts = Counts::new();
        // Makes the driver move time to that tick.
        let other = waiting(&timers, SOON, Waker::noop().clone());
        let (owner, driver) = spawn2(
            order,
            {
                let (timers, counts) = (timers.clone(), counts.clone());
                move || {
                    let entry = entry();
                    let registered = register(&timers, &entry, SOON, counts.waker());
                    let is_due = matches!(registered, Registered::Due(_));
                    (entry, is_due)
                }
            },
            {
                let timers = timers.clone();
                move || timers.fire(0, SOON)
            },
        );
        driver.join().unwrap();
        let (entry, is_due) = owner.join().unwrap();
        timers.fire(0, SOON);
        assert!(matches!(entry.home(), Home::Fired));
        assert_eq!((counts.wakes(), counts.drops()), (usize::from(!is_due), 1));
        drop(other);
    });
}

/// W2: a timer that is taken back while it fires is woken, or is handed back its waker. Whichever
/// it was, the entry is the owner's alone from then on.
///
/// Mutants: time.leave_relaxed, time.release_too_early, time.lock_no_recheck
#[test]
fn a_fire_and_a_drop_touch_the_entry_in_turn() {
    check("time.drop_and_fire", None, |order| {
        let timers = Arc::new(Timers::new(1));
        let counts = Counts::new();
        let entry = waiting(&timers, SOON, counts.waker());
        let (owner, driver) = spawn2(
            order,
            move || {
                let waker = withdraw(&entry);
                drop(entry);
                waker.is_some()
            },
            {
                let timers = timers.clone();
                move || timers.fire(0, SOON)
            },
        );
        driver.join().unwrap();
        let is_taken_back = owner.join().unwrap();
        assert_eq!((counts.wakes(), counts.drops()), (usize::from(!is_taken_back), 1));
    });
}

/// W3: a reset that meets a fire: the timer fires at the old tick, or at the new one alone. The
/// task has moved to another worker, so the new registration does not take the lock of the old one.
///
/// Mutants: time.leave_relaxed, time.release_too_early, time.lock_no_recheck
#[test]
fn a_reset_timer_fires_at_one_of_its_ticks() {
    check("time.reset_and_fire", None, |order| {
        let timers = Arc::new(Timers::new(2));
        let (first, second) = (Counts::new(), Counts::new());
        let entry = waiting(&timers, SOON, first.waker());
        let (owner, driver) = spawn2(
            order,
            {
                let (timers, second) = (timers.clone(), second.clone());
                move || {
                    let waker = withdraw(&entry);
                    let is_old = waker.is_none();
                    // As the poll does that comes after a reset.
                    let waker = waker.unwrap_or_else(|| second.waker());
                    let registered = timers.register(1, entry.as_ref(), LATER, waker, || ());
                    assert!(matches!(registered, Registered::Waiting { .. }));
                    (entry, is_old)
                }
            },
            {
                let timers = timers.clone();
                move || timers.fire(0, SOON)
            },
        );
        driver.join().unwrap();
        let (entry, is_old) = owner.join().unwrap();
        assert_eq!(first.wakes(), usize::from(is_old));
        timers.fire(1, LATER);
        assert!(matches!(entry.home(), Home::Fired));
        assert_eq!((first.wakes(), second.wakes()), (1, usize::from(is_old)));
        assert_eq!((first.drops(), second.drops()), (1, usize::from(is_old)));
    });
}

/// W3: the same where the task is still on the worker: the entry is reset in place, unless it has
/// fired.
///
/// Mutants: time.reset_no_recheck
#[test]
fn a_timer_reset_in_place_fires_at_one_of_its_ticks() {
    check("time.reset_in_place_and_fire", None, |order| {
        let timers = Arc::new(Timers::new(1));
        let counts = Counts::new();
        let entry = waiting(&timers, SOON, counts.waker());
        let (owner, driver) = spawn2(
            order,
            {
                let timers = timers.clone();
                move || {
                    let is_reset = timers.reset(0, entry.as_ref(), LATER, || ());
                    (entry, is_reset)
                }
            },
            {
                let timers = timers.clone();
                move || timers.fire(0, SOON)
            },
        );
        driver.join().unwrap();
        let (entry, is_reset) = owner.join().unwrap();
        assert_eq!(counts.wakes(), usize::from(!is_reset), "fired before the reset, or not yet");
        timers.fire(0, LATER);
        assert!(matches!(entry.home(), Home::Fired));
        assert_eq!((counts.wakes(), counts.drops()), (1, 1));
    });
}

/// W4: a waker that is put in while the timer fires is woken, or its owner sees that it has fired.
///
/// Mutants: time.lock_no_recheck
#[test]
fn a_replaced_waker_is_woken_or_refused() {
    check("time.replace_and_fire", None, |order| {
        let timers = Arc::new(Timers::new(1));
        let (first, second) = (Counts::new(), Counts::new());
        let entry = waiting(&timers, SOON, first.waker());
        let (owner, driver) = spawn2(
            order,
            {
                let second = second.clone();
                move || {
                    let is_replaced = replace_waker(&entry, second.waker()).is_ok();
                    assert!(is_replaced || matches!(entry.home(), Home::Fired));
                    (entry, is_replaced)
                }
            },
            {
                let timers = timers.clone();
                move || timers.fire(0, SOON)
            },
        );
        driver.join().unwrap();
        let (entry, is_replaced) = owner.join().unwrap();
        assert!(matches!(entry.home(), Home::Fired));
        assert_eq!(second.wakes(), usize::from(is_replaced));
        assert_eq!(first.wakes(), usize::from(!is_replaced));
        assert_eq!((first.drops(), second.drops()), (1, 1));
    });
}

/// W9: the waker of a timer drops another one that is due but not in the same batch, while a third
/// thread drops one that is.
///
/// Mutants: time.wake_under_lock
#[test]
fn a_waker_may_drop_another_timer() {
    check("time.waker_drops", Some(3), |order| {
        let timers = Arc::new(Timers::new(1));
        let counts = Counts::new();
        let last = Arc::new(Mutex::new(None));
        let waker = {
            let last = last.clone();
            CallingWaker::waker(move || drop(last.lock().take()))
        };
        let first = waiting(&timers, SOON, waker);
        let second = waiting(&timers, SOON, counts.waker());
        *last.lock() = Some(waiting(&timers, SOON, counts.waker()));
        let (owner, driver) = spawn2(order, move || drop(second), {
            let timers = timers.clone();
            move || timers.fire(0, SOON)
        });
        owner.join().unwrap();
        driver.join().unwrap();
        assert!(matches!(first.home(), Home::Fired));
        assert!(last.lock().is_none());
        assert!(counts.wakes() <= 2);
        assert_eq!(counts.drops(), 2);
    });
}
