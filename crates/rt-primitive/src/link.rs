//! A word that links its owner into a queue, and carries a note while the owner is in none.
//!
//! # Protocol
//!
//! Who holds the owner stores: a link when it queues it, a note when it puts it to sleep. Readers
//! of the note tell it from a link by its tag, and decide nothing by it.
//!
//! # Invariants
//!
//! - I1: a pointer with a tag came from `leave_note`, so without it, it is a `&'static T`.
//! - I2: a link has no tag: what it points to is aligned to more than `TAG`.
//!
//! Model: none; each word is written by one party at a time, and its queue is modelled.
#![allow(clippy::disallowed_types, reason = "a note decides nothing, so no model explores it")]

use std::fmt;
use std::marker::PhantomData;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

#[cfg(any(rt_loom, rt_shuttle))]
use crate::cell::UnsafeCell;

/// The bits that tell a note from a link, and notes from each other.
const TAG: usize = 0b111;

/// A link for whoever holds the owner, or a note that anybody may read.
///
/// A note is a reference to something that lives for ever, with a tag of 1 to 7. Both are written
/// by who holds the owner, by a plain store. In a model the link is a cell of its own, so that the
/// checker sees who uses it without holding the owner; the note is not modelled.
///
/// ```
/// use rt_primitive::Link;
///
/// let word = Link::<u64>::new();
/// assert_eq!(word.note(), None);
/// word.leave_note(3, &17);
/// assert_eq!(word.note(), Some((3, &17)));
/// word.set(std::ptr::null_mut());
/// assert_eq!(word.note(), None);
/// ```
pub struct Link<T: 'static> {
    // [A] The note (I1), and in a plain build the link as well (I2).
    word: AtomicPtr<()>,
    // [O] The link.
    #[cfg(any(rt_loom, rt_shuttle))]
    link: UnsafeCell<*mut ()>,
    // [C] What a note points to.
    notes: PhantomData<&'static T>,
}

// SAFETY: I1 and I2: the word is an atomic, and a note is a shared reference. The cell of a model
// is watched by the checker.
unsafe impl<T: Sync> Sync for Link<T> {}

impl<T: Sync> Link<T> {
    /// A link to nothing.
    #[allow(clippy::new_without_default, reason = "an empty link is made in one place")]
    pub fn new() -> Link<T> {
        const { assert!(align_of::<T>() > TAG, "a note must have room for a tag") };
        Link {
            word: AtomicPtr::new(ptr::null_mut()),
            #[cfg(any(rt_loom, rt_shuttle))]
            link: UnsafeCell::new(ptr::null_mut()),
            // [C] What a note points to.
            notes: PhantomData,
        }
    }

    /// Links the owner to another node, which is aligned to more than seven, or to none.
    #[inline]
    pub fn set(&self, link: *mut ()) {
        debug_assert_eq!(link.addr() & TAG, 0, "I2: a link that looks like a note");
        // ORDERING: Relaxed; the queue publishes its nodes, and a note decides nothing.
        self.word.store(link, Ordering::Relaxed);
        #[cfg(any(rt_loom, rt_shuttle))]
        self.link.with_mut(|cell| {
            // SAFETY: I2: the checker reports who does not hold the owner.
            unsafe { *cell = link };
        });
    }

    /// What the owner was linked to last; nothing of meaning once a note was left since.
    #[inline]
    pub fn get(&self) -> *mut () {
        #[cfg(any(rt_loom, rt_shuttle))]
        // SAFETY: I2: the checker reports who does not hold the owner.
        return self.link.with(|cell| unsafe { *cell });
        #[cfg(not(any(rt_loom, rt_shuttle)))]
        // ORDERING: Relaxed; the queue published the node with its link.
        return self.word.load(Ordering::Relaxed);
    }

    /// Leaves a note with a tag of 1 to 7.
    #[inline]
    pub fn leave_note(&self, tag: usize, about: &'static T) {
        debug_assert!((1..=TAG).contains(&tag), "I1: tag {tag} is not 1 to 7");
        let about = ptr::from_ref(about).cast_mut().cast::<()>();
        // ORDERING: Relaxed; what it points to was there before the threads were.
        self.word.store(about.map_addr(|address| address | tag), Ordering::Relaxed);
    }

    /// Takes the note back.
    #[inline]
    pub fn clear_note(&self) {
        // ORDERING: Relaxed; as above.
        self.word.store(ptr::null_mut(), Ordering::Relaxed);
    }

    /// The note, if one is there now.
    pub fn note(&self) -> Option<(usize, &'static T)> {
        // ORDERING: Relaxed; as above.
        let word = self.word.load(Ordering::Relaxed);
        let tag = word.addr() & TAG;
        if tag == 0 {
            return None;
        }
        let about = word.map_addr(|address| address & !TAG).cast::<T>();
        // SAFETY: I1.
        Some((tag, unsafe { &*about }))
    }
}

impl<T: Sync + fmt::Debug> fmt::Debug for Link<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Link").field(&self.note()).finish()
    }
}
