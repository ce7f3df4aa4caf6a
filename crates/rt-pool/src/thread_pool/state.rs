//! The state that a thread of a pool has for its jobs.

use std::any::Any;
use std::cell::RefCell;

rt_primitive::thread_local! {
    /// What the initializer of the pool made for the calling thread.
    static STATE: RefCell<Option<Box<dyn Any>>> = RefCell::new(None);
}

/// Gives the calling thread its state.
pub(super) fn set<S: 'static>(state: S) {
    STATE.with(|place| *place.borrow_mut() = Some(Box::new(state)));
}

/// Drops the state of the calling thread.
pub(super) fn clear() {
    let state = STATE.with(|place| place.borrow_mut().take());
    drop(state);
}

/// Calls `f` with the state of the calling thread.
pub(super) fn with<S: 'static, T>(f: impl FnOnce(&mut S) -> T) -> T {
    STATE.with(|place| {
        let mut place = place.borrow_mut();
        let state = place.as_mut().and_then(|state| state.downcast_mut());
        f(state.expect("the initializer of this thread panicked, so it has no state"))
    })
}
