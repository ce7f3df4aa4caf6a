//! Worker processes: a crash, a leak or an endless loop in one of them ends there.
//!
//! | in this process | in a worker |
//! |---|---|
//! | `pool` and `run` are what users call | `entry` is what runs before its `main` |
//! | `roster` decides, without system calls | `child` runs jobs and tells what became of them |
//! | `deck` is the lock, and does what was decided | |
//! | `io_loop` hears from workers, `spawner` starts them | |
//!
//! Between them: `frame` and `link` for messages, `codec`, `blob` and `parcel` for values,
//! `dispatch` and `named` for functions, `page` for what can be said without a message.

pub(crate) mod blob;
pub(crate) mod builder;
pub(crate) mod child;
mod codec;
mod courier;
mod deck;
mod dispatch;
pub(crate) mod entry;
pub(crate) mod frame;
mod io_loop;
mod link;
pub(crate) mod map;
mod named;
mod page;
mod parcel;
pub(crate) mod pool;
pub(crate) mod pool_error;
mod program;
pub(crate) mod roster;
pub(crate) mod run;
mod settings;
pub(crate) mod spawner;
pub(crate) mod stats;
mod ticket;

pub(crate) use child::Roll;
