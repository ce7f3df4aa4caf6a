//! Those who wait, oldest first, and what there is for them.

use std::collections::VecDeque;

use super::Reference;

/// How someone stands that came and has not gone on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Waits,
    Granted,
    Refused,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
    who: u64,
    /// What it is about, if one differs from another.
    pub(super) subject: u64,
    pub(super) wanted: usize,
    pub(super) standing: Standing,
}

impl Claim {
    pub(super) fn who(&self) -> u64 {
        self.who
    }
}

/// Those who came and have not gone on, in the order of their coming.
#[derive(Debug, Default)]
pub(super) struct Line {
    claims: VecDeque<Claim>,
    next: u64,
}

impl Line {
    fn claim(&mut self, wanted: usize) -> Claim {
        self.next += 1;
        Claim { who: self.next, subject: 0, wanted, standing: Standing::Waits }
    }

    pub(super) fn come(&mut self, wanted: usize) -> u64 {
        let claim = self.claim(wanted);
        self.claims.push_back(claim);
        claim.who
    }

    pub(super) fn come_about(&mut self, subject: u64, wanted: usize) -> u64 {
        let claim = Claim { subject, ..self.claim(wanted) };
        self.claims.push_back(claim);
        claim.who
    }

    pub(super) fn come_in_front(&mut self, wanted: usize) -> u64 {
        let claim = self.claim(wanted);
        self.claims.push_front(claim);
        claim.who
    }

    pub(super) fn standing(&self, who: u64) -> Standing {
        let claim = self.claims.iter().find(|claim| claim.who == who);
        claim.expect("it came and has not gone").standing
    }

    pub(super) fn leave(&mut self, who: u64) -> Claim {
        let at = self.claims.iter().position(|claim| claim.who == who);
        self.claims.remove(at.expect("it came and has not gone")).unwrap()
    }

    pub(super) fn first_that_waits(&mut self) -> Option<&mut Claim> {
        self.claims.iter_mut().find(|claim| claim.standing == Standing::Waits)
    }

    pub(super) fn last_that_waits(&mut self) -> Option<&mut Claim> {
        self.claims.iter_mut().rfind(|claim| claim.standing == Standing::Waits)
    }

    pub(super) fn count(&self, standing: Standing) -> usize {
        self.claims.iter().filter(|claim| claim.standing == standing).count()
    }

    pub(super) fn turn(&mut self, from: Standing, to: Standing) {
        for claim in self.claims.iter_mut().filter(|claim| claim.standing == from) {
            claim.standing = to;
        }
    }

    /// Every task waits: whoever was told something would have gone on.
    pub(super) fn check_settled(&self) {
        assert_eq!(self.count(Standing::Waits), self.claims.len(), "not woken: {:?}", self.claims);
    }
}

/// Where someone stands in line, and for how much.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ask {
    Behind(usize),
    InFront(usize),
}

/// So much of something, and those who wait for some of it: nobody overtakes.
#[derive(Debug, Default)]
pub(super) struct Stock {
    pub(super) left: usize,
    pub(super) line: Line,
    pub(super) is_closed: bool,
}

impl Stock {
    pub(super) fn new(left: usize) -> Self {
        Stock { left, ..Stock::default() }
    }

    fn serve(&mut self) {
        while let Some(first) = self.line.first_that_waits() {
            if first.wanted > self.left {
                return;
            }
            self.left -= first.wanted;
            first.standing = Standing::Granted;
        }
    }

    pub(super) fn give(&mut self, amount: usize) {
        self.left += amount;
        self.serve();
    }

    /// True if it was taken, since there is enough and nobody waits.
    pub(super) fn try_take(&mut self, wanted: usize) -> bool {
        let may_take = !self.is_closed && !self.is_awaited() && wanted <= self.left;
        if may_take {
            self.left -= wanted;
        }
        may_take
    }

    pub(super) fn is_awaited(&self) -> bool {
        self.line.count(Standing::Waits) > 0
    }

    pub(super) fn close(&mut self) {
        self.is_closed = true;
        self.line.turn(Standing::Waits, Standing::Refused);
    }
}

impl Reference for Stock {
    type Ask = Ask;
    /// Whether it got it.
    type Told = bool;

    fn come(&mut self, ask: Ask) -> u64 {
        let who = match ask {
            Ask::Behind(wanted) => self.line.come(wanted),
            Ask::InFront(wanted) => self.line.come_in_front(wanted),
        };
        if self.is_closed {
            self.line.turn(Standing::Waits, Standing::Refused);
        }
        self.serve();
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
        self.give(if claim.standing == Standing::Granted { claim.wanted } else { 0 });
    }
}
