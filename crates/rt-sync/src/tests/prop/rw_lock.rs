//! A lock for readers and writers against a list of who holds it and a queue of who waits.

use crate::futures::{Read, UpgradableRead, Upgrade, Write};
use crate::tests::wakers::poll_once;
use crate::{RwLock, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard};
use proptest::prelude::*;
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::Poll;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Read,
    Upgradable,
    Write,
}

/// What is done to both. A number chooses one of those there are.
#[derive(Clone, Debug)]
enum Op {
    Ask(Kind),
    Try(Kind),
    Poll(usize),
    GiveUp(usize),
    Release(usize),
    Downgrade(usize),
    Upgrade(usize),
    TryUpgrade(usize),
}

enum Asking<'a> {
    Read(Pin<Box<Read<'a, u32>>>),
    Upgradable(Pin<Box<UpgradableRead<'a, u32>>>),
    Write(Pin<Box<Write<'a, u32>>>),
    Upgrade(Pin<Box<Upgrade<'a, u32>>>),
}

enum Held<'a> {
    Read(RwLockReadGuard<'a, u32>),
    Upgradable(RwLockUpgradableReadGuard<'a, u32>),
    Write(RwLockWriteGuard<'a, u32>),
}

/// The plain model. An upgrade that waits is noted apart: it holds, and is first in line.
#[derive(Default)]
struct Plain {
    held: Vec<(usize, Kind)>,
    queue: VecDeque<(usize, Kind)>,
    upgrading: Option<usize>,
    /// The next number of a future.
    next: usize,
}

impl Plain {
    fn fits(&self, kind: Kind) -> bool {
        match kind {
            Kind::Read => self.held.iter().all(|(_, other)| *other != Kind::Write),
            Kind::Upgradable => self.held.iter().all(|(_, other)| *other == Kind::Read),
            Kind::Write => self.held.is_empty(),
        }
    }

    fn may_take(&self, kind: Kind) -> bool {
        self.queue.is_empty() && self.upgrading.is_none() && self.fits(kind)
    }

    fn serve(&mut self) {
        if let Some(who) = self.upgrading {
            if self.held.len() > 1 {
                return;
            }
            self.held = vec![(who, Kind::Write)];
            self.upgrading = None;
        }
        while let Some(&(who, kind)) = self.queue.front() {
            if !self.fits(kind) {
                return;
            }
            self.held.push((who, kind));
            self.queue.pop_front();
        }
    }

    fn has(&self, who: usize, kind: Kind) -> bool {
        self.held.contains(&(who, kind))
    }

    fn release(&mut self, who: usize) {
        self.held.retain(|(other, _)| *other != who);
        self.queue.retain(|(other, _)| *other != who);
        if self.upgrading == Some(who) {
            self.upgrading = None;
        }
        self.serve();
    }

    fn change(&mut self, who: usize, kind: Kind) {
        let held = self.held.iter_mut().find(|(other, _)| *other == who).expect("it is held");
        held.1 = kind;
        self.serve();
    }
}

struct Pair<'a> {
    lock: &'a RwLock<u32>,
    plain: Plain,
    asking: Vec<(usize, Asking<'a>)>,
    held: Vec<(usize, Held<'a>)>,
}

impl<'a> Pair<'a> {
    fn apply(&mut self, op: &Op) {
        match *op {
            Op::Ask(kind) => self.ask(kind),
            Op::Try(kind) => self.try_ask(kind),
            Op::Poll(which) => {
                if let Some(at) = which.checked_rem(self.asking.len()) {
                    let (who, asking) = self.asking.remove(at);
                    self.poll(who, asking);
                }
            }
            Op::GiveUp(which) => {
                if let Some(at) = which.checked_rem(self.asking.len()) {
                    let (who, asking) = self.asking.remove(at);
                    drop(asking);
                    self.plain.release(who);
                }
            }
            Op::Release(which) => {
                if let Some(at) = which.checked_rem(self.held.len()) {
                    let (who, held) = self.held.remove(at);
                    drop(held);
                    self.plain.release(who);
                }
            }
            Op::Downgrade(which) => self.downgrade(which),
            Op::Upgrade(which) => self.upgrade(which, false),
            Op::TryUpgrade(which) => self.upgrade(which, true),
        }
    }

    fn ask(&mut self, kind: Kind) {
        let who = self.plain.next;
        self.plain.next += 1;
        self.plain.queue.push_back((who, kind));
        if self.plain.queue.len() == 1 {
            self.plain.serve();
        }
        let asking = match kind {
            Kind::Read => Asking::Read(Box::pin(self.lock.read())),
            Kind::Upgradable => Asking::Upgradable(Box::pin(self.lock.upgradable_read())),
            Kind::Write => Asking::Write(Box::pin(self.lock.write())),
        };
        self.poll(who, asking);
    }

    fn try_ask(&mut self, kind: Kind) {
        let held = match kind {
            Kind::Read => self.lock.try_read().ok().map(Held::Read),
            Kind::Upgradable => self.lock.try_upgradable_read().ok().map(Held::Upgradable),
            Kind::Write => self.lock.try_write().ok().map(Held::Write),
        };
        assert_eq!(held.is_some(), self.plain.may_take(kind));
        if let Some(held) = held {
            let who = self.plain.next;
            self.plain.next += 1;
            self.plain.held.push((who, kind));
            self.held.push((who, held));
        }
    }

    fn poll(&mut self, who: usize, mut asking: Asking<'a>) {
        let (kind, polled) = match &mut asking {
            Asking::Read(future) => (Kind::Read, poll_once(future.as_mut()).map(Held::Read)),
            Asking::Upgradable(future) => {
                (Kind::Upgradable, poll_once(future.as_mut()).map(Held::Upgradable))
            }
            Asking::Write(future) => (Kind::Write, poll_once(future.as_mut()).map(Held::Write)),
            Asking::Upgrade(future) => (Kind::Write, poll_once(future.as_mut()).map(Held::Write)),
        };
        assert_eq!(polled.is_ready(), self.plain.has(who, kind), "{who} asks to {kind:?}");
        match polled {
            Poll::Ready(held) => self.held.push((who, held)),
            Poll::Pending => self.asking.push((who, asking)),
        }
    }

    fn downgrade(&mut self, which: usize) {
        let Some(at) = which.checked_rem(self.held.len()) else { return };
        let (who, held) = self.held.remove(at);
        let held = match held {
            Held::Read(guard) => return self.held.push((who, Held::Read(guard))),
            Held::Upgradable(guard) => Held::Read(RwLockUpgradableReadGuard::downgrade(guard)),
            Held::Write(guard) if which.is_multiple_of(2) => {
                Held::Read(RwLockWriteGuard::downgrade(guard))
            }
            Held::Write(guard) => {
                Held::Upgradable(RwLockWriteGuard::downgrade_to_upgradable(guard))
            }
        };
        let kind = if matches!(held, Held::Read(_)) { Kind::Read } else { Kind::Upgradable };
        self.plain.change(who, kind);
        self.held.push((who, held));
    }

    fn upgrade(&mut self, which: usize, tries: bool) {
        let Some(at) = which.checked_rem(self.held.len()) else { return };
        let (who, held) = self.held.remove(at);
        let Held::Upgradable(guard) = held else { return self.held.push((who, held)) };
        let is_alone = self.plain.held.len() == 1;
        if tries {
            let upgraded = RwLockUpgradableReadGuard::try_upgrade(guard);
            assert_eq!(upgraded.is_ok(), is_alone);
            if is_alone {
                self.plain.change(who, Kind::Write);
            }
            let held = upgraded.map_or_else(Held::Upgradable, Held::Write);
            return self.held.push((who, held));
        }
        self.plain.upgrading = Some(who);
        self.plain.serve();
        let upgrade = Box::pin(RwLockUpgradableReadGuard::upgrade(guard));
        self.poll(who, Asking::Upgrade(upgrade));
    }
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![3 => Just(Kind::Read), 1 => Just(Kind::Upgradable), 1 => Just(Kind::Write)]
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => kind().prop_map(Op::Ask),
        2 => kind().prop_map(Op::Try),
        3 => any::<usize>().prop_map(Op::Poll),
        2 => any::<usize>().prop_map(Op::GiveUp),
        5 => any::<usize>().prop_map(Op::Release),
        2 => any::<usize>().prop_map(Op::Downgrade),
        2 => any::<usize>().prop_map(Op::Upgrade),
        1 => any::<usize>().prop_map(Op::TryUpgrade),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn a_rw_lock_is_a_list_of_holders_and_a_queue(ops in prop::collection::vec(op(), 0..80)) {
        let lock = RwLock::new(0);
        let plain = Plain::default();
        let mut pair = Pair { lock: &lock, plain, asking: Vec::new(), held: Vec::new() };
        for op in &ops {
            pair.apply(op);
        }
    }
}
