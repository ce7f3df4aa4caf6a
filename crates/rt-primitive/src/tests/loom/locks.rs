//! `TryLock` and `Mutex` exclude, and hand over what was written.

use crate::model::{self, Order};
use crate::sync::{Arc, Mutex, TryLock};

fn try_to_add(lock: &TryLock<u32>) -> bool {
    let Some(mut value) = lock.try_lock() else { return false };
    *value += 1;
    true
}

/// Two threads try once; as many entered as additions are seen, and one of them may fail.
///
/// Mutants: try_lock.take_relaxed, try_lock.give_relaxed
#[test]
fn a_try_lock_excludes() {
    let seen = model::outcomes("a_try_lock_excludes", None, |order| {
        let lock = Arc::new(TryLock::new(0));
        let (first, second) = (Arc::clone(&lock), Arc::clone(&lock));
        let (a, b) = model::spawn2(order, move || try_to_add(&first), move || try_to_add(&second));
        let entered = [a.join().unwrap(), b.join().unwrap()];
        assert_eq!(*lock.lock(), entered.iter().filter(|entered| **entered).count() as u32);
        entered
    });
    assert_eq!(seen, [[false, true], [true, false], [true, true]].into());
}

/// The lock that spins lets the holder run, so that it ends.
///
/// Mutants: try_lock.take_relaxed, try_lock.give_relaxed
#[test]
fn a_spinning_lock_ends_and_excludes() {
    model::check("a_spinning_lock_ends_and_excludes", Some(3), |order| {
        let lock = Arc::new(TryLock::new(0));
        let (first, second) = (Arc::clone(&lock), Arc::clone(&lock));
        let (a, b) = model::spawn2(order, move || *first.lock() += 1, move || *second.lock() += 1);
        a.join().unwrap();
        b.join().unwrap();
        assert_eq!(*lock.lock(), 2);
    });
}

/// A plain lock excludes.
#[test]
fn a_mutex_excludes() {
    model::check("a_mutex_excludes", None, |order: Order| {
        let lock = Arc::new(Mutex::new(0));
        let (first, second) = (Arc::clone(&lock), Arc::clone(&lock));
        let (a, b) = model::spawn2(order, move || *first.lock() += 1, move || *second.lock() += 1);
        a.join().unwrap();
        b.join().unwrap();
        assert_eq!(*lock.lock(), 2);
    });
}
