//! Where a thread of a pool sleeps while it has nothing to do, and what is known of it.
//!
//! # Protocol
//!
//! A thread that lies down is on the list of the idle, under the lock of the desk. Who takes it off
//! that list *calls* it, once. The thread sees the call while it still spins, or is woken by it. A
//! thread whose time is over takes itself off the list; if it is not there any more, a call is on
//! its way, and it waits for that.
//!
//! # Invariants
//!
//! - I1: between two times that its thread lies down a bed is called at most once.
//!
//! Models: `a_thread_that_leaves_leaves_no_job` and the others in `tests/loom/desk.rs`.

use std::time::Instant;

use rt_core::JobNote;
use rt_primitive::atomic::{AtomicBool, Ordering};
use rt_primitive::park::Parker;
use rt_primitive::sync::Mutex;
use rt_primitive::thread::{self, JoinHandle};
use rt_primitive::{MODEL, Tally, hint, mutant, perturb};

/// Looks at the call before a thread goes to sleep, each about 0.2 µs.
const SPIN_ROUNDS: u32 = if MODEL { 0 } else { 60 };

/// A spinning thread gives its processor away once in so many looks, about every 3 µs.
const SPIN_ROUNDS_BETWEEN_YIELDS: u32 = 10;

/// Pauses between two looks.
const PAUSES: u32 = 8;

/// Spins for nothing in a row before a thread sleeps without a spin.
const FRUITLESS_SPINS_MAX: u32 = 2;

/// One thread of a pool.
#[derive(Debug)]
pub(crate) struct Bed {
    // [C]
    pub(crate) number: u64,
    // [A] What the thread sleeps in.
    parker: Parker,
    // [A] The thread is to come to the desk (I1).
    called: AtomicBool,
    // [O] Written by the thread, read by anybody.
    pub(crate) note: JobNote,
    // [O] Jobs that ended here; written by the thread, read by anybody.
    pub(crate) jobs_ended: Tally,
    // [O] Spins for nothing in a row.
    fruitless_spins: Tally,
    // [L] There once the thread has been started, until it is joined.
    pub(crate) thread: Mutex<Option<JoinHandle<()>>>,
}

impl Bed {
    pub(crate) fn new(number: u64) -> Bed {
        Bed {
            number,
            parker: Parker::new(),
            called: AtomicBool::new(false),
            note: JobNote::default(),
            jobs_ended: Tally::new(),
            fruitless_spins: Tally::new(),
            thread: Mutex::new(None),
        }
    }

    /// Calls the thread, which the caller took off the list of the idle.
    pub(crate) fn call(&self) {
        perturb!();
        // ORDERING: Release; pairs with the Acquire in `is_called`. What there is to do is found
        // under the lock of the desk, so nothing but the call itself becomes visible.
        self.called.store(true, Ordering::Release);
        perturb!();
        if !mutant!("bed.call_without_wake") {
            self.parker.unpark();
        }
    }

    fn is_called(&self) -> bool {
        // ORDERING: Acquire; pairs with the Release in `call`.
        self.called.load(Ordering::Acquire)
    }

    /// Sleeps until the call, or until `deadline`: false if it is not there by then.
    ///
    /// `spins` says whether a call is likely to come at once.
    pub(crate) fn sleep(&self, deadline: Option<Instant>, spins: bool) -> bool {
        if spins && self.fruitless_spins.get() < u64::from(FRUITLESS_SPINS_MAX) {
            self.spin();
        }
        while !self.is_called() {
            self.parker.park_until(deadline);
            if deadline.is_some_and(|deadline| MODEL || Instant::now() >= deadline) {
                break;
            }
        }
        let called = self.is_called();
        if called {
            // ORDERING: Relaxed; nobody calls again before this thread has been on the list (I1).
            self.called.store(false, Ordering::Relaxed);
        }
        called
    }

    fn spin(&self) {
        for round in (0..).take(SPIN_ROUNDS as usize) {
            if self.is_called() {
                return self.fruitless_spins.set(0);
            }
            if (round + 1) % SPIN_ROUNDS_BETWEEN_YIELDS == 0 {
                thread::yield_now();
            }
            (0..PAUSES).for_each(|_| hint::spin_loop());
        }
        self.fruitless_spins.add(1);
    }
}
