//! Tells a process from its fork, where none of its threads but one goes on.

#[cfg(unix)]
#[path = "fork/unix.rs"]
mod system;
#[cfg(not(unix))]
#[path = "fork/none.rs"]
mod system;

/// Which process this is: what was made under another generation was made before a fork.
///
/// A load, after the first call.
///
/// ```
/// use rt_primitive::fork::Generation;
///
/// let made = Generation::now();
/// assert_eq!(made, Generation::now(), "this process was not forked meanwhile");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Generation(u64);

impl Generation {
    /// That of the calling process.
    pub fn now() -> Generation {
        Generation(system::forks())
    }
}
