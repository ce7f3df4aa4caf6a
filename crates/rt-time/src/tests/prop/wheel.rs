//! The wheel against an ordered map, over plain chains and over the real ones.

use crate::entry::TimerEntry;
use crate::entry::chain::{EntryChain, EntryRef};
use crate::tick::Tick;
use crate::wheel::{Chain, Wheel};
use proptest::prelude::*;
use std::collections::{BTreeMap, VecDeque};
use std::pin::Pin;
use std::task::Waker;

/// What is done to both; ticks are counted from the present one.
#[derive(Clone, Debug)]
enum Op {
    Insert {
        after: u64,
    },
    InsertPast {
        before: u64,
    },
    /// The entry is chosen by this number, from those in the wheel.
    Cancel {
        which: usize,
    },
    /// Takes at most `at_most` of what is due.
    Advance {
        by: u64,
        at_most: usize,
    },
    AdvanceToNext,
    PopAny,
}

/// Makes entries for the chains of type `C`.
trait Entries: Default {
    type C: Chain;
    fn make(&mut self, tick: Tick) -> <Self::C as Chain>::Entry;
    fn id(&self, entry: <Self::C as Chain>::Entry) -> usize;
}

/// A chain that is a queue of ticks and numbers.
#[derive(Default)]
struct PlainChain(VecDeque<(Tick, usize)>);

impl Chain for PlainChain {
    type Entry = (Tick, usize);

    fn tick(entry: Self::Entry) -> Tick {
        entry.0
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn push(&mut self, entry: Self::Entry) {
        self.0.push_back(entry);
    }

    fn pop(&mut self) -> Option<Self::Entry> {
        self.0.pop_front()
    }

    fn remove(&mut self, entry: Self::Entry) {
        let at = self.0.iter().position(|other| *other == entry).expect("it is in this chain");
        self.0.remove(at);
    }
}

#[derive(Default)]
struct PlainEntries(usize);

impl Entries for PlainEntries {
    type C = PlainChain;

    fn make(&mut self, tick: Tick) -> (Tick, usize) {
        self.0 += 1;
        (tick, self.0 - 1)
    }

    fn id(&self, entry: (Tick, usize)) -> usize {
        entry.1
    }
}

#[derive(Default)]
struct RealEntries(Vec<Pin<Box<TimerEntry>>>);

impl Entries for RealEntries {
    type C = EntryChain;

    fn make(&mut self, tick: Tick) -> EntryRef {
        let entry = Box::pin(TimerEntry::new());
        // SAFETY: the first bullet of `new`: it is dropped after the wheel. The second: one thread.
        let node = unsafe { EntryRef::new(&entry) };
        node.prepare(tick, Waker::noop().clone());
        self.0.push(entry);
        node
    }

    fn id(&self, entry: EntryRef) -> usize {
        let address = std::ptr::from_ref(entry.entry());
        self.0.iter().position(|other| std::ptr::eq(&**other, address)).expect("made here")
    }
}

/// A wheel, and what should be in it.
struct Pair<E: Entries> {
    wheel: Wheel<E::C>,
    entries: E,
    now: u64,
    /// By when they are due and in which order they were inserted.
    model: BTreeMap<(u64, usize), <E::C as Chain>::Entry>,
    inserted: usize,
}

impl<E: Entries> Pair<E> {
    fn insert(&mut self, tick: u64) {
        let entry = self.entries.make(Tick::new(tick));
        assert_eq!(self.wheel.has_passed(Tick::new(tick)), tick <= self.now);
        self.wheel.insert(entry);
        self.model.insert((tick.max(self.now), self.inserted), entry);
        self.inserted += 1;
    }

    fn cancel(&mut self, which: usize) {
        if self.model.is_empty() {
            return;
        }
        let key = *self.model.keys().nth(which % self.model.len()).unwrap();
        self.wheel.remove(self.model.remove(&key).unwrap());
    }

    fn advance(&mut self, to: u64, at_most: usize) {
        for _ in 0..at_most {
            let expected = self.model.first_key_value().filter(|((due, _), _)| *due <= to);
            let Some((&key, _)) = expected else {
                assert!(self.wheel.pop_due(Tick::new(to)).is_none(), "nothing is due at {to}");
                self.now = self.now.max(to);
                return;
            };
            let popped = self.wheel.pop_due(Tick::new(to)).expect("something is due");
            let entry = self.model.remove(&key).unwrap();
            assert_eq!(self.entries.id(popped), self.entries.id(entry));
            self.now = self.now.max(key.0);
        }
    }

    fn pop_any(&mut self) {
        let Some(popped) = self.wheel.pop_any() else {
            return assert!(self.model.is_empty());
        };
        let id = self.entries.id(popped);
        let before = self.model.len();
        self.model.retain(|_, entry| self.entries.id(*entry) != id);
        assert_eq!(self.model.len(), before - 1, "it was in the wheel");
    }

    fn check(&self) {
        assert_eq!(self.wheel.is_empty(), self.model.is_empty());
        let next = self.wheel.next().number();
        let Some(((due, _), _)) = self.model.first_key_value() else {
            return assert_eq!(next, Tick::NEVER.number());
        };
        assert!(next >= self.now && next <= *due, "{next} lies between {} and {due}", self.now);
        if due >> 6 == self.now >> 6 {
            assert_eq!(next, *due, "exact in level 0");
        }
    }

    fn run(ops: &[Op]) {
        let (wheel, entries) = (Wheel::new(), E::default());
        let mut pair: Pair<E> =
            Pair { wheel, entries, now: 0, model: BTreeMap::new(), inserted: 0 };
        for op in ops {
            match *op {
                Op::Insert { after } => {
                    let tick = pair.now.saturating_add(after).min(Tick::LAST.number());
                    pair.insert(tick);
                }
                Op::InsertPast { before } => pair.insert(pair.now.saturating_sub(before)),
                Op::Cancel { which } => pair.cancel(which),
                Op::Advance { by, at_most } => pair.advance(pair.now + by, at_most),
                Op::AdvanceToNext => {
                    let next = pair.wheel.next().number();
                    if next < pair.now + (1 << 40) {
                        pair.advance(next, usize::MAX);
                    }
                }
                Op::PopAny => pair.pop_any(),
            }
            pair.check();
        }
        let Pair { wheel, entries, .. } = pair;
        drop(wheel);
        drop(entries);
    }
}

/// Spans of `2^bits - 1` to `2^bits + 1`, where entries change levels, and small ones.
fn span(bits_max: u32) -> impl Strategy<Value = u64> {
    prop_oneof![
        0..200u64,
        (0..=bits_max, 0..3u64).prop_map(|(bits, more)| (1u64 << bits) - 1 + more),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => span(40).prop_map(|after| Op::Insert { after }),
        1 => (0..3u64).prop_map(|less| Op::Insert { after: u64::MAX - less }),
        1 => span(8).prop_map(|before| Op::InsertPast { before }),
        3 => any::<usize>().prop_map(|which| Op::Cancel { which }),
        3 => (span(38), 1..100usize).prop_map(|(by, at_most)| Op::Advance { by, at_most }),
        3 => Just(Op::AdvanceToNext),
        1 => Just(Op::PopAny),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    /// Mutants: wheel.opens_late
    #[test]
    fn a_wheel_of_plain_chains_is_an_ordered_map(ops in prop::collection::vec(op(), 0..120)) {
        Pair::<PlainEntries>::run(&ops);
    }

    #[test]
    fn a_wheel_of_entries_is_an_ordered_map(ops in prop::collection::vec(op(), 0..120)) {
        Pair::<RealEntries>::run(&ops);
    }
}
