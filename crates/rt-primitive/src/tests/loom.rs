//! Models. Run them with `RUSTFLAGS="--cfg rt_loom" cargo nextest run --release loom`.

mod canary;
mod deque;
mod harness;
#[cfg(rt_loom)]
mod litmus;
mod locks;
mod park;
