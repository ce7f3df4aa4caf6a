//! `Event` and `Notify`: who is told, and what is kept for later.

use std::pin::pin;
use std::sync::{Arc, Mutex};

use rt::sync::{Event, Notify};

use super::line::{Line, Standing};
use super::{Op, Reference, Subject, compared, hold, locked, patient};

#[derive(Debug, Default)]
struct PlainEvent {
    is_set: bool,
    line: Line,
}

impl Reference for PlainEvent {
    type Ask = ();
    type Told = ();

    fn come(&mut self, (): ()) -> u64 {
        let who = self.line.come(0);
        if self.is_set {
            self.line.turn(Standing::Waits, Standing::Granted);
        }
        who
    }

    fn is_over(&mut self, who: u64) -> bool {
        self.line.standing(who) != Standing::Waits
    }

    fn end(&mut self, who: u64) {
        self.line.leave(who);
    }

    fn give_up(&mut self, who: u64) {
        self.line.leave(who);
    }
}

/// An event is a flag, and all who waited when it was set go on.
#[derive(Default)]
pub(super) struct Flag {
    real: Event,
    plain: Mutex<PlainEvent>,
}

impl Subject for Flag {
    type Part = Arc<Self>;

    fn new(_: usize) -> Self {
        Flag::default()
    }

    fn part(self: &Arc<Self>) -> Arc<Self> {
        self.clone()
    }

    async fn run(flag: &mut Arc<Self>, op: &Op) {
        hold(op).await;
        match op.kind % 8 {
            0..4 => {
                patient(op.patience, compared(&flag.plain, (), flag.real.wait())).await;
            }
            sets => {
                let mut plain = locked(&flag.plain);
                if sets < 6 {
                    flag.real.set();
                    plain.is_set = true;
                    plain.line.turn(Standing::Waits, Standing::Granted);
                }
                if sets > 4 {
                    flag.real.clear();
                    plain.is_set = false;
                }
            }
        }
    }

    fn check_settled(&self) {
        let plain = locked(&self.plain);
        plain.line.check_settled();
        assert_eq!(self.real.is_set(), plain.is_set);
    }

    fn check_end(&self) {}
}

/// How one was told: with all others, or alone as the oldest or as the youngest.
const WITH_ALL: usize = 0;
const AS_OLDEST: usize = 1;
const AS_YOUNGEST: usize = 2;

#[derive(Debug, Default)]
struct PlainNotify {
    is_kept: bool,
    /// Calls of `notify_waiters`.
    calls: usize,
    line: Line,
}

impl PlainNotify {
    fn notify(&mut self, how: usize) {
        let told = match how {
            AS_OLDEST => self.line.first_that_waits(),
            _ => self.line.last_that_waits(),
        };
        match told {
            Some(claim) => (claim.standing, claim.wanted) = (Standing::Granted, how),
            None => self.is_kept = true,
        }
    }
}

impl Reference for PlainNotify {
    /// The calls of `notify_waiters` when the future was made.
    type Ask = usize;
    type Told = ();

    fn come(&mut self, calls: usize) -> u64 {
        let who = self.line.come(WITH_ALL);
        if self.calls != calls || std::mem::take(&mut self.is_kept) {
            self.line.last_that_waits().expect("it has come").standing = Standing::Granted;
        }
        who
    }

    fn is_over(&mut self, who: u64) -> bool {
        self.line.standing(who) != Standing::Waits
    }

    fn end(&mut self, who: u64) {
        self.line.leave(who);
    }

    fn give_up(&mut self, who: u64) {
        let claim = self.line.leave(who);
        if claim.standing == Standing::Granted && claim.wanted != WITH_ALL {
            self.notify(claim.wanted);
        }
    }
}

/// A notification goes to one who waits, or is kept.
#[derive(Default)]
pub(super) struct Bell {
    real: Notify,
    plain: Mutex<PlainNotify>,
}

impl Subject for Bell {
    type Part = Arc<Self>;

    fn new(_: usize) -> Self {
        Bell::default()
    }

    fn part(self: &Arc<Self>) -> Arc<Self> {
        self.clone()
    }

    async fn run(bell: &mut Arc<Self>, op: &Op) {
        match op.kind % 8 {
            0..4 => {
                let calls = locked(&bell.plain).calls;
                let notified = bell.real.notified();
                if op.amount == 0 {
                    // It takes part from its making on.
                    hold(op).await;
                }
                patient(op.patience, compared(&bell.plain, calls, notified)).await;
            }
            4 => {
                bell.real.notify_waiters();
                let mut plain = locked(&bell.plain);
                plain.calls += 1;
                plain.line.turn(Standing::Waits, Standing::Granted);
            }
            5 => {
                bell.real.notify_last();
                locked(&bell.plain).notify(AS_YOUNGEST);
            }
            _ => {
                bell.real.notify_one();
                locked(&bell.plain).notify(AS_OLDEST);
            }
        }
        hold(op).await;
    }

    fn check_settled(&self) {
        locked(&self.plain).line.check_settled();
    }

    fn check_end(&self) {
        let kept = pin!(self.real.notified()).enable();
        assert_eq!(kept, locked(&self.plain).is_kept, "one notification, lost or doubled");
    }
}
