//! A note that one thread leaves about what it does, and any thread reads.
//!
//! # Invariants
//!
//! - I1: `about` is null, or came from a `&'static T`.
#![allow(clippy::disallowed_types, reason = "a note decides nothing, so no model explores it")]

use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

/// A reference to something that lives for ever, with one writer at a time, which costs it a plain
/// store.
///
/// It is never modelled, and nothing may be decided by it that a model has to see.
///
/// ```
/// use rt_primitive::Note;
///
/// let place = Note::new();
/// assert_eq!(place.get(), None);
/// place.leave(&"in the middle");
/// assert_eq!(place.get(), Some(&"in the middle"));
/// ```
#[derive(Debug)]
pub struct Note<T: 'static> {
    // [A] Written by one thread at a time (I1).
    about: AtomicPtr<T>,
}

impl<T: Sync> Note<T> {
    /// A note about nothing.
    pub const fn new() -> Self {
        Self { about: AtomicPtr::new(ptr::null_mut()) }
    }

    /// Replaces what the note said.
    #[inline]
    pub fn leave(&self, about: &'static T) {
        // ORDERING: Relaxed; what it points to was there before the threads were.
        self.about.store(ptr::from_ref(about).cast_mut(), Ordering::Relaxed);
    }

    /// What the note says, or said a moment ago.
    pub fn get(&self) -> Option<&'static T> {
        // ORDERING: Relaxed; as above.
        let about = self.about.load(Ordering::Relaxed);
        // SAFETY: I1: what is not null lives for ever, and is only ever shared.
        unsafe { about.as_ref() }
    }
}

impl<T: Sync> Default for Note<T> {
    fn default() -> Self {
        Self::new()
    }
}
