//! The end of the executor against the owner of an entry.

use super::{SOON, entry, register, waiting};
use crate::entry::Home;
use crate::tests::wakers::Counts;
use crate::timers::Timers;
use crate::timers::shared_wheel::{Registered, withdraw};
use rt_primitive::model::{check, spawn2};
use rt_primitive::sync::Arc;

/// W8: a timer that is registered while the executor stops is at rest afterwards, and its waker has
/// been called or refused.
///
/// Mutants: time.register_when_closed
#[test]
fn a_register_and_a_shutdown_leave_nothing_behind() {
    check("time.register_and_close", None, |order| {
        let timers = Arc::new(Timers::new(1));
        let counts = Counts::new();
        let (owner, stopper) = spawn2(
            order,
            {
                let (timers, counts) = (timers.clone(), counts.clone());
                move || {
                    let entry = entry();
                    let registered = register(&timers, &entry, SOON, counts.waker());
                    (entry, matches!(registered, Registered::Closed(_)))
                }
            },
            {
                let timers = timers.clone();
                move || timers.close(0)
            },
        );
        let (entry, is_refused) = owner.join().unwrap();
        stopper.join().unwrap();
        // Before the timers are dropped, which closes them again.
        assert!(matches!(entry.home(), Home::Rest));
        assert_eq!((counts.wakes(), counts.drops()), (usize::from(!is_refused), 1));
    });
}

/// W8: a timer that is dropped while the executor stops and frees its timers.
///
/// Mutants: time.leave_relaxed, time.release_too_early, time.lock_no_recheck
#[test]
fn a_drop_and_a_shutdown_touch_the_entry_in_turn() {
    check("time.drop_and_close", None, |order| {
        let timers = Timers::new(1);
        let counts = Counts::new();
        let entry = waiting(&timers, SOON, counts.waker());
        let (owner, stopper) = spawn2(
            order,
            move || {
                drop(withdraw(&entry));
                drop(entry);
            },
            move || drop(timers),
        );
        owner.join().unwrap();
        stopper.join().unwrap();
        assert_eq!(counts.drops(), 1);
    });
}
