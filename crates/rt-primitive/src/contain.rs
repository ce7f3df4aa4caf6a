//! Calls foreign code, such as a waker or a drop, where its panic must go no further.

use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Calls `f`, and ends its panic here: the panic hook has told about it.
///
/// ```
/// rt_primitive::contain::contain(|| panic!("no further"));
/// ```
pub fn contain(f: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(f)) {
        discard(payload);
    }
}

/// Drops a value of foreign code, whose drop may panic.
///
/// ```
/// rt_primitive::contain::discard(vec![1]);
/// ```
pub fn discard<T>(value: T) {
    let dropped = catch_unwind(AssertUnwindSafe(|| drop(value)));
    if let Err(payload) = dropped {
        let again: Result<(), Box<dyn Any + Send>> =
            catch_unwind(AssertUnwindSafe(|| drop(payload)));
        // What a panic carries may panic in its drop, and so on without end: the second is kept.
        mem::forget(again);
    }
}

#[cfg(test)]
mod tests {
    use std::panic::resume_unwind;

    use super::{contain, discard};

    /// Panics when dropped, with a payload that does the same so many times more.
    struct Chain(u32);

    impl Drop for Chain {
        fn drop(&mut self) {
            if self.0 > 0 {
                resume_unwind(Box::new(Chain(self.0 - 1)));
            }
        }
    }

    #[test]
    fn a_payload_that_panics_in_its_drop_goes_no_further() {
        for depth in 0..5 {
            contain(|| resume_unwind(Box::new(Chain(depth))));
            discard(Chain(depth));
        }
    }
}
