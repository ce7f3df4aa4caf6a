//! Tests of this crate: models under a model checker, the rest in a plain build.

#[cfg(not(any(rt_loom, rt_shuttle)))]
mod count;
#[cfg(any(rt_loom, rt_shuttle))]
mod loom;
#[cfg(not(any(rt_loom, rt_shuttle)))]
mod park;
#[cfg(not(any(rt_loom, rt_shuttle)))]
mod prop;
#[cfg(not(any(rt_loom, rt_shuttle)))]
mod types;
