//! The loom build: every interleaving, and every value a weak memory may show.

mod thread_local;

pub mod atomic {
    //! Atomic types.
    pub use loom::sync::atomic::{
        AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
    };
}

pub mod cell {
    //! A cell whose accesses loom checks for races.
    pub use loom::cell::UnsafeCell;
}

pub mod hint {
    //! Hints to the processor; here each lets another thread run.
    pub use loom::hint::spin_loop;
}

pub mod thread {
    //! Threads, at most five with the main one.
    pub use loom::thread::{Builder, JoinHandle, spawn, yield_now};
}

pub(crate) mod raw_sync {
    //! What `crate::sync` wraps.
    pub use loom::sync::{Arc, MutexGuard, RwLockReadGuard, RwLockWriteGuard};
    pub(crate) use loom::sync::{Mutex, RwLock};
}
