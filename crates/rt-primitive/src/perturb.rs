//! Points where a thread may lose its turn, so that a narrow window opens wide.
//!
//! A race may need a thread to stop between two instructions, which a plain run does once in a
//! hundred million times. Under the feature `perturb` each `perturb!()` may spin, give its turn
//! away or sleep. `RT_PERTURB_SEED` chooses which points do so, and how often: at each seed most
//! points are quiet and a few are slow, since delays everywhere only make everything slow.
//! `RT_PERTURB_WEIGHT`, 1 unless set, multiplies how long the delays are and how many are sleeps.
//! Without the feature, and in a model, a point is nothing at all.

#[cfg(not(all(feature = "perturb", not(any(rt_loom, rt_shuttle)))))]
#[path = "perturb/disabled.rs"]
mod delay;
#[cfg(all(feature = "perturb", not(any(rt_loom, rt_shuttle))))]
#[path = "perturb/enabled.rs"]
mod delay;

#[doc(hidden)]
pub use delay::pass;
pub use delay::{ENABLED, reseed};

/// Marks a point between two steps that another thread may come between.
///
/// ```
/// use rt_primitive::atomic::{AtomicBool, Ordering};
/// use rt_primitive::perturb;
///
/// let published = AtomicBool::new(false);
/// published.store(true, Ordering::Release);
/// perturb!(); // whoever sees `published` may be done before this thread goes on
/// ```
#[macro_export]
macro_rules! perturb {
    () => {
        $crate::perturb::pass(const { $crate::perturb::__point(::core::file!(), ::core::line!()) })
    };
}

/// A number that tells the point at this place from the others.
#[doc(hidden)]
pub const fn __point(file: &str, line: u32) -> u64 {
    const PRIME: u64 = 0x0100_0000_01B3;
    let bytes = file.as_bytes();
    let mut hash = 0xCBF2_9CE4_8422_2325 ^ line as u64;
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(PRIME);
        at += 1;
    }
    hash
}
