//! What few tasks have, made when it is first needed: a name, callbacks, requests to end.
//!
//! # Protocol
//!
//! The header of every task has a place for it, one pointer. It is there from the start if the task
//! has a name. Else who first needs it puts it in by one exchange, and who comes second uses that.
//!
//! # Invariants
//!
//! - I1: the pointer goes from null to a leaked box once, and stays so until the task is freed.
//!
//! Model: `two_callbacks_find_one_list`, for I1. That the content is visible with the pointer no
//! model sees, since it is plain memory; the thread sanitizer does.

use std::borrow::Cow;
use std::fmt;
use std::ptr;
use std::sync::OnceLock;

use rt_primitive::atomic::{AtomicPtr, Ordering};
use rt_primitive::sync::Mutex;
use rt_primitive::{Tally, mutant};

use crate::cancel::request::TaskScope;
use crate::group::adoption::Adopted;
use crate::group::family::Membership;
use crate::task::callbacks::Callbacks;
use crate::task::details::DetailsRecord;
use crate::vars::ContextVars;

/// What few tasks have.
#[derive(Debug, Default)]
pub(crate) struct Rare {
    // [C]
    pub(crate) name: Option<Cow<'static, str>>,
    // [C] The context variables it was spawned with.
    pub(crate) vars: ContextVars,
    // [L]
    pub(crate) callbacks: Callbacks,
    // [A] Which lock or task it waits for, if it waits for one.
    pub(crate) waits_on: Tally,
    // [A]
    pub(crate) cancel: TaskScope,
    // [C] The family whose child it is.
    pub(crate) membership: Option<Membership>,
    // [L] Who else waits for its end.
    pub(crate) watchers: Mutex<Vec<Membership>>,
    // [A] The families that it waits for at its end.
    pub(crate) adopted: Adopted,
    // [A] Put there once, at the spawn, where the runtime keeps it.
    pub(crate) details: OnceLock<DetailsRecord>,
}

impl Rare {
    pub(crate) fn with_vars(vars: ContextVars) -> Box<Rare> {
        Box::new(Rare { vars, ..Rare::default() })
    }
}

/// A place for it.
pub(crate) struct RarePlace {
    // [A] Null, or a box that this place owns (I1).
    rare: AtomicPtr<Rare>,
}

impl RarePlace {
    #[inline]
    pub(crate) fn new(rare: Option<Box<Rare>>) -> RarePlace {
        RarePlace { rare: AtomicPtr::new(rare.map_or(ptr::null_mut(), Box::into_raw)) }
    }

    /// What is there.
    pub(crate) fn get(&self) -> Option<&Rare> {
        // ORDERING: Acquire; pairs with the Release in `exchange_for_null`: the content is visible.
        let rare = self.rare.load(Ordering::Acquire);
        // SAFETY: I1: the place is borrowed, so the task is not freed yet.
        unsafe { rare.as_ref() }
    }

    /// What is there, or an empty one from now on.
    pub(crate) fn get_or_make(&self) -> &Rare {
        if let Some(rare) = self.get() {
            return rare;
        }
        let made = Box::into_raw(Box::default());
        if mutant!("rare.put_by_store") {
            // ORDERING: Release; the seeded bug is that this is not an exchange.
            self.rare.store(made, Ordering::Release);
        } else if self.exchange_for_null(made).is_err() {
            // SAFETY: I1: it was made here, and another thread's was put in.
            drop(unsafe { Box::from_raw(made) });
        }
        self.get().expect("I1: put in above, by this thread or another")
    }

    fn exchange_for_null(&self, made: *mut Rare) -> Result<*mut Rare, *mut Rare> {
        // ORDERING: Release; pairs with the Acquire in `get`: the content is visible. Relaxed on
        // failure: `get` follows.
        self.rare.compare_exchange(ptr::null_mut(), made, Ordering::Release, Ordering::Relaxed)
    }

    /// Frees what is there.
    ///
    /// # Safety
    ///
    /// - The place is not used again.
    #[inline]
    pub(crate) unsafe fn free(&self) {
        // ORDERING: Relaxed; who drops the last reference to a task has seen all that was done.
        let rare = self.rare.load(Ordering::Relaxed);
        if !rare.is_null() {
            // SAFETY: I1, and bullet 1: nobody else has it any more.
            drop(unsafe { Box::from_raw(rare) });
        }
    }
}

impl fmt::Debug for RarePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}
