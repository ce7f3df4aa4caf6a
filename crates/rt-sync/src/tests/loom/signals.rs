//! Events, notifications and condition variables: who waits against who tells.

use crate::tests::wakers::{poll_once, wait_for};
use crate::{Condvar, Event, Mutex, Notify, SetOnce};
use rt_primitive::atomic::{AtomicBool, Ordering};
use rt_primitive::model::{check, spawn2};
use rt_primitive::sync::Arc;
use std::pin::pin;

/// A wait that begins while the event is set ends, though it is cleared right after.
///
/// Mutants: event.wait_without_a_look
#[test]
fn a_set_meets_a_wait() {
    check("sync.event", Some(3), |order| {
        let event = Arc::new(Event::new());
        let (waiter, setter) = spawn2(
            order,
            {
                let event = event.clone();
                move || {
                    let mut wait = pin!(event.wait());
                    if poll_once(wait.as_mut()).is_ready() {
                        return;
                    }
                    wait_for(wait);
                }
            },
            {
                let event = event.clone();
                move || event.set()
            },
        );
        waiter.join().unwrap();
        setter.join().unwrap();
        assert!(event.is_set());
        event.clear();
        assert!(!event.is_set());
    });
}

/// M9: a notification is taken by who waits, or kept; what came before it is visible.
///
/// Mutants: notify.wait_without_a_look, notify.keep_relaxed
#[test]
fn a_notification_meets_a_waiter() {
    check("sync.notify_one", None, |order| {
        let notify = Arc::new(Notify::new());
        let written = Arc::new(AtomicBool::new(false));
        let (waiter, teller) = spawn2(
            order,
            {
                let (notify, written) = (notify.clone(), written.clone());
                move || {
                    wait_for(notify.notified());
                    // ORDERING: Relaxed; the notification publishes it.
                    assert!(written.load(Ordering::Relaxed));
                }
            },
            {
                let (notify, written) = (notify.clone(), written.clone());
                move || {
                    // ORDERING: Relaxed; as above.
                    written.store(true, Ordering::Relaxed);
                    notify.notify_one();
                }
            },
        );
        waiter.join().unwrap();
        teller.join().unwrap();
    });
}

/// M9: a notification given to a waiter that gives up is kept, or given to the next.
///
/// Mutants: notify.keep_given
#[test]
fn a_notification_outlives_its_waiter() {
    check("sync.notify_and_drop", Some(3), |order| {
        let notify = Arc::new(Notify::new());
        let (waiter, teller) = spawn2(
            order,
            {
                let notify = notify.clone();
                move || {
                    {
                        let mut first = pin!(notify.notified());
                        if poll_once(first.as_mut()).is_ready() {
                            return;
                        }
                    }
                    wait_for(notify.notified());
                }
            },
            {
                let notify = notify.clone();
                move || notify.notify_one()
            },
        );
        waiter.join().unwrap();
        teller.join().unwrap();
        let mut again = pin!(notify.notified());
        assert!(poll_once(again.as_mut()).is_pending(), "it was taken once");
    });
}

/// M10: whoever has a future when all are notified is told, though it was never polled.
///
/// Mutants: notify.broadcast_uncounted
#[test]
fn a_broadcast_reaches_who_has_not_waited_yet() {
    check("sync.notify_waiters", None, |order| {
        let notify = std::sync::Arc::new(Notify::new());
        let notified = notify.clone().notified_owned();
        let (waiter, teller) =
            spawn2(order, move || wait_for(notified), move || notify.notify_waiters());
        waiter.join().unwrap();
        teller.join().unwrap();
    });
}

/// M7: who changes the value under the lock and notifies wakes who saw the old value.
///
/// Mutants: condvar.unlock_first
#[test]
fn a_notification_under_the_lock_is_not_missed() {
    check("sync.condvar", Some(2), |order| {
        let shared = Arc::new((Mutex::new(false), Condvar::new()));
        let (waiter, teller) = spawn2(
            order,
            {
                let shared = shared.clone();
                move || {
                    let guard = wait_for(shared.0.lock());
                    let guard = wait_for(shared.1.wait_while(guard, |is_done| !*is_done));
                    assert!(*guard);
                }
            },
            {
                let shared = shared.clone();
                move || {
                    *wait_for(shared.0.lock()) = true;
                    shared.1.notify_one();
                }
            },
        );
        waiter.join().unwrap();
        teller.join().unwrap();
    });
}

/// M8: a notified waiter that gives up passes the notification on.
///
/// Mutants: condvar.keep_given
#[test]
fn a_condition_passes_who_gives_up() {
    check("sync.condvar_and_drop", Some(2), |order| {
        let shared = Arc::new((Mutex::new(0), Condvar::new()));
        let (waiter, teller) = spawn2(
            order,
            {
                let shared = shared.clone();
                move || {
                    let (mutex, condvar) = &*shared;
                    let guard = wait_for(mutex.lock());
                    let mut first = Box::pin(condvar.wait(guard));
                    assert!(poll_once(first.as_mut()).is_pending());
                    let guard = wait_for(mutex.lock());
                    if *guard > 0 {
                        // Told already, with nobody but the first there.
                        return;
                    }
                    let mut second = pin!(condvar.wait(guard));
                    assert!(poll_once(second.as_mut()).is_pending());
                    drop(first);
                    drop(wait_for(second));
                }
            },
            {
                let shared = shared.clone();
                move || {
                    *wait_for(shared.0.lock()) += 1;
                    shared.1.notify_one();
                }
            },
        );
        waiter.join().unwrap();
        teller.join().unwrap();
    });
}

/// A value is set while somebody begins to wait for it: it is seen, or told.
///
/// Mutants: set_once.untold
#[test]
fn a_value_that_is_set_once_is_seen_or_told() {
    check("sync.set_once", Some(3), |order| {
        let cell = Arc::new(SetOnce::new());
        let (setter, waiter) = spawn2(
            order,
            {
                let cell = cell.clone();
                move || cell.set(1).unwrap()
            },
            {
                let cell = cell.clone();
                move || assert_eq!(wait_for(cell.wait()), &1)
            },
        );
        setter.join().unwrap();
        waiter.join().unwrap();
    });
}
