//! Threads and processes for work that must not hold up a runtime.
