//! A line of those who wait for signals, and how a real one is compared with it.

use crate::tests::wakers::poll_once;
use proptest::prelude::*;
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::Poll;

/// What is done: someone waits, looks or gives up, or one of several signals is given. A number
/// chooses one of those who wait.
#[derive(Clone, Debug)]
pub(super) enum Op {
    Wait,
    Poll(usize),
    GiveUp(usize),
    Signal(usize),
}

pub(super) fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        5 => Just(Op::Wait),
        3 => any::<usize>().prop_map(Op::Poll),
        2 => any::<usize>().prop_map(Op::GiveUp),
        3 => any::<usize>().prop_map(Op::Signal),
    ]
}

/// How one that waits stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Waits,
    /// Told with all others: a drop is the end of it.
    Told,
    /// Told by a signal for one, which a drop passes on; from the oldest, or from the youngest.
    Given {
        to_oldest: bool,
    },
    /// Told that the barrier broke.
    Broken,
}

/// The plain model: who waits, oldest first, and how.
pub(super) trait Plain: Default {
    /// Someone comes; how does it stand?
    fn come(&mut self, who: usize) -> Standing;
    fn standing(&self, who: usize) -> Standing;
    fn give_up(&mut self, who: usize);
    fn signal(&mut self, which: usize);
}

/// The real thing.
pub(super) trait Real {
    type Wait<'a>: Future
    where
        Self: 'a;
    fn new() -> Self;
    fn wait(&self) -> Option<Pin<Box<Self::Wait<'_>>>>;
    fn signal(&self, which: usize);
    /// What the output of a wait says.
    fn standing(output: <Self::Wait<'_> as Future>::Output) -> Option<Standing>;
}

/// Runs `ops` on both.
pub(super) fn run<P: Plain, R: Real>(ops: &[Op]) {
    let (real, mut plain) = (R::new(), P::default());
    let mut waiting: Vec<(usize, Pin<Box<R::Wait<'_>>>)> = Vec::new();
    let mut next = 0;
    for op in ops {
        match *op {
            Op::Wait => {
                let Some(mut wait) = real.wait() else { continue };
                let (who, standing) = (next, plain.come(next));
                next += 1;
                match poll_once(wait.as_mut()) {
                    Poll::Ready(output) => check::<R>(output, standing),
                    Poll::Pending => {
                        assert_eq!(standing, Standing::Waits);
                        waiting.push((who, wait));
                    }
                }
            }
            Op::Poll(which) => {
                let Some(at) = which.checked_rem(waiting.len()) else { continue };
                let (who, mut wait) = waiting.remove(at);
                match poll_once(wait.as_mut()) {
                    Poll::Ready(output) => check::<R>(output, plain.standing(who)),
                    Poll::Pending => {
                        assert_eq!(plain.standing(who), Standing::Waits);
                        waiting.push((who, wait));
                    }
                }
            }
            Op::GiveUp(which) => {
                let Some(at) = which.checked_rem(waiting.len()) else { continue };
                let (who, wait) = waiting.remove(at);
                drop(wait);
                plain.give_up(who);
            }
            Op::Signal(which) => {
                real.signal(which);
                plain.signal(which);
            }
        }
    }
}

fn check<R: Real>(output: <R::Wait<'_> as Future>::Output, standing: Standing) {
    assert_ne!(standing, Standing::Waits);
    if let Some(said) = R::standing(output) {
        assert_eq!(said, standing);
    }
}

/// Those who wait, oldest first, and how all ever stood.
#[derive(Default)]
pub(super) struct Line {
    pub(super) waits: VecDeque<usize>,
    pub(super) standing: Vec<Standing>,
}

impl Line {
    pub(super) fn come(&mut self, who: usize, standing: Standing) -> Standing {
        self.standing.push(standing);
        if standing == Standing::Waits {
            self.waits.push_back(who);
        }
        standing
    }

    /// Tells the oldest or the youngest; false if nobody waits.
    pub(super) fn give(&mut self, to_oldest: bool) -> bool {
        let told = if to_oldest { self.waits.pop_front() } else { self.waits.pop_back() };
        if let Some(who) = told {
            self.standing[who] = Standing::Given { to_oldest };
        }
        told.is_some()
    }

    pub(super) fn tell_all(&mut self, standing: Standing) {
        for who in self.waits.drain(..) {
            self.standing[who] = standing;
        }
    }
}
