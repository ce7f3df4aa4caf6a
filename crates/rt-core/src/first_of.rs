//! Where a fair choice among several futures begins.

use std::cell::Cell;

use crate::context;

rt_primitive::thread_local! {
    /// The state of a small generator, which need not be good.
    static RANDOM: Cell<u32> = Cell::new(0x9E37_79B9);
}

/// A number below `count`, another each time; on a deterministic executor it is a choice.
///
/// # Panics
///
/// If `count` is 0.
#[doc(hidden)]
pub fn first_of(count: usize) -> usize {
    assert!(count > 0, "there is nothing to choose from");
    let chosen = context::with_worker(|worker| {
        let simulation = worker.and_then(|worker| worker.shared.simulation.as_ref());
        simulation.map(|simulation| simulation.choose(count))
    });
    chosen.unwrap_or_else(|| {
        let drawn = RANDOM.try_with(|random| {
            let mut number = random.get();
            number ^= number << 13;
            number ^= number >> 17;
            number ^= number << 5;
            random.set(number);
            number
        });
        drawn.unwrap_or(0) as usize % count
    })
}
