//! Which types may cross or be shared between threads, and small promises about the rest.

use crate::cell::UnsafeCell;
use crate::deque::{Stealer, Worker};
use crate::park::Parker;
use crate::sync::{Mutex, TryLock, TryLockGuard};
use crate::{Serial, mutant, thread_local};
use std::cell::Cell;

fn is_send<T: Send>() {}
fn is_sync<T: Sync>() {}

/// Compiles only while `T` is not `Sync`: with two candidates, `_` could not be inferred.
macro_rules! is_not_sync {
    ($type:ty) => {{
        trait Ambiguous<A> {
            fn check() {}
        }
        struct IsSync;
        impl<T: ?Sized> Ambiguous<()> for T {}
        impl<T: ?Sized + Sync> Ambiguous<IsSync> for T {}
        <$type as Ambiguous<_>>::check();
    }};
}

#[test]
fn types_are_send_and_sync_where_they_must_and_only_there() {
    is_send::<Parker>();
    is_sync::<Parker>();
    is_sync::<Serial>();
    is_sync::<Mutex<Cell<u8>>>();
    is_sync::<TryLock<Cell<u8>>>();
    is_sync::<TryLockGuard<'static, u8>>();
    is_not_sync!(TryLockGuard<'static, Cell<u8>>);
    is_send::<Worker<Cell<u8>>>();
    is_not_sync!(Worker<u8>);
    is_sync::<Stealer<Cell<u8>>>();
    is_send::<UnsafeCell<u8>>();
    is_not_sync!(UnsafeCell<u8>);
}

#[test]
fn a_panic_does_not_poison_a_lock() {
    let lock = Mutex::new(1);
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _guard = lock.lock();
        panic!("on purpose");
    }));
    assert!(outcome.is_err());
    assert_eq!(*lock.lock(), 1);
}

#[test]
fn a_panic_frees_a_try_lock() {
    let lock = TryLock::new(1);
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _guard = lock.lock();
        panic!("on purpose");
    }));
    assert!(outcome.is_err());
    assert_eq!(lock.try_lock().as_deref(), Some(&1));
}

#[test]
fn a_bug_is_off_unless_it_is_named() {
    assert!(!mutant!("types.some_bug"));
    assert_eq!(mutant!("types.some_bug", 1 => 2), 1);
}

#[test]
fn thread_local_values_are_per_thread() {
    thread_local! {
        static VALUE: Cell<u32> = Cell::new(1);
        static OTHER: Cell<bool> = Cell::new(false);
    }
    VALUE.set(2);
    OTHER.set(true);
    let elsewhere = std::thread::spawn(|| (VALUE.get(), OTHER.get())).join().unwrap();
    assert_eq!(elsewhere, (1, false));
    assert_eq!((VALUE.get(), OTHER.get()), (2, true));
}
