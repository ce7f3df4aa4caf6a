//! Structures of this crate, against plain models of them.

mod desk;
mod roster;
