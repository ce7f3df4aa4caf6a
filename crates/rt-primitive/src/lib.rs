//! The primitives every rt crate is built on: std, or a model checker's.
//!
//! Three builds offer the same names.
//!
//! | build | atomics, cells, locks, threads | [`deque`] |
//! |---|---|---|
//! | plain | std's own types, re-exported | crossbeam-deque |
//! | `--cfg rt_loom` | loom's: all interleavings, all values a weak memory may show | our twin |
//! | `--cfg rt_shuttle` | shuttle's: random interleavings, sequentially consistent | our twin |
//!
//! The flags are read in this crate and nowhere else. They are read alone, never together with
//! `test`: an integration test compiles its library without `cfg(test)`, and the models would then
//! check nothing. They are named `rt_…` because a plain `loom` flag would switch dependencies too.
//!
//! ```
//! use rt_primitive::sync::Arc;
//! use rt_primitive::{park::Parker, thread};
//!
//! let parker = Arc::new(Parker::new());
//! let waker = thread::spawn({
//!     let parker = Arc::clone(&parker);
//!     move || parker.unpark()
//! });
//! parker.park();
//! waker.join().unwrap();
//! ```
//!
//! # What loom cannot see
//!
//! * It skips interleavings when a thread loads a word and then writes it while another thread
//!   reads it. So every model runs in both spawn orders, no racing thread is the main thread,
//!   execution counts are kept in a ledger, and `tests/loom/litmus.rs` pins what loom shows today.
//! * It treats a `SeqCst` *access* as acquire and release only, and judges `fence(SeqCst)` rightly.
//!   So the workspace has no `SeqCst` access, only paired fences.
//! * It lets a plain store slip in front of a read-modify-write that it must follow: a lock that
//!   is taken by `swap` seems to stay locked. Take it by an exchange, which writes only when it
//!   succeeds.
//! * It does not reorder a load after a later store of the same thread (load buffering).
//! * It keeps seven stores of each atomic, and runs at most five threads.
//! * Weak exchanges never fail by chance, and a lock's `try_lock` never meets a held lock; hence
//!   [`sync::TryLock`] on an atomic of its own.
//! * It knows no time: `park_until` with a deadline may return at any moment in a model.
//! * It sees no unwinding, no liveness, no system call and no third-party code; [`deque`] is the
//!   one dependency that has a twin to be checked in its place.

#![allow(clippy::disallowed_types, reason = "the other crates get these types from here")]

#[cfg(all(rt_loom, rt_shuttle))]
compile_error!("rt_loom and rt_shuttle choose different model checkers; set one of them");

#[cfg(not(any(rt_loom, rt_shuttle)))]
mod real;
#[cfg(rt_loom)]
mod under_loom;
#[cfg(rt_shuttle)]
mod under_shuttle;

#[cfg(not(any(rt_loom, rt_shuttle)))]
use real as backend;
#[cfg(rt_loom)]
use under_loom as backend;
#[cfg(rt_shuttle)]
use under_shuttle as backend;

mod const_fn;
pub mod contain;
pub mod count;
pub mod deque;
pub mod fork;
mod link;
pub mod memory;
#[cfg(any(rt_loom, rt_shuttle))]
pub mod model;
mod mutant;
mod note;
pub mod park;
pub mod perturb;
mod serial;
pub mod sync;
mod tally;
mod try_lock;
pub mod wakers;

#[cfg(test)]
mod tests;

pub use backend::{atomic, cell, hint, thread};
pub use crossbeam_utils::CachePadded;
pub use link::Link;
pub use mutant::is_mutant;
pub use note::Note;
pub use serial::Serial;
pub use tally::Tally;

/// True when a model checker runs the code: keep sizes tiny and loops short.
pub const MODEL: bool = cfg!(any(rt_loom, rt_shuttle));

#[cfg(rt_loom)]
#[doc(hidden)]
pub use loom as __loom;
#[cfg(rt_shuttle)]
#[doc(hidden)]
pub use shuttle as __shuttle;
