//! Why there is no process pool.

use std::fmt;
use std::io;

use super::spawner::DEPTH_MAX;

/// Why there is no pool.
///
/// See [`ProcessPoolBuilder::build`](crate::ProcessPoolBuilder::build).
///
/// ```
/// let refused = rt_pool::ProcessPool::builder().workers(0).build().unwrap_err();
/// assert_eq!(refused.to_string(), "cannot have 0 workers; ask for 1 to 1024");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum ProcessPoolError {
    /// A number that makes no sense; the text says which, and what does.
    Setting(String),
    /// A worker could not be entered: this code is not part of the program that this process
    /// executes, but of a shared library in it. Name a worker program.
    NoEntry,
    /// Pools within the workers of pools, deeper than 4.
    TooDeep,
    /// The initializer's arguments cannot be sent.
    Encode(String),
    /// The system refused a thread or a descriptor, or has no `/proc`.
    System(io::Error),
}

impl std::error::Error for ProcessPoolError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ProcessPoolError::System(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for ProcessPoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProcessPoolError::Setting(text) => f.write_str(text),
            ProcessPoolError::NoEntry => f.write_str(
                "cannot start workers: this code is in a shared library, not in the program that \
                 this process executes; name a worker program with `program`",
            ),
            ProcessPoolError::TooDeep => {
                write!(f, "cannot have pools within {DEPTH_MAX} pools; use one pool for the jobs")
            }
            ProcessPoolError::Encode(text) => write!(f, "cannot send the initializer: {text}"),
            ProcessPoolError::System(error) => write!(f, "cannot make a process pool: {error}"),
        }
    }
}
