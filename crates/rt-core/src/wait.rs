//! What a task waits for, as its leaf futures note it.

use std::panic::Location;

/// What a task waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitKind {
    /// For a time to come.
    Sleep,
    /// For another task to end.
    Join,
    /// For a lock.
    Lock,
    /// For a permit of a semaphore or a limiter.
    Permit,
    /// For an event, a condition or a notification.
    Signal,
    /// For the others to come to a barrier.
    Barrier,
    /// For a value to come through a channel or a queue.
    Receive,
    /// For room in a channel or a queue.
    Send,
    /// For a job on a thread or in a process.
    Job,
    /// For the children of a group.
    Group,
}

/// Notes what the current task waits for; a leaf future calls it each time it returns Pending.
///
/// `at` is where the user made the future. `resource` tells one lock or task from another: its
/// address or number, or 0. Outside a task nothing happens.
#[inline]
pub fn note_wait(kind: WaitKind, at: &'static Location<'static>, resource: usize) {
    let _ = (kind, at, resource);
}
