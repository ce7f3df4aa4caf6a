//! Lets only so many children of a group run at a time, first come, first served.
//!
//! # Protocol
//!
//! A group that was given no limit has no line: its children begin as they come, and are only
//! counted (`child_count.rs`). Else all is under one lock. A child that finds room, and nobody
//! before it, begins; else it lines up with its waker. Whoever leaves the family wakes the first in
//! line; so if that one goes away instead of running, the next is woken.
//!
//! # Invariants
//!
//! - I1: while there is room, the first in line has been woken since it lined up.
//!
//! Models: `a_turn_given_up_is_not_lost`, `a_limit_counts_those_that_run`.

use std::collections::VecDeque;
use std::fmt;
use std::task::{Context, Poll, Waker};

use rt_primitive::mutant;
use rt_primitive::sync::Mutex;

use crate::group::child_count::ChildCount;
use rt_primitive::contain::{contain, discard};

/// How many children may run, and who waits.
pub(crate) struct Limit {
    // [L]
    line: Mutex<Line>,
}

struct Line {
    running_max: usize,
    numbered: u64,
    waiting: VecDeque<(u64, Waker)>,
}

/// A child's part in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    NotYet,
    InLine(u64),
    /// It runs, or never will.
    Had,
}

impl Limit {
    pub(crate) fn new() -> Limit {
        let (running_max, waiting) = (usize::MAX, VecDeque::new());
        Limit { line: Mutex::new(Line { running_max, numbered: 0, waiting }) }
    }

    /// Changes how many may run; those that run go on.
    pub(crate) fn set_max(&self, running_max: usize, count: &ChildCount) {
        let mut line = self.line.lock();
        line.running_max = running_max;
        count.set_limited();
        let first = line.first_if_room(count);
        drop(line);
        wake(first);
    }

    /// Ready when it is the child's turn.
    pub(crate) fn poll_turn(
        &self,
        turn: &mut Turn,
        count: &ChildCount,
        cx: &Context<'_>,
    ) -> Poll<()> {
        if *turn == Turn::Had {
            return Poll::Ready(());
        }
        if *turn == Turn::NotYet && count.begin() {
            *turn = Turn::Had;
            return Poll::Ready(());
        }
        let mut line = self.line.lock();
        let place = line.place_of(*turn);
        if line.has_room(count) && place.unwrap_or(line.waiting.len()) == 0 {
            let own = place.and_then(|place| line.waiting.remove(place));
            count.no_longer_waits();
            let next = line.first_if_room(count);
            drop(line);
            discard(own);
            wake(next);
            *turn = Turn::Had;
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

    /// The child waits no more, and leaves the family then, which wakes the next in line.
    pub(crate) fn give_up(&self, turn: &mut Turn, count: &ChildCount) {
        let before = std::mem::replace(turn, Turn::Had);
        if before == Turn::Had {
            return;
        }
        let mut own = None;
        if before != Turn::NotYet {
            let mut line = self.line.lock();
            own = line.place_of(before).and_then(|place| line.waiting.remove(place));
        }
        count.no_longer_waits();
        discard(own);
    }

    /// A child has left a family that has a limit.
    pub(crate) fn wake_next(&self, count: &ChildCount) {
        let next = self.line.lock().first_if_room(count);
        wake(next.filter(|_| !mutant!("limit.next_not_woken")));
    }
}

impl Line {
    fn place_of(&self, turn: Turn) -> Option<usize> {
        let Turn::InLine(number) = turn else { return None };
        self.waiting.iter().position(|&(other, _)| other == number)
    }

    fn has_room(&self, count: &ChildCount) -> bool {
        count.load().running() < self.running_max
    }

    fn first_if_room(&self, count: &ChildCount) -> Option<Waker> {
        let first = self.waiting.front().filter(|_| self.has_room(count));
        first.map(|(_, waker)| waker.clone())
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
