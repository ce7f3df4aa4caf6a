//! The timers, driven by hand: no executor, no clock.

use super::wakers::{CallingWaker, Counts};
use crate::entry::{Home, TimerEntry};
use crate::tick::Tick;
use crate::timers::Timers;
use crate::timers::shared_wheel::{Registered, replace_waker, withdraw};
use rt_primitive::count::{self, Snapshot};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::Waker;

const YEAR_MS: u64 = 365 * 24 * 60 * 60 * 1_000;

fn entry() -> Pin<Box<TimerEntry>> {
    Box::pin(TimerEntry::new())
}

/// Registers `entry`; true when that asked for the driver to be unparked.
fn register(
    timers: &Timers,
    slot: usize,
    entry: &Pin<Box<TimerEntry>>,
    tick: Tick,
    waker: Waker,
) -> bool {
    let mut is_unparked = false;
    let registered = timers.register(slot, entry.as_ref(), tick, waker, || is_unparked = true);
    assert!(matches!(registered, Registered::Waiting { .. }));
    is_unparked
}

fn is_fired(entry: &TimerEntry) -> bool {
    matches!(entry.home(), Home::Fired)
}

#[test]
fn a_timer_fires_at_its_tick_and_not_before() {
    for tick in [1, 2, 63, 64, 65, 4_095, 4_096, 4_097, 10 * YEAR_MS, Tick::LAST.number()] {
        let timers = Timers::new(1);
        let (entry, counts) = (entry(), Counts::new());
        register(&timers, 0, &entry, Tick::new(tick), counts.waker());
        // From close by, since the wheel opens every slot on the way.
        if tick < Tick::LAST.number() {
            timers.fire(0, Tick::new(tick - 1));
            assert_eq!(counts.wakes(), 0, "{tick}");
            assert!(!is_fired(&entry));
            assert_eq!(timers.fire(0, Tick::new(tick)), Tick::NEVER);
            assert!(is_fired(&entry));
            assert_eq!((counts.wakes(), counts.drops()), (1, 1), "{tick}");
        }
    }
}

#[test]
fn a_timer_that_is_stepped_to_fires_in_few_steps() {
    let timers = Timers::new(1);
    let (entry, counts) = (entry(), Counts::new());
    register(&timers, 0, &entry, Tick::new(10 * YEAR_MS), counts.waker());
    let mut now = Tick::ZERO;
    let mut steps = 0;
    // As an idle executor does: it sleeps until the tick it was told.
    while counts.wakes() == 0 {
        let next = timers.fire(0, now);
        assert!(next > now || is_fired(&entry));
        now = next;
        steps += 1;
    }
    assert!(is_fired(&entry));
    assert!(steps <= 16, "{steps} steps: a level each, and a rotation each 2 years");
}

#[test]
fn only_an_earlier_deadline_unparks_the_driver() {
    let timers = Timers::new(1);
    let entries = [entry(), entry(), entry()];
    let noop = || Waker::noop().clone();
    assert!(register(&timers, 0, &entries[0], Tick::new(100), noop()));
    assert!(!register(&timers, 0, &entries[1], Tick::new(100), noop()));
    assert!(register(&timers, 0, &entries[2], Tick::new(99), noop()));
    assert_eq!(timers.fire(0, Tick::ZERO), Tick::new(99));
}

#[test]
fn a_wheel_that_is_emptied_has_nothing_to_do() {
    let timers = Timers::new(1);
    let (entry, counts) = (entry(), Counts::new());
    register(&timers, 0, &entry, Tick::new(5), counts.waker());
    drop(entry);
    assert_eq!((counts.wakes(), counts.drops()), (0, 1));
    assert_eq!(timers.turn(0), None);
}

#[test]
fn a_timer_whose_tick_has_passed_is_due_at_once() {
    let timers = Timers::new(1);
    let entries = [entry(), entry()];
    register(&timers, 0, &entries[0], Tick::new(5), Waker::noop().clone());
    timers.fire(0, Tick::new(9));
    let registered =
        timers.register(0, entries[1].as_ref(), Tick::new(9), Waker::noop().clone(), || ());
    assert!(matches!(registered, Registered::Due(_)));
    assert!(is_fired(&entries[1]));
}

#[test]
fn due_timers_fire_once_each_in_the_order_of_ticks_and_registration() {
    let timers = Timers::new(1);
    let order = Arc::new(Mutex::new(Vec::new()));
    let entries: Vec<_> = (0..1_000).map(|_| entry()).collect();
    for (number, entry) in entries.iter().enumerate() {
        let order = Arc::clone(&order);
        let waker = CallingWaker::waker(move || order.lock().unwrap().push(number));
        register(&timers, 0, entry, Tick::new(1 + number as u64 % 300), waker);
    }
    assert_eq!(timers.fire(0, Tick::new(300)), Tick::NEVER);
    let mut expected: Vec<usize> = (0..1_000).collect();
    expected.sort_by_key(|number| number % 300);
    assert_eq!(*order.lock().unwrap(), expected);
}

#[test]
fn a_panicking_waker_harms_no_other_timer() {
    let timers = Timers::new(1);
    let counts = Counts::new();
    let entries: Vec<_> = (0..100).map(|_| entry()).collect();
    for (number, entry) in entries.iter().enumerate() {
        let waker = match number % 2 {
            0 => counts.waker(),
            _ => CallingWaker::waker(|| std::panic::panic_any("a waker's panic, which is caught")),
        };
        register(&timers, 0, entry, Tick::new(7), waker);
    }
    timers.fire(0, Tick::new(7));
    assert_eq!(counts.wakes(), 50);
    assert!(entries.iter().all(|entry| is_fired(entry)));
}

#[test]
fn a_waker_may_come_back_to_the_wheel_that_woke_it() {
    let timers = Arc::new(Timers::new(1));
    let first = entry();
    let others = Arc::new(Mutex::new((entry(), Some(entry()))));
    let counts = Counts::new();
    let waker = CallingWaker::waker({
        let (timers, others, counts) = (timers.clone(), others.clone(), counts.clone());
        move || {
            let mut others = others.lock().unwrap();
            register(&timers, 0, &others.0, Tick::new(8), counts.waker());
            others.1 = None;
        }
    });
    register(&timers, 0, &first, Tick::new(7), waker);
    register(&timers, 0, others.lock().unwrap().1.as_ref().unwrap(), Tick::new(9), counts.waker());
    timers.fire(0, Tick::new(7));
    assert_eq!(counts.drops(), 1, "the entry that was dropped");
    assert_eq!(timers.fire(0, Tick::new(9)), Tick::NEVER);
    assert_eq!(counts.wakes(), 1, "the entry that was registered");
}

#[test]
fn the_last_waker_is_woken() {
    let timers = Timers::new(1);
    let (entry, first, second) = (entry(), Counts::new(), Counts::new());
    register(&timers, 0, &entry, Tick::new(7), first.waker());
    drop(replace_waker(&entry, second.waker()));
    assert_eq!(first.drops(), 1);
    timers.fire(0, Tick::new(7));
    assert_eq!((first.wakes(), second.wakes()), (0, 1));
    assert!(replace_waker(&entry, first.waker()).is_err(), "it has fired");
}

#[test]
fn a_withdrawn_timer_can_be_registered_anew() {
    let timers = Timers::new(2);
    let (entry, counts) = (entry(), Counts::new());
    register(&timers, 0, &entry, Tick::new(7), counts.waker());
    let waker = withdraw(&entry).expect("it was waiting");
    assert!(withdraw(&entry).is_none());
    register(&timers, 1, &entry, Tick::new(9), waker);
    timers.fire(0, Tick::new(20));
    timers.fire(1, Tick::new(8));
    assert_eq!(counts.wakes(), 0);
    timers.fire(1, Tick::new(9));
    assert_eq!(counts.wakes(), 1);
}

#[test]
fn what_is_handed_over_fires_in_its_new_place() {
    let timers = Timers::new(2);
    let counts = Counts::new();
    let mut entries: Vec<_> = (0..200).map(|_| entry()).collect();
    for (number, entry) in entries.iter().enumerate() {
        register(&timers, 0, entry, Tick::new(1 + number as u64 * 100), counts.waker());
    }
    timers.hand_over(0, 1);
    assert_eq!(timers.fire(0, Tick::new(50_000)), Tick::NEVER);
    assert_eq!(counts.wakes(), 0);
    assert_eq!(timers.fire(1, Tick::ZERO), Tick::new(1), "the new driver knows the deadline");
    drop(entries.split_off(100));
    timers.fire(1, Tick::new(50_000));
    assert_eq!((counts.wakes(), counts.drops()), (100, 200));
}

#[test]
fn closed_timers_wake_who_waits_and_refuse_more() {
    let timers = Timers::new(2);
    let counts = Counts::new();
    let entries: Vec<_> = (0..100).map(|_| entry()).collect();
    for entry in &entries {
        register(&timers, 1, entry, Tick::new(7), counts.waker());
    }
    timers.close(1);
    assert_eq!((counts.wakes(), counts.drops()), (100, 100));
    assert!(entries.iter().all(|entry| matches!(entry.home(), Home::Rest)));
    let refused =
        timers.register(1, entries[0].as_ref(), Tick::new(9), counts.waker(), || panic!("closed"));
    assert!(matches!(refused, Registered::Closed(_)));
}

#[test]
fn an_entry_may_outlive_its_timers() {
    let (entry, counts) = (entry(), Counts::new());
    let timers = Timers::new(1);
    register(&timers, 0, &entry, Tick::new(7), counts.waker());
    drop(timers);
    assert_eq!(counts.drops(), 1);
    // Most likely the same wheel.
    let timers = Timers::new(1);
    drop(entry);
    assert_eq!(timers.turn(0), None);
}

#[test]
fn a_million_timers_allocate_nothing() {
    let timers = Timers::new(1);
    let entries: Vec<_> = (0..1_000_000).map(|_| entry()).collect();
    let noop = Waker::noop();
    let start = Snapshot::now();
    for (number, entry) in entries.iter().enumerate() {
        register(&timers, 0, entry, Tick::new(1 + number as u64 * 37), noop.clone());
    }
    for entry in &entries {
        assert!(withdraw(entry).is_some());
    }
    assert_eq!(timers.turn(0), None);
    let costs = start.since();
    assert_eq!(costs.allocations, 0);
    assert_eq!(costs.rmws, 2_000_000 * u64::from(count::ENABLED), "one to register, one to cancel");
}
