//! Event, Notify, Condvar and Barrier against lists of who waits.

use super::line::{Line, Plain, Real, Standing, op, run};
use crate::futures::{BarrierWait, CondvarWait, EventWait, Notified};
use crate::{Barrier, BarrierBroken, Condvar, Event, Mutex, Notify};
use proptest::prelude::*;
use std::pin::Pin;

#[derive(Default)]
struct PlainEvent {
    line: Line,
    is_set: bool,
}

impl Plain for PlainEvent {
    fn come(&mut self, who: usize) -> Standing {
        self.line.come(who, if self.is_set { Standing::Told } else { Standing::Waits })
    }

    fn standing(&self, who: usize) -> Standing {
        self.line.standing[who]
    }

    fn give_up(&mut self, who: usize) {
        self.line.waits.retain(|other| *other != who);
    }

    fn signal(&mut self, which: usize) {
        self.is_set = which.is_multiple_of(2);
        if self.is_set {
            self.line.tell_all(Standing::Told);
        }
    }
}

impl Real for Event {
    type Wait<'a> = EventWait<'a>;

    fn new() -> Self {
        Event::new()
    }

    fn wait(&self) -> Option<Pin<Box<EventWait<'_>>>> {
        Some(Box::pin(Event::wait(self)))
    }

    fn signal(&self, which: usize) {
        if which.is_multiple_of(2) { self.set() } else { self.clear() }
    }

    fn standing((): ()) -> Option<Standing> {
        None
    }
}

#[derive(Default)]
struct PlainNotify {
    line: Line,
    is_kept: bool,
}

impl PlainNotify {
    fn notify(&mut self, to_oldest: bool) {
        if !self.line.give(to_oldest) {
            self.is_kept = true;
        }
    }
}

impl Plain for PlainNotify {
    fn come(&mut self, who: usize) -> Standing {
        let is_kept = std::mem::take(&mut self.is_kept);
        self.line.come(who, if is_kept { Standing::Told } else { Standing::Waits })
    }

    fn standing(&self, who: usize) -> Standing {
        self.line.standing[who]
    }

    fn give_up(&mut self, who: usize) {
        self.line.waits.retain(|other| *other != who);
        if let Standing::Given { to_oldest } = self.line.standing[who] {
            self.notify(to_oldest);
        }
    }

    fn signal(&mut self, which: usize) {
        match which % 4 {
            0 | 1 => self.notify(true),
            2 => self.notify(false),
            _ => self.line.tell_all(Standing::Told),
        }
    }
}

impl Real for Notify {
    type Wait<'a> = Notified<'a>;

    fn new() -> Self {
        Notify::new()
    }

    fn wait(&self) -> Option<Pin<Box<Notified<'_>>>> {
        Some(Box::pin(self.notified()))
    }

    fn signal(&self, which: usize) {
        match which % 4 {
            0 | 1 => self.notify_one(),
            2 => self.notify_last(),
            _ => self.notify_waiters(),
        }
    }

    fn standing((): ()) -> Option<Standing> {
        None
    }
}

#[derive(Default)]
struct PlainCondvar(Line);

impl Plain for PlainCondvar {
    fn come(&mut self, who: usize) -> Standing {
        self.0.come(who, Standing::Waits)
    }

    fn standing(&self, who: usize) -> Standing {
        self.0.standing[who]
    }

    fn give_up(&mut self, who: usize) {
        self.0.waits.retain(|other| *other != who);
        if let Standing::Given { .. } = self.0.standing[who] {
            self.0.give(true);
        }
    }

    fn signal(&mut self, which: usize) {
        match which % 4 {
            3 => self.0.tell_all(Standing::Told),
            count => {
                for _ in 0..=count {
                    self.0.give(true);
                }
            }
        }
    }
}

struct RealCondvar(Condvar, Mutex<()>);

impl Real for RealCondvar {
    type Wait<'a> = CondvarWait<'a, ()>;

    fn new() -> Self {
        RealCondvar(Condvar::new(), Mutex::new(()))
    }

    fn wait(&self) -> Option<Pin<Box<CondvarWait<'_, ()>>>> {
        let guard = self.1.try_lock().expect("no guard is kept");
        Some(Box::pin(self.0.wait(guard)))
    }

    fn signal(&self, which: usize) {
        match which % 4 {
            0 => self.0.notify_one(),
            3 => self.0.notify_all(),
            count => self.0.notify_many(count + 1),
        }
    }

    fn standing(_: crate::MutexGuard<'_, ()>) -> Option<Standing> {
        None
    }
}

const PARTIES: usize = 4;

#[derive(Default)]
struct PlainBarrier {
    line: Line,
    is_broken: bool,
}

impl Plain for PlainBarrier {
    fn come(&mut self, who: usize) -> Standing {
        let standing = if self.is_broken {
            Standing::Broken
        } else if self.line.waits.len() + 1 == PARTIES {
            self.line.tell_all(Standing::Told);
            Standing::Told
        } else {
            Standing::Waits
        };
        self.line.come(who, standing)
    }

    fn standing(&self, who: usize) -> Standing {
        self.line.standing[who]
    }

    fn give_up(&mut self, who: usize) {
        self.line.waits.retain(|other| *other != who);
    }

    fn signal(&mut self, which: usize) {
        self.line.tell_all(Standing::Broken);
        self.is_broken = which.is_multiple_of(2);
    }
}

impl Real for Barrier {
    type Wait<'a> = BarrierWait<'a>;

    fn new() -> Self {
        Barrier::new(PARTIES)
    }

    fn wait(&self) -> Option<Pin<Box<BarrierWait<'_>>>> {
        Some(Box::pin(Barrier::wait(self)))
    }

    fn signal(&self, which: usize) {
        if which.is_multiple_of(2) { self.abort() } else { self.reset() }
    }

    fn standing(output: Result<crate::BarrierWaitResult, BarrierBroken>) -> Option<Standing> {
        Some(if output.is_ok() { Standing::Told } else { Standing::Broken })
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn an_event_is_a_flag_and_a_line(ops in prop::collection::vec(op(), 0..80)) {
        run::<PlainEvent, Event>(&ops);
    }

    /// Mutants: notify.keep_given
    #[test]
    fn a_notify_is_a_token_and_a_line(ops in prop::collection::vec(op(), 0..80)) {
        run::<PlainNotify, Notify>(&ops);
    }

    /// Mutants: condvar.keep_given
    #[test]
    fn a_condvar_is_a_line(ops in prop::collection::vec(op(), 0..80)) {
        run::<PlainCondvar, RealCondvar>(&ops);
    }

    #[test]
    fn a_barrier_is_a_line_of_a_length(ops in prop::collection::vec(op(), 0..80)) {
        run::<PlainBarrier, Barrier>(&ops);
    }
}
