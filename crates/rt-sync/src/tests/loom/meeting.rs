//! Barriers, readers and writers, and cells that are set once.

use crate::tests::wakers::{poll_once, wait_for};
use crate::{Barrier, OnceCell, RwLock, RwLockUpgradableReadGuard};
use rt_primitive::model::{check, spawn2};
use rt_primitive::sync::Arc;
use std::pin::pin;

/// M20: two tasks meet twice at the same barrier; in each round they get different numbers.
#[test]
fn a_barrier_is_used_again() {
    check("sync.barrier", Some(3), |order| {
        let barrier = Arc::new(Barrier::new(2));
        let meets = |barrier: &Arc<Barrier>| {
            let barrier = barrier.clone();
            move || [(); 2].map(|()| wait_for(barrier.wait()).unwrap().index())
        };
        let (one, two) = spawn2(order, meets(&barrier), meets(&barrier));
        let (one, two) = (one.join().unwrap(), two.join().unwrap());
        for round in 0..2 {
            assert_eq!(one[round] + two[round], 1);
        }
        assert_eq!(barrier.waiting(), 0);
    });
}

/// M20: one of a round gives up while the round is let go, and is not missed in the next.
///
/// Mutants: barrier.leave_any_round
#[test]
fn who_leaves_an_ended_round_is_not_missed_in_the_next() {
    check("sync.barrier_and_drop", Some(2), |order| {
        // More than a batch waits, so the lock is released while they are let go.
        let barrier = Arc::new(Barrier::new(4));
        let (waiters, last) = spawn2(
            order,
            {
                let barrier = barrier.clone();
                move || {
                    let mut waits = [(); 3].map(|()| Box::pin(barrier.wait()));
                    for wait in &mut waits {
                        if poll_once(wait.as_mut()).is_ready() {
                            return;
                        }
                    }
                    let [_, _, third] = waits;
                    drop(third);
                }
            },
            {
                let barrier = barrier.clone();
                move || {
                    let mut last = pin!(barrier.wait());
                    let _ = poll_once(last.as_mut());
                }
            },
        );
        waiters.join().unwrap();
        last.join().unwrap();
        assert_eq!(barrier.waiting(), 0);
    });
}

/// M11: a writer excludes readers and publishes to them.
///
/// Mutants: permits.take_relaxed, permits.give_relaxed
#[test]
fn readers_and_a_writer_exclude() {
    check("sync.rw_lock", Some(3), |order| {
        let lock = Arc::new(RwLock::new((0, 0)));
        let (reader, writer) = spawn2(
            order,
            {
                let lock = lock.clone();
                move || {
                    let pair = wait_for(lock.read());
                    assert_eq!(pair.0, pair.1);
                }
            },
            {
                let lock = lock.clone();
                move || {
                    let mut pair = wait_for(lock.write());
                    pair.0 += 1;
                    pair.1 += 1;
                }
            },
        );
        reader.join().unwrap();
        writer.join().unwrap();
        assert_eq!(*lock.try_read().unwrap(), (1, 1));
    });
}

/// M11: who upgrades comes before a writer that waits, and both get their turn.
#[test]
fn an_upgrade_meets_a_writer() {
    check("sync.upgrade", Some(3), |order| {
        let lock = Arc::new(RwLock::new(0));
        let (upgrader, writer) = spawn2(
            order,
            {
                let lock = lock.clone();
                move || {
                    let guard = wait_for(lock.upgradable_read());
                    let seen = *guard;
                    let mut guard = wait_for(RwLockUpgradableReadGuard::upgrade(guard));
                    assert_eq!(*guard, seen, "nobody writes in between");
                    *guard += 1;
                }
            },
            {
                let lock = lock.clone();
                move || *wait_for(lock.write()) += 1
            },
        );
        upgrader.join().unwrap();
        writer.join().unwrap();
        assert_eq!(*lock.try_read().unwrap(), 2);
    });
}

/// M21: who makes the value gives up; the other makes it.
///
/// Mutants: once.keep_right
#[test]
fn a_value_is_made_by_the_next_who_wants_it() {
    check("sync.once", Some(3), |order| {
        let cell = Arc::new(OnceCell::new());
        let (quitter, maker) = spawn2(
            order,
            {
                let cell = cell.clone();
                move || {
                    let mut made = pin!(cell.get_or_init(std::future::pending));
                    let _ = poll_once(made.as_mut());
                }
            },
            {
                let cell = cell.clone();
                move || *wait_for(cell.get_or_init(async || 7))
            },
        );
        quitter.join().unwrap();
        assert_eq!(maker.join().unwrap(), 7);
        assert_eq!(cell.get(), Some(&7));
    });
}
