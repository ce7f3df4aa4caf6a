//! Stores against sorting and a stack.

use crate::queue::{Fifo, LifoQueue, PriorityQueue, Store};
use proptest::prelude::*;

/// Compared by its key alone.
#[derive(Debug, Eq)]
struct Entry(u8, usize);

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

proptest! {
    #[test]
    fn a_priority_queue_sorts_and_keeps_equals_in_order(
        keys in prop::collection::vec(0..5_u8, 0..40),
    ) {
        let queue = PriorityQueue::unbounded();
        for (number, &key) in keys.iter().enumerate() {
            queue.try_put(Entry(key, number)).unwrap();
        }
        let mut sorted: Vec<(u8, usize)> = keys.iter().copied().zip(0..).collect();
        sorted.sort();
        let left = queue.shutdown_now().into_iter().map(|entry| (entry.0, entry.1));
        prop_assert_eq!(left.collect::<Vec<_>>(), sorted);
    }

    #[test]
    fn a_lifo_queue_is_a_stack(steps in prop::collection::vec(any::<bool>(), 0..40)) {
        let queue = LifoQueue::unbounded();
        let mut plain = Vec::new();
        for (number, puts) in steps.into_iter().enumerate() {
            if puts {
                queue.try_put(number).unwrap();
                plain.push(number);
            } else {
                prop_assert_eq!(queue.try_get().ok(), plain.pop());
            }
        }
    }
}

#[test]
fn stores_tell_how_much_they_hold() {
    let mut store = Fifo::EMPTY;
    assert!(store.is_empty());
    store.put(1);
    assert_eq!((store.len(), store.take(), store.take()), (1, Some(1), None));
}
