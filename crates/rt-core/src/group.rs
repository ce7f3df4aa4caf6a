//! Many tasks as one: groups, gatherings and races, which leave no child behind.
//!
//! A *family* is what the children of one group or gathering share (`family.rs`). Its owner is a
//! future (`children.rs`), which ends when all children have. A request from outside goes to the
//! children too. If the owner is dropped before, the task that dropped it waits for the children
//! instead: it stays closing until the last of them has ended (`adoption.rs`).

pub(crate) mod adoption;
pub(crate) mod as_completed;
pub(crate) mod body;
pub(crate) mod child;
pub(crate) mod child_count;
pub(crate) mod children;
pub(crate) mod error;
pub(crate) mod family;
pub(crate) mod gather;
pub(crate) mod join_set;
pub(crate) mod leftovers;
pub(crate) mod limit;
pub(crate) mod race;
pub(crate) mod reap;
pub(crate) mod shield;
pub(crate) mod spawner;
pub(crate) mod start;
pub(crate) mod try_gather;
