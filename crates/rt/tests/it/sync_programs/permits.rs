//! `Semaphore`, `CapacityLimiter` and `OnceCell`: stocks of permits, of tokens, and of one right.

use std::sync::{Arc, Mutex};

use rt::sync::{CapacityLimiter, OnceCell, Semaphore, TryAcquireError};

use super::line::{Ask, Line, Standing, Stock};
use super::{Held, Op, Reference, Subject, compared, hold, locked, patient};

/// A semaphore is a stock that may be closed.
pub(super) struct Permits {
    real: Arc<Semaphore>,
    plain: Mutex<Stock>,
}

impl Permits {
    /// Keeps the permit it has got, and gives it back in two parts.
    async fn keep(&self, op: &Op) {
        let wait = self.real.acquire_many(op.amount as u32);
        let wait = compared(&self.plain, Ask::Behind(op.amount), wait);
        let Some((is_granted, permit)) = patient(op.patience, wait).await else { return };
        assert_eq!(permit.is_ok(), is_granted);
        let Ok(mut permit) = permit else { return };
        let half = permit.split(op.amount / 2).expect("it has as many");
        let first = Held::new(half, || self.give(op.amount / 2));
        let _rest = Held::new(permit, || self.give(op.amount - op.amount / 2));
        hold(op).await;
        drop(first);
        hold(op).await;
    }

    async fn keep_owned(&self, op: &Op) {
        let wait = self.real.clone().acquire_owned();
        let wait = compared(&self.plain, Ask::Behind(1), wait);
        let Some((is_granted, permit)) = patient(op.patience, wait).await else { return };
        assert_eq!(permit.is_ok(), is_granted);
        let _held = permit.map(|permit| Held::new(permit, || self.give(1)));
        hold(op).await;
    }

    async fn try_to_keep(&self, op: &Op) {
        let (may_take, is_closed) = {
            let mut plain = locked(&self.plain);
            (plain.try_take(op.amount), plain.is_closed)
        };
        let permit = self.real.try_acquire_many(op.amount as u32);
        let refusal = if is_closed { TryAcquireError::Closed } else { TryAcquireError::NoPermits };
        assert_eq!(permit.as_ref().err(), (!may_take).then_some(&refusal));
        let _held = permit.map(|permit| Held::new(permit, || self.give(op.amount)));
        hold(op).await;
    }

    fn give(&self, permits: usize) {
        locked(&self.plain).give(permits);
    }
}

impl Subject for Permits {
    type Part = Arc<Self>;

    fn new(size: usize) -> Self {
        Permits { real: Arc::new(Semaphore::new(size)), plain: Mutex::new(Stock::new(size)) }
    }

    fn part(self: &Arc<Self>) -> Arc<Self> {
        self.clone()
    }

    async fn run(permits: &mut Arc<Self>, op: &Op) {
        match op.kind % 16 {
            0..6 => permits.keep(op).await,
            6..9 => permits.keep_owned(op).await,
            9..12 => permits.try_to_keep(op).await,
            12..14 => {
                permits.real.add_permits(op.amount);
                permits.give(op.amount);
            }
            14 => {
                let mut plain = locked(&permits.plain);
                let forgotten = op.amount.min(plain.left);
                plain.left -= forgotten;
                assert_eq!(permits.real.forget_permits(op.amount), forgotten);
            }
            _ if op.amount == 0 => {
                permits.real.close();
                locked(&permits.plain).close();
            }
            _ => {}
        }
    }

    fn check_settled(&self) {
        let plain = locked(&self.plain);
        plain.line.check_settled();
        assert_eq!(self.real.available_permits(), plain.left);
        assert_eq!(self.real.is_exhausted(), plain.left == 0 || plain.is_awaited());
        assert_eq!(self.real.is_closed(), plain.is_closed);
    }

    fn check_end(&self) {
        self.check_settled();
    }
}

/// So many tokens, of which each borrower has one at most.
#[derive(Debug, Default)]
struct Lending {
    total: usize,
    borrowers: Vec<usize>,
    line: Line,
}

impl Lending {
    fn lend(&mut self, borrower: usize) -> Standing {
        if self.borrowers.contains(&borrower) {
            return Standing::Refused;
        }
        if self.borrowers.len() >= self.total {
            return Standing::Waits;
        }
        self.borrowers.push(borrower);
        Standing::Granted
    }

    fn serve(&mut self) {
        while let Some(borrower) = self.line.first_that_waits().map(|claim| claim.wanted) {
            let standing = self.lend(borrower);
            self.line.first_that_waits().expect("seen above").standing = standing;
            if standing == Standing::Waits {
                return;
            }
        }
    }

    fn take_back(&mut self, borrower: usize) {
        self.borrowers.retain(|other| *other != borrower);
        self.serve();
    }
}

impl Reference for Lending {
    /// Who borrows.
    type Ask = usize;
    /// Whether it has got a token.
    type Told = bool;

    fn come(&mut self, borrower: usize) -> u64 {
        // Others wait only while there is no token, so it overtakes nobody.
        let standing = self.lend(borrower);
        let who = self.line.come(borrower);
        self.line.last_that_waits().expect("it has come").standing = standing;
        who
    }

    fn is_over(&mut self, who: u64) -> bool {
        self.line.standing(who) != Standing::Waits
    }

    fn end(&mut self, who: u64) -> bool {
        self.line.leave(who).standing == Standing::Granted
    }

    fn give_up(&mut self, who: u64) {
        let claim = self.line.leave(who);
        if claim.standing == Standing::Granted {
            self.take_back(claim.wanted);
        }
    }
}

/// A limiter whose borrowers are a few numbers, so that some ask twice.
pub(super) struct Tokens {
    real: CapacityLimiter,
    plain: Mutex<Lending>,
}

impl Subject for Tokens {
    type Part = Arc<Self>;

    fn new(size: usize) -> Self {
        let plain = Lending { total: size, ..Lending::default() };
        Tokens { real: CapacityLimiter::new(size), plain: Mutex::new(plain) }
    }

    fn part(self: &Arc<Self>) -> Arc<Self> {
        self.clone()
    }

    async fn run(tokens: &mut Arc<Self>, op: &Op) {
        if op.kind % 8 == 0 {
            tokens.real.set_total_tokens(op.amount);
            let mut plain = locked(&tokens.plain);
            plain.total = op.amount;
            plain.serve();
            return;
        }
        let borrower = op.kind % 5;
        let wait = tokens.real.acquire_on_behalf_of(borrower as u64);
        let wait = compared(&tokens.plain, borrower, wait);
        let Some((is_lent, token)) = patient(op.patience, wait).await else { return };
        assert_eq!(token.is_ok(), is_lent);
        let give = || locked(&tokens.plain).take_back(borrower);
        let _held = token.map(|token| Held::new(token, give));
        hold(op).await;
    }

    fn check_settled(&self) {
        let plain = locked(&self.plain);
        plain.line.check_settled();
        let statistics = self.real.statistics();
        assert_eq!((statistics.total, statistics.borrowed), (plain.total, plain.borrowers.len()));
    }

    fn check_end(&self) {
        assert_eq!(self.real.borrowed_tokens(), 0);
    }
}

/// One at a time makes the value, the oldest first, until one has.
pub(super) struct Once {
    real: OnceCell<u64>,
    plain: Mutex<Making>,
}

#[derive(Debug, Default)]
pub(super) struct Making {
    /// Those who want the value, also the one who makes it.
    line: Line,
    made: Option<u64>,
}

impl Once {
    /// Makes the value, or fails to.
    async fn make(&self, who: u64, op: &Op) -> Result<u64, ()> {
        {
            let mut plain = locked(&self.plain);
            assert_eq!((plain.made, plain.line.count(Standing::Granted)), (None, 0));
            let first = plain.line.first_that_waits().expect("at least this one");
            assert_eq!(first.who(), who, "somebody waited longer");
            first.standing = Standing::Granted;
        }
        hold(op).await;
        if op.kind % 4 == 0 {
            locked(&self.plain).made = Some(who);
            return Ok(who);
        }
        // Who comes while this is told does not overtake those who wait.
        Err(())
    }
}

impl Subject for Once {
    type Part = Arc<Self>;

    fn new(_: usize) -> Self {
        Once { real: OnceCell::new(), plain: Mutex::default() }
    }

    fn part(self: &Arc<Self>) -> Arc<Self> {
        self.clone()
    }

    async fn run(once: &mut Arc<Self>, op: &Op) {
        let wanted = async {
            let who = locked(&once.plain).line.come(0);
            let _place = Held::new((), || {
                locked(&once.plain).line.leave(who);
            });
            let value = once.real.get_or_try_init(|| once.make(who, op)).await;
            if let Ok(value) = value {
                assert_eq!(Some(*value), locked(&once.plain).made, "it never changes");
            }
        };
        patient(op.patience, wanted).await;
        hold(op).await;
    }

    fn check_settled(&self) {
        let plain = locked(&self.plain);
        assert_eq!(self.real.get().copied(), plain.made);
        let (making, waiting) =
            (plain.line.count(Standing::Granted), plain.line.count(Standing::Waits));
        assert!(making == 1 || waiting == 0, "nobody makes it: {plain:?}");
    }

    fn check_end(&self) {
        self.check_settled();
    }
}
