//! The runtimes that the calling thread has entered, the latest first.
//!
//! # Invariants
//!
//! - I1: the list links entries that live: an entry is unlinked before it is freed, in whatever
//!   order the guards go. A guard that is forgotten leaves its entry, and so its runtime, for ever.
//! - I2: an entry is used by the thread that made it only; its guard cannot leave that thread.

use std::cell::Cell;
use std::ptr::NonNull;

use rt_primitive::sync::Arc;

use crate::context;
use crate::shared::ExecutorShared;

/// One entry of the list.
pub(crate) struct Entered {
    // [C]
    shared: Arc<ExecutorShared>,
    // [O] The one entered before.
    below: Cell<Option<NonNull<Entered>>>,
}

/// Takes its entry out of the list when it is dropped.
#[derive(Debug)]
pub(crate) struct EnteredGuard(NonNull<Entered>);

/// Makes `shared` the runtime that the calling thread is inside.
pub(crate) fn enter(shared: &Arc<ExecutorShared>) -> EnteredGuard {
    let entry = Box::new(Entered { shared: shared.clone(), below: Cell::new(None) });
    let entry = NonNull::from(Box::leak(entry));
    context::with(|thread| {
        let below = thread.entered.replace(Some(entry));
        // SAFETY: I1: it was made just now.
        unsafe { entry.as_ref() }.below.set(below);
    });
    EnteredGuard(entry)
}

/// The runtime that was entered last and not left since.
pub(crate) fn current() -> Option<Arc<ExecutorShared>> {
    let entry = context::with(|thread| thread.entered.get()).flatten()?;
    // SAFETY: I1: it is linked, so it lives.
    Some(unsafe { entry.as_ref() }.shared.clone())
}

impl Drop for EnteredGuard {
    fn drop(&mut self) {
        // SAFETY: I1: its guard lives until here.
        let below = unsafe { self.0.as_ref() }.below.get();
        context::with(|thread| {
            if thread.entered_before_slot.get() == Some(self.0) {
                thread.entered_before_slot.set(below);
            }
            let mut link = &thread.entered;
            while let Some(entry) = link.get() {
                if entry == self.0 {
                    link.set(below);
                    break;
                }
                // SAFETY: I1: it is linked, so it lives.
                link = unsafe { &(*entry.as_ptr()).below };
            }
        });
        // SAFETY: I1: unlinked, and nothing else points to it. `enter` leaked this box.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}
