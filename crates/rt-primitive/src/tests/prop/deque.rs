//! One list of operations, three queues: crossbeam-deque, its twin, and a `VecDeque`.

use crate::deque::twin;
use crossbeam_deque::Steal;
use proptest::prelude::*;
use std::collections::VecDeque;

/// What both queues are asked, by the number of the queue.
#[derive(Clone, Copy, Debug)]
enum Op {
    Push(usize),
    Pop(usize),
    Steal(usize),
    /// From a queue into a queue, which may be the same, at most so many.
    StealBatch(usize, usize, usize),
}

/// The length of each queue as its owner and as a thief see it, and whether they see it empty.
type Sizes = Vec<(usize, usize, bool, bool)>;

/// Two queues of one kind.
trait Pair: Default {
    fn push(&mut self, queue: usize, task: u32);
    fn pop(&mut self, queue: usize) -> Option<u32>;
    fn steal(&mut self, queue: usize) -> Option<u32>;
    fn steal_batch(&mut self, from: usize, dest: usize, limit: usize) -> Option<u32>;
    fn sizes(&self) -> Sizes;
}

/// What the queues are meant to do.
#[derive(Default)]
struct Plain([VecDeque<u32>; 2]);

impl Pair for Plain {
    fn push(&mut self, queue: usize, task: u32) {
        self.0[queue].push_back(task);
    }

    fn pop(&mut self, queue: usize) -> Option<u32> {
        self.0[queue].pop_front()
    }

    fn steal(&mut self, queue: usize) -> Option<u32> {
        self.0[queue].pop_front()
    }

    fn steal_batch(&mut self, from: usize, dest: usize, limit: usize) -> Option<u32> {
        let extra = self.extra(from, dest, limit);
        let first = self.0[from].pop_front()?;
        for _ in 0..extra {
            let moved = self.0[from].pop_front().expect("half of the tasks are there");
            self.0[dest].push_back(moved);
        }
        Some(first)
    }

    fn sizes(&self) -> Sizes {
        let size =
            |queue: &VecDeque<u32>| (queue.len(), queue.len(), queue.is_empty(), queue.is_empty());
        self.0.iter().map(size).collect()
    }
}

impl Plain {
    /// How many tasks a batch moves besides the one it returns.
    fn extra(&self, from: usize, dest: usize, limit: usize) -> usize {
        if from == dest {
            return 0;
        }
        (self.0[from].len().saturating_sub(1) / 2).min(limit - 1)
    }

    /// The twin has four slots, so no list of operations may ask for more.
    fn has_room_for(&self, op: Op) -> bool {
        let (dest, more) = match op {
            Op::Push(queue) => (queue, 1),
            Op::StealBatch(from, dest, limit) => (dest, self.extra(from, dest, limit)),
            Op::Pop(_) | Op::Steal(_) => return true,
        };
        self.0[dest].len() + more <= twin::CAPACITY
    }
}

/// The two real ones have the same methods and no common trait.
macro_rules! impl_pair {
    ($name:ident, $worker:ty) => {
        struct $name([$worker; 2]);

        impl Default for $name {
            fn default() -> Self {
                Self([<$worker>::new_fifo(), <$worker>::new_fifo()])
            }
        }

        impl Pair for $name {
            fn push(&mut self, queue: usize, task: u32) {
                self.0[queue].push(task);
            }

            fn pop(&mut self, queue: usize) -> Option<u32> {
                self.0[queue].pop()
            }

            fn steal(&mut self, queue: usize) -> Option<u32> {
                never_retries(self.0[queue].stealer().steal())
            }

            fn steal_batch(&mut self, from: usize, dest: usize, limit: usize) -> Option<u32> {
                let stealer = self.0[from].stealer().clone();
                never_retries(stealer.steal_batch_with_limit_and_pop(&self.0[dest], limit))
            }

            fn sizes(&self) -> Sizes {
                let size = |queue: &$worker| {
                    let thief = queue.stealer();
                    (queue.len(), thief.len(), queue.is_empty(), thief.is_empty())
                };
                self.0.iter().map(size).collect()
            }
        }
    };
}

impl_pair!(Original, crate::deque::Worker<u32>);
impl_pair!(Twin, twin::Worker<u32>);

fn never_retries(outcome: Steal<u32>) -> Option<u32> {
    assert!(!outcome.is_retry(), "nobody interferes on one thread");
    outcome.success()
}

/// Runs the operations that the twin has room for and returns all that was seen.
fn run<P: Pair>(ops: &[Op]) -> Vec<(Option<u32>, Sizes)> {
    let mut room = Plain::default();
    let mut queues = P::default();
    let mut seen = Vec::new();
    for (task, &op) in (0..).zip(ops) {
        if !room.has_room_for(op) {
            continue;
        }
        apply(&mut room, op, task);
        let got = apply(&mut queues, op, task);
        seen.push((got, queues.sizes()));
    }
    seen
}

fn apply<P: Pair>(queues: &mut P, op: Op, task: u32) -> Option<u32> {
    match op {
        Op::Push(queue) => {
            queues.push(queue, task);
            None
        }
        Op::Pop(queue) => queues.pop(queue),
        Op::Steal(queue) => queues.steal(queue),
        Op::StealBatch(from, dest, limit) => queues.steal_batch(from, dest, limit),
    }
}

fn any_op() -> impl Strategy<Value = Op> {
    let queue = || 0usize..2;
    prop_oneof![
        3 => queue().prop_map(Op::Push),
        1 => queue().prop_map(Op::Pop),
        1 => queue().prop_map(Op::Steal),
        1 => (queue(), queue(), 1usize..6).prop_map(|(from, dest, limit)| {
            Op::StealBatch(from, dest, limit)
        }),
    ]
}

proptest! {
    #[test]
    fn the_original_the_twin_and_a_plain_queue_agree(
        ops in proptest::collection::vec(any_op(), 0..60),
    ) {
        let plain = run::<Plain>(&ops);
        prop_assert_eq!(&run::<Original>(&ops), &plain, "crossbeam-deque differs");
        prop_assert_eq!(&run::<Twin>(&ops), &plain, "the twin differs");
    }
}
