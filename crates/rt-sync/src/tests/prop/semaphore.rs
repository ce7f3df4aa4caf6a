//! A semaphore against a count and a queue.

use crate::futures::Acquire;
use crate::tests::wakers::Counts;
use crate::{Semaphore, SemaphorePermit, TryAcquireError};
use proptest::prelude::*;
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

/// What is done to both. A number chooses one of those there are.
#[derive(Clone, Debug)]
enum Op {
    Acquire(u32),
    Poll(usize),
    GiveUp(usize),
    Release(usize),
    Split(usize),
    Try(u32),
    Add(usize),
    Forget(usize),
    Close,
}

/// How a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Waits,
    Granted,
    Refused,
}

/// The plain model: how many are left, and who waits for how many.
#[derive(Default)]
struct Plain {
    left: usize,
    is_closed: bool,
    queue: VecDeque<(usize, usize)>,
    /// By number of the claim.
    standing: Vec<Standing>,
}

impl Plain {
    fn claim(&mut self, wanted: usize) -> Standing {
        let standing = if self.is_closed {
            Standing::Refused
        } else if self.queue.is_empty() && self.left >= wanted {
            self.left -= wanted;
            Standing::Granted
        } else {
            self.queue.push_back((self.standing.len(), wanted));
            Standing::Waits
        };
        self.standing.push(standing);
        standing
    }

    fn give(&mut self, permits: usize) {
        self.left += permits;
        while let Some(&(claim, wanted)) = self.queue.front() {
            if wanted > self.left {
                break;
            }
            self.left -= wanted;
            self.standing[claim] = Standing::Granted;
            self.queue.pop_front();
        }
    }

    fn give_up(&mut self, claim: usize, wanted: usize) {
        match self.standing[claim] {
            Standing::Waits => {
                self.queue.retain(|(other, _)| *other != claim);
                self.give(0);
            }
            Standing::Granted => self.give(wanted),
            Standing::Refused => {}
        }
    }

    fn close(&mut self) {
        self.is_closed = true;
        for (claim, _) in self.queue.drain(..) {
            self.standing[claim] = Standing::Refused;
        }
    }
}

/// A future that was pending when it was polled first.
struct Waiting<'a> {
    future: Pin<Box<Acquire<'a>>>,
    claim: usize,
    wanted: usize,
    counts: Counts,
}

struct Pair<'a> {
    semaphore: &'a Semaphore,
    plain: Plain,
    waiting: Vec<Waiting<'a>>,
    permits: Vec<SemaphorePermit<'a>>,
}

impl Pair<'_> {
    fn apply(&mut self, op: &Op) {
        match *op {
            Op::Acquire(wanted) => self.acquire(wanted),
            Op::Poll(which) => self.poll(which),
            Op::GiveUp(which) => {
                let Some(at) = choose(which, self.waiting.len()) else { return };
                let gone = self.waiting.remove(at);
                drop(gone.future);
                self.plain.give_up(gone.claim, gone.wanted);
            }
            Op::Release(which) => {
                let Some(at) = choose(which, self.permits.len()) else { return };
                let permit = self.permits.remove(at);
                self.plain.give(permit.num_permits());
                drop(permit);
            }
            Op::Split(which) => {
                let Some(at) = choose(which, self.permits.len()) else { return };
                let part = self.permits[at].split(1);
                self.permits.extend(part);
            }
            Op::Try(wanted) => {
                let expected = match self.plain.claim(wanted as usize) {
                    Standing::Granted => Ok(()),
                    Standing::Refused => Err(TryAcquireError::Closed),
                    Standing::Waits => {
                        self.plain.queue.pop_back();
                        Err(TryAcquireError::NoPermits)
                    }
                };
                let permit = self.semaphore.try_acquire_many(wanted);
                assert_eq!(permit.as_ref().map(|_| ()).map_err(|error| *error), expected);
                self.permits.extend(permit);
            }
            Op::Add(permits) => {
                self.semaphore.add_permits(permits);
                self.plain.give(permits);
            }
            Op::Forget(permits) => {
                let forgotten = permits.min(self.plain.left);
                self.plain.left -= forgotten;
                assert_eq!(self.semaphore.forget_permits(permits), forgotten);
            }
            Op::Close => {
                self.semaphore.close();
                self.plain.close();
            }
        }
    }

    fn acquire(&mut self, wanted: u32) {
        let mut future = Box::pin(self.semaphore.acquire_many(wanted));
        let counts = Counts::new();
        let claim = self.plain.standing.len();
        let standing = self.plain.claim(wanted as usize);
        let polled = future.as_mut().poll(&mut Context::from_waker(&counts.waker()));
        match (polled, standing) {
            (Poll::Ready(Ok(permit)), Standing::Granted) => self.permits.push(permit),
            (Poll::Ready(Err(_)), Standing::Refused) => {}
            (Poll::Pending, Standing::Waits) => {
                self.waiting.push(Waiting { future, claim, wanted: wanted as usize, counts });
            }
            (polled, standing) => panic!("{polled:?} where it {standing:?}"),
        }
    }

    fn poll(&mut self, which: usize) {
        let Some(at) = choose(which, self.waiting.len()) else { return };
        let waiting = &mut self.waiting[at];
        let counts = Counts::new();
        let polled = waiting.future.as_mut().poll(&mut Context::from_waker(&counts.waker()));
        match (polled, self.plain.standing[waiting.claim]) {
            (Poll::Pending, Standing::Waits) => return waiting.counts = counts,
            (Poll::Ready(Ok(permit)), Standing::Granted) => self.permits.push(permit),
            (Poll::Ready(Err(_)), Standing::Refused) => {}
            (polled, standing) => panic!("{polled:?} where it {standing:?}"),
        }
        self.waiting.remove(at);
    }

    fn check(&self) {
        assert_eq!(self.semaphore.available_permits(), self.plain.left);
        assert_eq!(self.semaphore.is_closed(), self.plain.is_closed);
        let is_exhausted = self.plain.left == 0 || !self.plain.queue.is_empty();
        assert_eq!(self.semaphore.is_exhausted(), is_exhausted);
        for waiting in &self.waiting {
            let waits = self.plain.standing[waiting.claim] == Standing::Waits;
            assert_eq!(waiting.counts.wakes(), usize::from(!waits), "woken once, when served");
        }
    }
}

/// The place that a number chooses among `len`.
fn choose(which: usize, len: usize) -> Option<usize> {
    which.checked_rem(len)
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => (0..4u32).prop_map(Op::Acquire),
        3 => any::<usize>().prop_map(Op::Poll),
        3 => any::<usize>().prop_map(Op::GiveUp),
        5 => any::<usize>().prop_map(Op::Release),
        1 => any::<usize>().prop_map(Op::Split),
        2 => (0..4u32).prop_map(Op::Try),
        2 => (0..40usize).prop_map(Op::Add),
        1 => (0..4usize).prop_map(Op::Forget),
        1 => Just(Op::Close),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    /// Mutants: permits.barge, permits.withdraw_serves_nobody
    #[test]
    fn a_semaphore_is_a_count_and_a_queue(
        permits in 0..4usize,
        ops in prop::collection::vec(op(), 0..80),
    ) {
        let semaphore = Semaphore::new(permits);
        let plain = Plain { left: permits, ..Plain::default() };
        let mut pair =
            Pair { semaphore: &semaphore, plain, waiting: Vec::new(), permits: Vec::new() };
        for op in &ops {
            pair.apply(op);
            pair.check();
        }
    }
}
