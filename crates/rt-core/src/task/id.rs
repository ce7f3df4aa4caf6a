//! Numbers that tell tasks apart for the life of the process.

use std::fmt;
use std::num::NonZeroU64;

use rt_primitive::Serial;

/// The next number, over all runtimes of the process.
static NEXT: Serial = Serial::new();

/// How many numbers a heap takes at a time.
const BLOCK: u64 = 1024;

/// A number that no other task of this process has or had.
///
/// ```
/// # use rt_core::{Config, Executor, NoDriver};
/// # use std::sync::Arc;
/// # let executor = Executor::start(Config::current_thread(), Arc::new(NoDriver)).unwrap();
/// let first = executor.handle().spawn(async {});
/// let second = executor.handle().spawn(async {});
/// assert_ne!(first.id(), second.id());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(NonZeroU64);

impl Id {
    fn new(number: u64) -> Id {
        Id(NonZeroU64::new(number).expect("a serial starts at 1"))
    }

    /// The id with this number, unless it is 0, which none has.
    pub(crate) fn from_number(number: u64) -> Option<Id> {
        NonZeroU64::new(number).map(Id)
    }

    pub(crate) fn number(self) -> u64 {
        self.0.get()
    }

    /// A single number, for a task that is not in a heap.
    pub(crate) fn single() -> Id {
        Id::new(NEXT.take(1))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({})", self.0)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A supply of ids for one thread, so that a spawn touches no shared counter.
#[derive(Debug, Default)]
pub(crate) struct IdBlock {
    next: std::cell::Cell<u64>,
    left: std::cell::Cell<u64>,
}

impl IdBlock {
    pub(crate) fn take(&self) -> Id {
        if self.left.get() == 0 {
            self.next.set(NEXT.take(BLOCK));
            self.left.set(BLOCK);
        }
        let number = self.next.get();
        self.next.set(number + 1);
        self.left.set(self.left.get() - 1);
        Id::new(number)
    }
}
