//! `Mutex` and `RwLock`: who has it, and who is next.

use std::sync::{Arc, Mutex};

use rt::sync::{RwLock, RwLockUpgradableReadGuard, RwLockWriteGuard};

use super::line::{Ask, Stock};
use super::{Held, Op, Subject, compared, hold, locked, patient};

/// A lock is a stock of one.
pub(super) struct Lock {
    real: Arc<rt::sync::Mutex<usize>>,
    plain: Mutex<Stock>,
}

impl Subject for Lock {
    type Part = Arc<Self>;

    fn new(_: usize) -> Self {
        Lock { real: Arc::default(), plain: Mutex::new(Stock::new(1)) }
    }

    fn part(self: &Arc<Self>) -> Arc<Self> {
        self.clone()
    }

    async fn run(lock: &mut Arc<Self>, op: &Op) {
        let give = || locked(&lock.plain).give(1);
        match op.kind % 4 {
            0 => {
                let may_take = locked(&lock.plain).try_take(1);
                let guard = lock.real.try_lock();
                assert_eq!(guard.is_ok(), may_take);
                let _held = guard.map(|guard| Held::new(guard, give));
                hold(op).await;
            }
            1 => {
                let wait = lock.real.clone().lock_owned();
                let taken = patient(op.patience, compared(&lock.plain, Ask::Behind(1), wait)).await;
                let _held = taken.map(|(_, guard)| Held::new(guard, give));
                hold(op).await;
            }
            _ => {
                let wait = compared(&lock.plain, Ask::Behind(1), lock.real.lock());
                let Some((_, guard)) = patient(op.patience, wait).await else { return };
                let mut held = Held::new(guard, give);
                **held.value() += 1;
                let count = **held.value();
                hold(op).await;
                assert_eq!(**held.value(), count, "nobody else had it");
            }
        }
    }

    fn check_settled(&self) {
        let plain = locked(&self.plain);
        plain.line.check_settled();
        assert_eq!(self.real.is_locked(), plain.left == 0);
    }

    fn check_end(&self) {
        assert_eq!(locked(&self.plain).left, 1);
        assert!(!self.real.is_locked());
    }
}

const READER: usize = 1;
const UPGRADABLE: usize = 50;
const WRITER: usize = 99;

/// A stock of shares: a reader has one, a writer all, who may become a writer more than half.
pub(super) struct ReadersAndWriter {
    real: RwLock<()>,
    plain: Mutex<Stock>,
}

impl ReadersAndWriter {
    fn give(&self, shares: usize) {
        locked(&self.plain).give(shares);
    }

    async fn read(&self, op: &Op) {
        let wait = compared(&self.plain, Ask::Behind(READER), self.real.read());
        let Some((_, guard)) = patient(op.patience, wait).await else { return };
        let _held = Held::new(guard, || self.give(READER));
        hold(op).await;
    }

    /// Writes, and then reads.
    async fn write(&self, op: &Op) {
        let wait = compared(&self.plain, Ask::Behind(WRITER), self.real.write());
        let Some((_, guard)) = patient(op.patience, wait).await else { return };
        let held = Held::new(guard, || self.give(WRITER));
        hold(op).await;
        let guard = RwLockWriteGuard::downgrade(held.into_value());
        self.give(WRITER - READER);
        let _held = Held::new(guard, || self.give(READER));
        hold(op).await;
    }

    /// Reads, and then writes.
    async fn upgrade(&self, op: &Op) {
        let wait = compared(&self.plain, Ask::Behind(UPGRADABLE), self.real.upgradable_read());
        let Some((_, guard)) = patient(op.patience, wait).await else { return };
        let held = Held::new(guard, || self.give(UPGRADABLE));
        hold(op).await;
        let upgrade = RwLockUpgradableReadGuard::upgrade(held.into_value());
        // Its share goes back with the upgrade, or with what comes of it.
        let _share = Held::new((), || self.give(UPGRADABLE));
        let rest = WRITER - UPGRADABLE;
        let wait = compared(&self.plain, Ask::InFront(rest), upgrade);
        let Some((_, guard)) = patient(op.patience, wait).await else { return };
        let _held = Held::new(guard, || self.give(rest));
        hold(op).await;
    }

    async fn try_both(&self, op: &Op) {
        let may_read = locked(&self.plain).try_take(READER);
        let guard = self.real.try_read();
        assert_eq!(guard.is_ok(), may_read);
        let held = guard.map(|guard| Held::new(guard, || self.give(READER)));
        hold(op).await;
        drop(held);
        let may_write = locked(&self.plain).try_take(WRITER);
        let guard = self.real.try_write();
        assert_eq!(guard.is_ok(), may_write);
        let _held = guard.map(|guard| Held::new(guard, || self.give(WRITER)));
        hold(op).await;
    }
}

impl Subject for ReadersAndWriter {
    type Part = Arc<Self>;

    fn new(_: usize) -> Self {
        ReadersAndWriter { real: RwLock::default(), plain: Mutex::new(Stock::new(WRITER)) }
    }

    fn part(self: &Arc<Self>) -> Arc<Self> {
        self.clone()
    }

    async fn run(lock: &mut Arc<Self>, op: &Op) {
        match op.kind % 8 {
            0..3 => lock.read(op).await,
            3..5 => lock.write(op).await,
            5..7 => lock.upgrade(op).await,
            _ => lock.try_both(op).await,
        }
    }

    fn check_settled(&self) {
        locked(&self.plain).line.check_settled();
    }

    fn check_end(&self) {
        assert_eq!(locked(&self.plain).left, WRITER);
        assert!(self.real.try_write().is_ok());
    }
}
