//! The points when they perturb: delays drawn by each thread from the seed of the process.
#![allow(
    clippy::disallowed_types,
    reason = "the seed decides delays only, so no model explores it"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "a sleep here waits for nothing: it is the disturbance"
)]

use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

/// The environment variable that seeds the delays until [`reseed`] is called.
const VARIABLE: &str = "RT_PERTURB_SEED";

/// The environment variable that makes delays longer: how many times as long they are, and how many
/// times as often a thread sleeps. 1 unless set.
const WEIGHT_VARIABLE: &str = "RT_PERTURB_WEIGHT";

/// Whether this build perturbs.
pub const ENABLED: bool = true;

/// What [`reseed`] was given last; 0 before that.
static SEED: AtomicU64 = AtomicU64::new(0);

/// Makes the draws of two threads differ.
static THREADS: AtomicU64 = AtomicU64::new(1);

thread_local! {
    static DRAWS: Cell<u64> = const { Cell::new(0) };
}

/// Chooses anew which points are slow.
pub fn reseed(seed: u64) {
    // ORDERING: Relaxed; a thread that sees the old seed for a while is as good.
    SEED.store(mixed(seed).max(1), Ordering::Relaxed);
}

/// See [`perturb!`](crate::perturb!).
pub fn pass(point: u64) {
    // Of sixteen points one is slow every other time, three now and then, the others hardly ever.
    let one_in = match mixed(point ^ seed()) & 0xF {
        0 => 2,
        1..=3 => 32,
        _ => 1024,
    };
    let draw = draw();
    if draw % one_in == 0 {
        delay(draw >> 32);
    }
}

/// Short as a rule: a burst of a thousand tasks passes ten thousand points.
fn delay(draw: u64) {
    let (kind, length) = (draw & 0x3F, (draw >> 6 & 0xFF) * weight());
    match kind {
        _ if kind < weight() => thread::sleep(Duration::from_micros(length)),
        0..=31 => thread::yield_now(),
        _ => (0..length).for_each(|_| std::hint::spin_loop()),
    }
}

fn weight() -> u64 {
    static WEIGHT: OnceLock<u64> = OnceLock::new();
    *WEIGHT.get_or_init(|| number(WEIGHT_VARIABLE).unwrap_or(1))
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.trim().parse().ok()
}

fn seed() -> u64 {
    static FROM_START: OnceLock<u64> = OnceLock::new();
    // ORDERING: Relaxed; as in `reseed`.
    match SEED.load(Ordering::Relaxed) {
        0 => *FROM_START.get_or_init(|| mixed(number(VARIABLE).unwrap_or(0))),
        seed => seed,
    }
}

/// The next number of this thread; it needs no destructor, so a dying thread has it too.
fn draw() -> u64 {
    DRAWS.with(|draws| {
        let number = match draws.get() {
            // ORDERING: Relaxed; the atomicity alone makes the number unique.
            0 => THREADS.fetch_add(1, Ordering::Relaxed) << 32,
            number => number,
        };
        draws.set(number + 1);
        mixed(number ^ seed())
    })
}

/// A number whose every bit depends on every bit of `number` (splitmix64's last steps).
fn mixed(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ bits >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ bits >> 31
}
