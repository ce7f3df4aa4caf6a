//! Who moves a clock that stands still against who registers a timer.

use super::{SOON, entry, register};
use crate::tests::wakers::{CallingWaker, Counts};
use crate::timers::Timers;
use rt_primitive::model::{check, spawn2};
use rt_primitive::park::Parker;
use rt_primitive::sync::Arc;
use std::time::Duration;

/// W6: a timer is registered by the thread of its slot, which looks before it parks, while another
/// thread moves the clock past its deadline: one of the two fires it. A wake that is lost is a
/// deadlock.
///
/// Mutants: time.advance_fires_first
#[test]
fn a_timer_that_is_registered_while_time_is_moved_fires() {
    check("time.register_and_advance", Some(2), |order| {
        let timers = Arc::new(Timers::new(1));
        timers.stop_clock().unwrap();
        let (own, moved) = (timers.clone(), timers);
        let (owner, mover) = spawn2(
            order,
            move || {
                let (counts, parker) = (Counts::new(), Arc::new(Parker::new()));
                let (waker, bell) = (counts.waker(), parker.clone());
                let waker = CallingWaker::waker(move || {
                    waker.wake_by_ref();
                    bell.unpark();
                });
                let entry = entry();
                drop(register(&own, &entry, SOON, waker));
                while {
                    own.turn(0);
                    counts.wakes() == 0
                } {
                    parker.park();
                }
                assert_eq!(counts.wakes(), 1);
            },
            move || moved.advance_clock(Duration::from_millis(1)).unwrap(),
        );
        owner.join().unwrap();
        mover.join().unwrap();
    });
}
