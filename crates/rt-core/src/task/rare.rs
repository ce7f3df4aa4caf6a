//! What few tasks have, made when it is first needed: a name, callbacks, requests to end.
//!
//! # Protocol
//!
//! The header of every task has a place for it, one pointer. It is there from the start if the task
//! has a name. Else who first needs it puts it in by one exchange, and who comes second uses that.
//! A child that has nothing rare but its family has that in the place instead, under a tag; the
//! exchange moves it into what is put in.
//!
//! # Invariants
//!
//! - I1: the pointer goes from null, or a tagged family, to a leaked box once, and stays so until
//!   the task is freed.
//! - I2: a tagged pointer came from `Arc::into_raw`, and so does its count belong to the place; or
//!   to the box that was put in instead, which has the same lifetime.
//!
//! Model: `two_callbacks_find_one_list`, for I1. That the content is visible with the pointer no
//! model sees, since it is plain memory; the thread sanitizer does.

use std::borrow::Cow;
use std::fmt;
use std::mem;
use std::ptr;
use std::sync::OnceLock;

use rt_primitive::atomic::{AtomicBool, AtomicPtr, Ordering};
use rt_primitive::sync::{Arc, Mutex};
use rt_primitive::{Tally, mutant};

use crate::cancel::request::TaskScope;
use crate::group::adoption::Adopted;
use crate::group::family::{Family, FamilyPlace};
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
    family: Option<Arc<Family>>,
    // [A] The owner of that has the task's panic, and sees that somebody hears of it.
    pub(crate) is_panic_taken: AtomicBool,
    // [L] Who else waits for its end.
    pub(crate) watchers: Mutex<Vec<FamilyPlace>>,
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

/// The tag of a family.
const FAMILY: usize = 1;

/// A place for it.
pub(crate) struct RarePlace {
    // [A] Null, a family under its tag, or a box; this place owns what it is (I1, I2).
    word: AtomicPtr<()>,
}

/// What a word says.
enum Content {
    Nothing,
    Family(*const Family),
    Rare(*mut Rare),
}

impl Content {
    fn of(word: *mut ()) -> Content {
        if word.is_null() {
            Content::Nothing
        } else if word.addr() & FAMILY == 0 {
            Content::Rare(word.cast())
        } else {
            Content::Family(word.map_addr(|addr| addr & !FAMILY).cast_const().cast())
        }
    }
}

impl RarePlace {
    #[inline]
    pub(crate) fn new(rare: Option<Box<Rare>>, family: Option<Arc<Family>>) -> RarePlace {
        let word = match (rare, family) {
            (None, None) => ptr::null_mut(),
            (None, Some(family)) => {
                Arc::into_raw(family).cast_mut().cast::<()>().map_addr(|addr| addr | FAMILY)
            }
            (Some(mut rare), family) => {
                rare.family = family;
                Box::into_raw(rare).cast()
            }
        };
        RarePlace { word: AtomicPtr::new(word) }
    }

    fn load(&self) -> *mut () {
        // ORDERING: Acquire; pairs with the Release in `exchange`: the content is visible.
        self.word.load(Ordering::Acquire)
    }

    /// What is there.
    pub(crate) fn get(&self) -> Option<&Rare> {
        let Content::Rare(rare) = Content::of(self.load()) else { return None };
        // SAFETY: I1: the place is borrowed, so the task is not freed yet.
        unsafe { rare.as_ref() }
    }

    /// The family whose child the task is.
    pub(crate) fn family(&self) -> Option<&Family> {
        match Content::of(self.load()) {
            Content::Nothing => None,
            // SAFETY: I2: the place is borrowed, so the task is not freed yet.
            Content::Family(family) => unsafe { family.as_ref() },
            Content::Rare(rare) => {
                // SAFETY: I1: as in `get`.
                unsafe { &*rare }.family.as_deref()
            }
        }
    }

    /// What is there, or from now on one that has but the family.
    pub(crate) fn get_or_make(&self) -> &Rare {
        let before = self.load();
        let family = match Content::of(before) {
            Content::Nothing => None,
            // SAFETY: I2: the count is the place's, which gives it up by the exchange below.
            Content::Family(family) => Some(unsafe { Arc::from_raw(family) }),
            // SAFETY: I1: as in `get`.
            Content::Rare(rare) => return unsafe { &*rare },
        };
        let made = Box::into_raw(Box::new(Rare { family, ..Rare::default() }));
        if mutant!("rare.put_by_store") {
            // ORDERING: Release; the seeded bug is that this is not an exchange.
            self.word.store(made.cast(), Ordering::Release);
        } else if self.exchange(before, made).is_err() {
            // SAFETY: I1: it was made here, and another thread's was put in.
            let mut made = unsafe { Box::from_raw(made) };
            // I2: the count is with what was put in.
            mem::forget(made.family.take());
        }
        self.get().expect("I1: put in above, by this thread or another")
    }

    fn exchange(&self, before: *mut (), made: *mut Rare) -> Result<*mut (), *mut ()> {
        // ORDERING: Release; pairs with the Acquire in `load`: the content is visible. Relaxed on
        // failure: `get` follows.
        self.word.compare_exchange(before, made.cast(), Ordering::Release, Ordering::Relaxed)
    }

    /// Frees what is there.
    ///
    /// # Safety
    ///
    /// - The place is not used again.
    #[inline]
    pub(crate) unsafe fn free(&self) {
        // ORDERING: Relaxed; who drops the last reference to a task has seen all that was done.
        match Content::of(self.word.load(Ordering::Relaxed)) {
            Content::Nothing => {}
            // SAFETY: I2, and bullet 1: the count ends here.
            Content::Family(family) => drop(unsafe { Arc::from_raw(family) }),
            // SAFETY: I1, and bullet 1: nobody else has it any more.
            Content::Rare(rare) => drop(unsafe { Box::from_raw(rare) }),
        }
    }
}

impl fmt::Debug for RarePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}
