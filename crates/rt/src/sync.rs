//! Locks, queues and channels for tasks; they work on any executor.
