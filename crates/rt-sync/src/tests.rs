//! Tests of this crate: units, operations against a plain model, and models of races.

#[cfg(any(rt_loom, rt_shuttle))]
mod loom;

#[cfg(not(any(rt_loom, rt_shuttle)))]
mod prop;
#[cfg(not(any(rt_loom, rt_shuttle)))]
mod waiters;
mod wakers;
