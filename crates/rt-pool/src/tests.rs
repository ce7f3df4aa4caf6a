//! The crate's own tests: models under a model checker, the rest in a plain build.

#[cfg(any(rt_loom, rt_shuttle))]
mod loom;

#[cfg(not(any(rt_loom, rt_shuttle)))]
mod entry;
#[cfg(not(any(rt_loom, rt_shuttle)))]
mod frames;
#[cfg(not(any(rt_loom, rt_shuttle)))]
mod prop;
