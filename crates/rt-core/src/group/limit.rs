//! Lets only so many children of a group run at a time, first come, first served.
//!
//! # Protocol
//!
//! All under one lock. A child that finds room, and nobody before it, runs; else it lines up with
//! its waker. Whoever gives its turn up, or leaves the line, wakes the first of it: so if that one
//! goes away instead of running, the next is woken.
//!
//! # Invariants
//!
//! - I1: while there is room, the first in line has been woken since it lined up.
//!
//! Model: `a_turn_given_up_is_not_lost`.

use std::collections::VecDeque;
use std::fmt;
use std::task::{Context, Poll, Waker};

use rt_primitive::mutant;
use rt_primitive::sync::Mutex;

use rt_primitive::contain::{contain, discard};

/// How many children may run, and who waits.
pub(crate) struct Limit {
    // [L]
    line: Mutex<Line>,
}

struct Line {
    running: usize,
    running_max: usize,
    numbered: u64,
    waiting: VecDeque<(u64, Waker)>,
}

/// A child's part in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    NotYet,
    InLine(u64),
    Running,
    Over,
}

impl Limit {
    pub(crate) fn new() -> Limit {
        let (running_max, waiting) = (usize::MAX, VecDeque::new());
        Limit { line: Mutex::new(Line { running: 0, running_max, numbered: 0, waiting }) }
    }

    /// Changes how many may run; those that run go on.
    pub(crate) fn set_max(&self, running_max: usize) {
        let mut line = self.line.lock();
        line.running_max = running_max;
        let first = line.first_if_room();
        drop(line);
        wake(first);
    }

    /// Ready when it is the child's turn.
    pub(crate) fn poll_turn(&self, turn: &mut Turn, cx: &Context<'_>) -> Poll<()> {
        if *turn == Turn::Running {
            return Poll::Ready(());
        }
        let mut line = self.line.lock();
        let place = line.place_of(*turn);
        if line.running < line.running_max && place.unwrap_or(line.waiting.len()) == 0 {
            let own = place.and_then(|place| line.waiting.remove(place));
            line.running += 1;
            let next = line.first_if_room();
            drop(line);
            discard(own);
            wake(next);
            *turn = Turn::Running;
            return Poll::Ready(());
        }
        let waker = cx.waker().clone();
        let old = match place {
            Some(place) => Some(std::mem::replace(&mut line.waiting[place].1, waker)),
            None => {
                line.numbered += 1;
                let number = line.numbered;
                line.waiting.push_back((number, waker));
                *turn = Turn::InLine(number);
                None
            }
        };
        drop(line);
        discard(old);
        Poll::Pending
    }

    /// The child has ended, or waits no more.
    pub(crate) fn give_up(&self, turn: &mut Turn) {
        let before = std::mem::replace(turn, Turn::Over);
        if matches!(before, Turn::NotYet | Turn::Over) {
            return;
        }
        let mut line = self.line.lock();
        let own = line.place_of(before).and_then(|place| line.waiting.remove(place));
        if before == Turn::Running {
            line.running -= 1;
        }
        let next = line.first_if_room().filter(|_| !mutant!("limit.next_not_woken"));
        drop(line);
        discard(own);
        wake(next);
    }
}

impl Line {
    fn place_of(&self, turn: Turn) -> Option<usize> {
        let Turn::InLine(number) = turn else { return None };
        self.waiting.iter().position(|&(other, _)| other == number)
    }

    fn first_if_room(&self) -> Option<Waker> {
        if self.running >= self.running_max {
            return None;
        }
        self.waiting.front().map(|(_, waker)| waker.clone())
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        contain(|| waker.wake());
    }
}

impl fmt::Debug for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limit").finish_non_exhaustive()
    }
}
