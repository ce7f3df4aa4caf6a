//! The shuttle build: random interleavings of many threads, sequentially consistent.

#[path = "real/cell.rs"]
pub mod cell;
mod thread_local;

pub mod atomic {
    //! Atomic types.
    pub use shuttle::sync::atomic::{
        AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
    };
}

pub mod hint {
    //! Hints to the processor; here each lets another thread run.
    pub use shuttle::hint::spin_loop;
}

pub mod thread {
    //! Threads.
    pub use shuttle::thread::{Builder, JoinHandle, spawn, yield_now};
}

pub(crate) mod raw_sync {
    //! What `crate::sync` wraps.
    pub use shuttle::sync::{Arc, MutexGuard, RwLockReadGuard, RwLockWriteGuard};
    pub(crate) use shuttle::sync::{Condvar, Mutex, RwLock};
}
