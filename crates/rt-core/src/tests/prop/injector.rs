//! The injector against a `VecDeque`: order, counts, fair shares and the close.

use std::collections::VecDeque;

use proptest::prelude::*;

use crate::queue::Chain;
use crate::queue::injector::Injector;
use crate::tests::node::{Node, numbers};

#[derive(Clone, Copy, Debug)]
enum Op {
    /// A chain of so many.
    Push(usize),
    Take {
        takers: usize,
        max: usize,
    },
    Close,
}

fn any_op() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => (1usize..9).prop_map(Op::Push),
        8 => (1usize..5, 1usize..20).prop_map(|(takers, max)| Op::Take { takers, max }),
        1 => Just(Op::Close),
    ]
}

/// The injector and what it is meant to hold.
struct Pair {
    injector: Injector<Node>,
    plain: VecDeque<usize>,
    is_closed: bool,
    /// The number of the next node.
    next: usize,
}

impl Pair {
    fn push(&mut self, len: usize) {
        let pushed: Vec<usize> = (self.next..self.next + len).collect();
        self.next += len;
        let mut chain = Chain::one(Node::new(pushed[0]));
        pushed[1..].iter().for_each(|&number| chain.push(Node::new(number)));
        match self.injector.push(chain) {
            Ok(()) => {
                assert!(!self.is_closed, "I3: a closed injector took a chain");
                self.plain.extend(pushed);
            }
            Err(back) => {
                assert!(self.is_closed, "an open injector gave a chain back");
                assert_eq!((back.len, numbers(back)), (len, pushed), "given back as it was");
            }
        }
    }

    fn take(&mut self, takers: usize, max: usize) {
        let len = self.plain.len();
        let share = (len / takers + 1).min(max).min(len);
        let (taken, left_some) = self.injector.take(takers, max);
        assert_eq!(taken.map_or(0, |chain| chain.len), share);
        assert_eq!(taken.map(numbers).unwrap_or_default(), self.oldest(share));
        assert_eq!(left_some, len > share);
        assert_eq!(self.injector.listed(), len - share, "I2: the length of the list");
    }

    fn close(&mut self) {
        let drained = self.injector.close();
        self.is_closed = true;
        assert_eq!(drained.map_or(0, |chain| chain.len), self.plain.len());
        assert_eq!(drained.map(numbers).unwrap_or_default(), self.oldest(self.plain.len()));
        assert_eq!(self.injector.listed(), 0);
    }

    /// Takes so many from the plain queue.
    fn oldest(&mut self, len: usize) -> Vec<usize> {
        self.plain.drain(..len).collect()
    }
}

proptest! {
    #[test]
    fn an_injector_is_a_queue_until_it_is_closed(
        ops in proptest::collection::vec(any_op(), 0..80),
    ) {
        let injector = Injector::new();
        let mut pair = Pair { injector, plain: VecDeque::new(), is_closed: false, next: 0 };
        for op in ops {
            match op {
                Op::Push(len) => pair.push(len),
                Op::Take { takers, max } => pair.take(takers, max),
                Op::Close => pair.close(),
            }
            prop_assert_eq!(pair.injector.is_empty(), pair.plain.is_empty());
            prop_assert!(pair.injector.listed() <= pair.plain.len());
        }
    }
}
