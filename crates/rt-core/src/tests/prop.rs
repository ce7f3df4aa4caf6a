//! Data structures against plain models.

mod injector;
mod local;
mod slab;
