//! `Condvar` and `Barrier`: who goes on, and who is missed when it gives up.

use std::sync::{Arc, Mutex};

use rt::sync::{Barrier, Condvar};

use super::line::{Line, Standing};
use super::{Op, Reference, Subject, compared, hold, locked, patient};

/// How one was notified, who passes it on if it was alone.
const WITH_ALL: usize = 0;
const ALONE: usize = 1;

#[derive(Debug, Default)]
struct PlainCondvar {
    line: Line,
}

impl Reference for PlainCondvar {
    type Ask = ();
    type Told = ();

    fn come(&mut self, (): ()) -> u64 {
        self.line.come(WITH_ALL)
    }

    fn is_over(&mut self, who: u64) -> bool {
        self.line.standing(who) != Standing::Waits
    }

    fn end(&mut self, who: u64) {
        self.line.leave(who);
    }

    fn give_up(&mut self, who: u64) {
        let claim = self.line.leave(who);
        if claim.standing == Standing::Granted && claim.wanted == ALONE {
            self.notify(1);
        }
    }
}

impl PlainCondvar {
    fn notify(&mut self, count: usize) {
        for _ in 0..count {
            if let Some(claim) = self.line.first_that_waits() {
                (claim.standing, claim.wanted) = (Standing::Granted, ALONE);
            }
        }
    }
}

/// The lock is free whenever someone is polled, so who is notified has it at once.
#[derive(Default)]
pub(super) struct Condition {
    lock: rt::sync::Mutex<()>,
    real: Condvar,
    plain: Mutex<PlainCondvar>,
}

impl Subject for Condition {
    type Part = Arc<Self>;

    fn new(_: usize) -> Self {
        Condition::default()
    }

    fn part(self: &Arc<Self>) -> Arc<Self> {
        self.clone()
    }

    async fn run(condition: &mut Arc<Self>, op: &Op) {
        hold(op).await;
        let guard = condition.lock.try_lock().expect("nobody keeps it");
        match op.kind % 8 {
            0..4 => {
                let wait = compared(&condition.plain, (), condition.real.wait(guard));
                drop(patient(op.patience, wait).await);
            }
            4 => {
                condition.real.notify_all();
                locked(&condition.plain).line.turn(Standing::Waits, Standing::Granted);
            }
            5..7 => {
                condition.real.notify_one();
                locked(&condition.plain).notify(1);
            }
            _ => {
                condition.real.notify_many(op.amount);
                locked(&condition.plain).notify(op.amount);
            }
        }
    }

    fn check_settled(&self) {
        locked(&self.plain).line.check_settled();
        assert!(!self.lock.is_locked());
    }

    fn check_end(&self) {
        self.check_settled();
    }
}

#[derive(Debug)]
pub(super) struct PlainBarrier {
    parties: usize,
    is_broken: bool,
    line: Line,
}

impl PlainBarrier {
    fn end_round(&mut self, is_broken: bool) {
        self.is_broken = is_broken;
        self.line.turn(Standing::Waits, Standing::Refused);
    }
}

impl Reference for PlainBarrier {
    type Ask = ();
    /// Its number in its round; none if the barrier broke.
    type Told = Option<usize>;

    fn come(&mut self, (): ()) -> u64 {
        let who = self.line.come(0);
        if self.is_broken {
            self.line.turn(Standing::Waits, Standing::Refused);
        }
        if self.line.count(Standing::Waits) == self.parties {
            for index in 0..self.parties {
                let claim = self.line.first_that_waits().expect("all of them wait");
                (claim.standing, claim.wanted) = (Standing::Granted, index);
            }
        }
        who
    }

    fn is_over(&mut self, who: u64) -> bool {
        self.line.standing(who) != Standing::Waits
    }

    fn end(&mut self, who: u64) -> Option<usize> {
        let claim = self.line.leave(who);
        (claim.standing == Standing::Granted).then_some(claim.wanted)
    }

    fn give_up(&mut self, who: u64) {
        self.line.leave(who);
    }
}

/// Rounds of so many, which end when all have come.
pub(super) struct Meeting {
    real: Barrier,
    plain: Mutex<PlainBarrier>,
}

impl Subject for Meeting {
    type Part = Arc<Self>;

    fn new(size: usize) -> Self {
        let plain = PlainBarrier { parties: size + 1, is_broken: false, line: Line::default() };
        Meeting { real: Barrier::new(size + 1), plain: Mutex::new(plain) }
    }

    fn part(self: &Arc<Self>) -> Arc<Self> {
        self.clone()
    }

    async fn run(meeting: &mut Arc<Self>, op: &Op) {
        match (op.kind % 16, op.amount) {
            (0, 0..2) => {
                meeting.real.abort();
                locked(&meeting.plain).end_round(true);
            }
            (0, _) | (1, _) => {
                meeting.real.reset();
                locked(&meeting.plain).end_round(false);
            }
            _ => {
                let wait = compared(&meeting.plain, (), meeting.real.wait());
                if let Some((told, met)) = patient(op.patience, wait).await {
                    assert_eq!(met.ok().map(|met| met.index()), told);
                }
            }
        }
        hold(op).await;
    }

    fn check_settled(&self) {
        let plain = locked(&self.plain);
        plain.line.check_settled();
        assert_eq!(self.real.waiting(), plain.line.count(Standing::Waits));
        assert_eq!(self.real.is_broken(), plain.is_broken);
    }

    fn check_end(&self) {
        assert_eq!(self.real.waiting(), 0);
    }
}
