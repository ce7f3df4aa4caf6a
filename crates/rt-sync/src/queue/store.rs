//! In which order items come out.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};
use std::fmt;

/// Where a queue keeps its items. This crate has all there are.
///
/// See [`Queue`](crate::queue::Queue), [`LifoQueue`](crate::queue::LifoQueue) and
/// [`PriorityQueue`](crate::queue::PriorityQueue).
///
/// ```
/// use rt_sync::queue::{Store, StoreQueue};
///
/// fn drain<T, S: Store<T>>(queue: &StoreQueue<T, S>) -> Vec<T> {
///     std::iter::from_fn(|| queue.try_get().ok()).collect()
/// }
/// let stack = rt_sync::queue::LifoQueue::unbounded();
/// stack.try_put(1).unwrap();
/// stack.try_put(2).unwrap();
/// assert_eq!(drain(&stack), [2, 1]);
/// ```
pub trait Store<T>: Sized + sealed::Sealed {
    /// A store with nothing in it.
    const EMPTY: Self;

    /// Adds an item.
    fn put(&mut self, item: T);

    /// Takes out the one that is next.
    fn take(&mut self) -> Option<T>;

    /// How many there are.
    fn len(&self) -> usize;

    /// True when there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

mod sealed {
    /// Lets this crate alone make stores.
    #[doc(hidden)]
    pub trait Sealed {}
}

/// The oldest item is next.
///
/// See [`Queue`](crate::queue::Queue).
///
/// ```
/// use rt_sync::queue::{Fifo, Queue, StoreQueue};
///
/// let queue: StoreQueue<u32, Fifo<u32>> = Queue::unbounded(); // what `Queue` stands for
/// ```
pub struct Fifo<T>(VecDeque<T>);

/// The newest item is next.
///
/// See [`LifoQueue`](crate::queue::LifoQueue).
///
/// ```
/// use rt_sync::queue::{Lifo, LifoQueue, StoreQueue};
///
/// let stack: StoreQueue<u32, Lifo<u32>> = LifoQueue::unbounded(); // what `LifoQueue` stands for
/// ```
pub struct Lifo<T>(Vec<T>);

/// The least item is next, and of equal ones the oldest.
///
/// See [`PriorityQueue`](crate::queue::PriorityQueue).
///
/// ```
/// use rt_sync::queue::{Priority, PriorityQueue, StoreQueue};
///
/// let jobs: StoreQueue<u32, Priority<u32>> = PriorityQueue::unbounded();
/// ```
pub struct Priority<T> {
    heap: BinaryHeap<Ranked<T>>,
    /// The number of the next item.
    next: u64,
}

/// An item and when it came. The greatest comes out of the heap first, so the order is turned.
struct Ranked<T> {
    item: T,
    number: u64,
}

impl<T> sealed::Sealed for Fifo<T> {}
impl<T> sealed::Sealed for Lifo<T> {}
impl<T> sealed::Sealed for Priority<T> {}

impl<T> Store<T> for Fifo<T> {
    const EMPTY: Self = Fifo(VecDeque::new());

    fn put(&mut self, item: T) {
        self.0.push_back(item);
    }

    fn take(&mut self) -> Option<T> {
        self.0.pop_front()
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

impl<T> Store<T> for Lifo<T> {
    const EMPTY: Self = Lifo(Vec::new());

    fn put(&mut self, item: T) {
        self.0.push(item);
    }

    fn take(&mut self) -> Option<T> {
        self.0.pop()
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

impl<T: Ord> Store<T> for Priority<T> {
    const EMPTY: Self = Priority { heap: BinaryHeap::new(), next: 0 };

    fn put(&mut self, item: T) {
        let number = self.next;
        self.next += 1;
        self.heap.push(Ranked { item, number });
    }

    fn take(&mut self) -> Option<T> {
        self.heap.pop().map(|ranked| ranked.item)
    }

    fn len(&self) -> usize {
        self.heap.len()
    }
}

impl<T: Ord> Ord for Ranked<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.item.cmp(&self.item).then_with(|| other.number.cmp(&self.number))
    }
}

impl<T: Ord> PartialOrd for Ranked<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Ord> PartialEq for Ranked<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T: Ord> Eq for Ranked<T> {}

impl<T> fmt::Debug for Fifo<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Fifo").field(&self.0.len()).finish()
    }
}

impl<T> fmt::Debug for Lifo<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Lifo").field(&self.0.len()).finish()
    }
}

impl<T> fmt::Debug for Priority<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Priority").field(&self.heap.len()).finish()
    }
}
