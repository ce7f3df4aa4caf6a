//! Data structures against plain models.

mod callbacks;
mod choices;
mod injector;
mod local;
mod slab;
