//! The plain build: std's own types, and thin wrappers where a name must do more.

pub mod cell;
mod thread_local;

#[cfg(feature = "count")]
#[path = "real/counted_atomic.rs"]
pub mod atomic;
#[cfg(not(feature = "count"))]
pub mod atomic {
    //! Atomic types.
    pub use std::sync::atomic::{
        AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
    };
}

pub mod hint {
    //! Hints to the processor.
    pub use std::hint::spin_loop;
}

pub mod thread {
    //! Threads.
    pub use std::thread::{Builder, JoinHandle, spawn, yield_now};
}

pub(crate) mod raw_sync {
    //! What `crate::sync` wraps.
    #[cfg(not(target_os = "linux"))]
    pub(crate) use std::sync::Condvar;
    pub use std::sync::{Arc, MutexGuard, RwLockReadGuard, RwLockWriteGuard};
    pub(crate) use std::sync::{Mutex, RwLock};
}
