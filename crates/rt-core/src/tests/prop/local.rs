//! Two deques that overflow and steal from each other, against two `VecDeque`s.

use std::collections::VecDeque;

use proptest::prelude::*;
use rt_primitive::deque::Steal;

use crate::config::LOCAL_CAPACITY;
use crate::queue::local::{LocalQueue, Victim, local_queue};
use crate::tests::node::{Node, numbers};

/// What is asked of the deque with this number.
#[derive(Clone, Copy, Debug)]
enum Op {
    /// So many nodes, one after the other.
    Push(usize, usize),
    Pop(usize),
    PopChain(usize, usize),
    /// Takes from the other one.
    Steal(usize),
}

fn any_op() -> impl Strategy<Value = Op> {
    let queue = || 0usize..2;
    let len = || prop_oneof![1usize..4, 1usize..LOCAL_CAPACITY];
    prop_oneof![
        3 => (queue(), len()).prop_map(|(queue, len)| Op::Push(queue, len)),
        1 => queue().prop_map(Op::Pop),
        1 => (queue(), len()).prop_map(|(queue, len)| Op::PopChain(queue, len)),
        2 => queue().prop_map(Op::Steal),
    ]
}

struct Pair {
    queues: [(LocalQueue<Node>, Victim<Node>); 2],
    plain: [VecDeque<usize>; 2],
    /// The number of the next node.
    next: usize,
}

impl Pair {
    fn push(&mut self, queue: usize) {
        let plain = &mut self.plain[queue];
        let mut expected = None;
        if plain.len() == LOCAL_CAPACITY {
            expected = Some(plain.drain(..LOCAL_CAPACITY / 2).collect());
        }
        let mut overflowed = None;
        let node = Node::new(self.next);
        self.queues[queue].0.push(node, |half| overflowed = Some(numbers(half)));
        plain.push_back(self.next);
        self.next += 1;
        assert_eq!(overflowed, expected, "I2: the older half goes, and only from a full deque");
    }

    fn pop(&mut self, queue: usize) {
        let popped = self.queues[queue].0.pop().map(Node::number);
        assert_eq!(popped, self.plain[queue].pop_front());
    }

    fn pop_chain(&mut self, queue: usize, max: usize) {
        let chain = self.queues[queue].0.pop_chain(max);
        let len = self.plain[queue].len().min(max);
        assert_eq!(chain.map_or(0, |chain| chain.len), len);
        let expected: Vec<usize> = self.plain[queue].drain(..len).collect();
        assert_eq!(chain.map(numbers).unwrap_or_default(), expected);
    }

    fn steal(&mut self, thief: usize) {
        let victim = 1 - thief;
        let room = LOCAL_CAPACITY - self.plain[thief].len();
        let limit = (LOCAL_CAPACITY / 2).min(room).max(1);
        let moved = (self.plain[victim].len().saturating_sub(1) / 2).min(limit - 1);
        let expected = self.plain[victim].pop_front().map(|first| (first, 1 + moved));
        if expected.is_some() {
            let others: Vec<usize> = self.plain[victim].drain(..moved).collect();
            self.plain[thief].extend(others);
        }
        let stolen = match self.queues[thief].0.steal_from(&self.queues[victim].1) {
            Steal::Success((node, moved)) => Some((node.number(), moved)),
            Steal::Empty => None,
            Steal::Retry => panic!("nobody interferes on one thread"),
        };
        assert_eq!(stolen, expected);
    }

    fn check(&self) {
        for ((queue, victim), plain) in self.queues.iter().zip(&self.plain) {
            assert!(plain.len() <= LOCAL_CAPACITY, "I2: {} nodes", plain.len());
            assert_eq!(queue.is_empty(), plain.is_empty());
            assert_eq!(queue.room(), LOCAL_CAPACITY - plain.len());
            assert_eq!((victim.len(), victim.is_empty()), (plain.len(), plain.is_empty()));
            assert!(plain.is_empty() || !victim.looks_empty(), "the hint hides a node");
        }
    }
}

proptest! {
    #[test]
    fn a_deque_is_a_queue_that_overflows_by_half(
        ops in proptest::collection::vec(any_op(), 0..40),
    ) {
        let queues = [local_queue(), local_queue()];
        let mut pair = Pair { queues, plain: Default::default(), next: 0 };
        for op in ops {
            match op {
                Op::Push(queue, len) => (0..len).for_each(|_| pair.push(queue)),
                Op::Pop(queue) => pair.pop(queue),
                Op::PopChain(queue, max) => pair.pop_chain(queue, max),
                Op::Steal(thief) => pair.steal(thief),
            }
            pair.check();
        }
    }
}
