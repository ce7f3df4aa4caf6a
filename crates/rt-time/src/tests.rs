//! Tests of this crate: units, operations against a plain model, and models of races.

#[cfg(any(rt_loom, rt_shuttle))]
mod loom;

#[cfg(not(any(rt_loom, rt_shuttle)))]
mod executor;
#[cfg(not(any(rt_loom, rt_shuttle)))]
mod interval;
#[cfg(not(any(rt_loom, rt_shuttle)))]
mod prop;
#[cfg(not(any(rt_loom, rt_shuttle)))]
mod sleep;
#[cfg(not(any(rt_loom, rt_shuttle)))]
mod tick;
#[cfg(not(any(rt_loom, rt_shuttle)))]
mod timers;
mod wakers;

#[cfg(feature = "count")]
#[global_allocator]
static ALLOC: rt_primitive::count::CountingAlloc = rt_primitive::count::CountingAlloc;
